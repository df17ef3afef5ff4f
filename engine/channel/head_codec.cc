// SPDX-License-Identifier: Apache-2.0
#include "channel/head_codec.h"

#include "channel/frame_codec.h"
#include "message/characters.h"

namespace hawser::channel {

namespace {

using message::BodyLength;
using message::FieldName;

message::BodyLength length_of(const wire::Frame& frame) {
  switch (frame.body()) {
    case wire::BodyKind::known:
      return BodyLength::known(frame.body_bytes());
    case wire::BodyKind::unknown:
      return BodyLength::unknown();
    case wire::BodyKind::none:
      break;
  }
  return BodyLength::none();
}

// The names that we know are tokens.
bool is_name(FieldName id, std::string_view name) {
  return id != FieldName::other || message::is_token(name);
}

Fault decode_target(const wire::Frame& frame, message::Method method, message::Target& into) {
  into.clear();
  const std::string_view scheme = text_of(frame.scheme());
  if (!scheme.empty() && scheme != "http" && scheme != "https")
    return "a scheme that is neither http nor https";
  into.scheme.assign(scheme);
  const std::string_view authority = text_of(frame.authority());
  if (!authority.empty()) {
    const std::string_view fault = message::parse_authority(authority, into.authority);
    if (!fault.empty()) return fault;
  }
  const std::string_view target = text_of(frame.target());
  if (target.empty() && method == message::Method::connect) {
    into.form = message::TargetForm::authority;
    return authority.empty() ? "CONNECT without an authority" : Fault{};
  }
  if (target == "*" && method == message::Method::options) {
    into.form = message::TargetForm::asterisk;
    into.path.assign("*");
    into.canonical_path.assign("*");
    return {};
  }
  return message::parse_path_and_query(target, into);
}

void decode_info(const wire::Frame& frame, OpenInfo& info) {
  info.request_id.assign(text_of(frame.request_id()));
  info.tenant.assign(text_of(frame.tenant()));
  info.app.assign(text_of(frame.app()));
  info.app_revision = frame.app_revision();
  info.user.assign(text_of(frame.user()));
  info.grant.assign(text_of(frame.grant()));
  info.kind = static_cast<OpenKind>(frame.kind());
  info.body = static_cast<BodyKind>(frame.body());
  info.body_bytes = frame.body_bytes();
  info.client_session = frame.client_session();
  info.client_address.assign(text_of(frame.client_address()));
  info.hops = frame.hops();
  info.bulk_ticket.assign(text_of(frame.ticket()));
  info.session.assign(text_of(frame.session()));
  info.claims.resize(frame.claims() == nullptr ? 0 : frame.claims()->size());
  for (size_t i = 0; i < info.claims.size(); ++i)
    info.claims[i].assign(text_of(frame.claims()->Get(static_cast<flatbuffers::uoffset_t>(i))));
}

message::HttpVersion version_of(uint16_t number) {
  if (number == 10) return message::HttpVersion::http_1_0;
  return number == 20 ? message::HttpVersion::http_2 : message::HttpVersion::http_1_1;
}

}  // namespace

bool travels(const message::FieldView& field, bool request) {
  return field.id != FieldName::transfer_encoding &&
         (!request || field.id != FieldName::content_length);
}

bool fields_fit(const message::Fields& fields, bool request) {
  size_t lines = 0;
  size_t bytes = 0;
  bool well_formed = true;
  fields.for_each([&](const message::FieldView& field) {
    if (!travels(field, request)) return;
    ++lines;
    bytes += field.name.size() + field.value.size();
    well_formed = well_formed && is_name(field.id, field.name) &&
                  message::all_in(message::field_value_char, field.value);
  });
  return well_formed && lines <= head_fields_limit && bytes <= head_bytes_limit;
}

Fault decode_fields(const TextVector* texts, bool request, message::Fields& into) {
  into.clear();
  if (texts == nullptr) return {};
  if (texts->size() % 2 != 0) return "a field name without a value";
  if (texts->size() > 2 * head_fields_limit) return "more than 200 fields";
  size_t bytes = 0;
  for (flatbuffers::uoffset_t i = 0; i < texts->size(); i += 2) {
    const std::string_view name = text_of(texts->Get(i));
    const std::string_view value = text_of(texts->Get(i + 1));
    // Strings may be shared, so the sum is what counts and not the header's size.
    bytes += name.size() + value.size();
    if (bytes > head_bytes_limit) return "names and values of more than 64 KiB";
    const FieldName id = message::find_field_name(name);
    if (!is_name(id, name)) return "a field name that is not a token";
    if (!message::all_in(message::field_value_char, value))
      return "a field value with a control character";
    const message::FieldView field{id, name, value};
    if (!travels(field, request)) return "a framing field among the fields";
    into.add(field);
  }
  return {};
}

Fault decode_request(const wire::Frame& frame, message::RequestHead& head, OpenInfo& info) {
  head.clear();
  head.method = message::find_method(text_of(frame.method()));
  if (head.method == message::Method::other) return "a method that is not known";
  Fault fault = decode_target(frame, head.method, head.target);
  if (!fault.empty()) return fault;
  fault = decode_fields(frame.fields(), true, head.fields);
  if (!fault.empty()) return fault;
  decode_info(frame, info);
  if (info.kind == OpenKind::request) head.body_length = length_of(frame);
  return {};
}

uint16_t number_of(message::HttpVersion version) {
  switch (version) {
    case message::HttpVersion::http_1_0:
      return 10;
    case message::HttpVersion::http_1_1:
      return 0;  // the usual one takes no bytes
    case message::HttpVersion::http_2:
      return 20;
  }
  return 0;
}

Fault decode_response(const wire::Frame& frame, message::ResponseHead& head) {
  head.clear();
  head.status = frame.status();
  if (head.status < 100 || head.status > 999) return "a status that is not one";
  if (head.is_interim() != frame.interim()) return "a status and an interim flag that disagree";
  head.body_length = length_of(frame);
  head.connect_us = frame.connect_us();
  head.version = version_of(frame.version());
  const std::string_view reason = text_of(frame.reason());
  if (!is_plain(reason, reason_limit_bytes))
    return "a reason phrase that is too long or holds control characters";
  head.reason = reason.empty() ? message::usual_reason(head.status) : reason;
  return decode_fields(frame.fields(), false, head.fields);
}

Body body_of(const message::BodyLength& length) {
  switch (length.kind) {
    case BodyLength::Kind::known:
      return {BodyKind::known, length.bytes};
    case BodyLength::Kind::unknown:
    case BodyLength::Kind::until_close:
      return {BodyKind::unknown, 0};
    case BodyLength::Kind::none:
      break;
  }
  return {};
}

Body body_of(const message::RequestHead& head, const OpenInfo& info) {
  if (info.body == BodyKind::known) return {BodyKind::known, info.body_bytes};
  if (info.body == BodyKind::unknown || info.kind != OpenKind::request)
    return {BodyKind::unknown, 0};
  return body_of(head.body_length);
}

}  // namespace hawser::channel
