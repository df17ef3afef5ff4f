// SPDX-License-Identifier: Apache-2.0
#include "channel/frame_codec.h"

namespace hawser::channel {

namespace {

using wire::FrameType;

constexpr flatbuffers::uoffset_t depth_limit = 8;
constexpr flatbuffers::uoffset_t tables_limit = 300;
constexpr flatbuffers::uoffset_t versions_limit = 32;
constexpr flatbuffers::uoffset_t addresses_limit = 64;

bool belongs_to_link(FrameType type) {
  switch (type) {
    case FrameType::hello:
    case FrameType::welcome:
    case FrameType::session_end:
    case FrameType::ping:
    case FrameType::pong:
    case FrameType::config:
    case FrameType::drain:
    case FrameType::grant:
      return true;
    default:
      return false;
  }
}

bool is_plain(const flatbuffers::String* text, size_t limit = short_text_limit_bytes) {
  return channel::is_plain(text_of(text), limit);
}

Fault check_hello(const wire::Frame& frame) {
  if (frame.versions() == nullptr || frame.versions()->size() == 0) return "no version";
  if (frame.versions()->size() > versions_limit) return "more than 32 versions";
  if (frame.purpose() > wire::Purpose::bulk) return "an unknown purpose";
  if (!is_plain(frame.boot_id()) || !is_plain(frame.engine()) || !is_plain(frame.ticket()))
    return "a text that is too long or holds control characters";
  if ((frame.purpose() == wire::Purpose::bulk) != !text_of(frame.ticket()).empty())
    return "a ticket belongs to a bulk channel, and only there";
  return {};
}

Fault check_welcome(const wire::Frame& frame) {
  if (!is_plain(frame.boot_id()) || !is_plain(frame.engine()))
    return "a text that is too long or holds control characters";
  if (frame.worker() < 0) return "no worker";
  if (frame.addresses() == nullptr) return {};
  if (frame.addresses()->size() > addresses_limit) return "more than 64 addresses";
  for (const auto* address : *frame.addresses())
    if (!is_plain(address)) return "an address that is too long or holds control characters";
  return {};
}

// Strings may be shared, so the sum is what counts and not the header's size.
Fault check_claims(const TextVector* claims) {
  if (claims == nullptr) return {};
  if (claims->size() % 2 != 0) return "a claim without a value";
  if (claims->size() > 2 * claims_limit) return "more than 32 claims";
  size_t bytes = 0;
  for (const auto* text : *claims) {
    bytes += text_of(text).size();
    if (bytes > claims_limit_bytes) return "claims of more than 8 KiB";
    if (!is_plain(text, claims_limit_bytes)) return "a claim with a control character";
  }
  return {};
}

Fault check_open(const wire::Frame& frame) {
  if (frame.kind() > wire::OpenKind::connect) return "an unknown kind";
  if (frame.body() > wire::BodyKind::unknown) return "an unknown kind of body";
  if (frame.body() != wire::BodyKind::known && frame.body_bytes() != 0)
    return "a length for a body that has none";
  for (const auto* text : {frame.request_id(), frame.tenant(), frame.app(), frame.client_address(),
                           frame.ticket(), frame.authority(), frame.session(), frame.grant()})
    if (!is_plain(text)) return "a text that is too long or holds control characters";
  if (!is_plain(frame.user(), user_limit_bytes))
    return "a user that is too long or holds control characters";
  return check_claims(frame.claims());
}

Fault check_head(const wire::Frame& frame) {
  if (frame.body() > wire::BodyKind::unknown) return "an unknown kind of body";
  if (frame.body() != wire::BodyKind::known && frame.body_bytes() != 0)
    return "a length for a body that has none";
  if (frame.interim() && (frame.last() || frame.bound())) return "an interim head that is final";
  return {};
}

Fault check_grant(const wire::Frame& frame) {
  for (const auto* text : {frame.grant(), frame.session(), frame.app()})
    if (!is_plain(text) || text_of(text).empty())
      return "a text that is missing, too long or holds control characters";
  if (!is_plain(frame.proof(), proof_limit_bytes) || text_of(frame.proof()).empty())
    return "a proof that is missing, too long or holds control characters";
  return frame.expires() > static_cast<uint64_t>(INT64_MAX) ? "no time" : Fault{};
}

Fault check_credit(const wire::Frame& frame) {
  if (!is_plain(frame.ticket())) return "a ticket that is too long or holds control characters";
  return frame.credit() == 0 && text_of(frame.ticket()).empty() ? "nothing granted" : Fault{};
}

Fault check_type(const wire::Frame& frame) {
  if (frame.credit() > credit_limit_bytes) return "more credit than there may be";
  switch (frame.type()) {
    case FrameType::hello:
      return check_hello(frame);
    case FrameType::welcome:
      return check_welcome(frame);
    case FrameType::open:
      return check_open(frame);
    case FrameType::head:
      return check_head(frame);
    case FrameType::credit:
      return check_credit(frame);
    case FrameType::grant:
      return check_grant(frame);
    case FrameType::attach:
      return is_plain(frame.ticket()) ? Fault{} : "a ticket that is too long or not plain text";
    default:
      return {};
  }
}

}  // namespace

const wire::Frame* read_header(std::span<const uint8_t> header, uint32_t payload_bytes,
                               Fault& fault) {
  flatbuffers::Verifier verifier(header.data(), header.size(), depth_limit, tables_limit);
  if (!wire::VerifyFrameBuffer(verifier)) {
    fault = "a header that is not a frame's";
    return nullptr;
  }
  const wire::Frame* frame = wire::GetFrame(header.data());
  if (frame->type() == FrameType::none || frame->type() > FrameType::grant) {
    fault = "the type is not known";
  } else if (belongs_to_link(frame->type()) != (frame->stream() == 0)) {
    fault = frame->stream() == 0 ? "stream 0" : "a stream, and the frame belongs to the link";
  } else if (payload_bytes != 0 && frame->type() != FrameType::data) {
    fault = "a payload";
  } else {
    fault = check_type(*frame);
  }
  return frame;
}

}  // namespace hawser::channel
