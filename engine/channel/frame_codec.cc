// SPDX-License-Identifier: Apache-2.0
#include "channel/frame_codec.h"

#include <cstring>
#include <span>
#include <utility>

#include "core/check.h"
#include "message/characters.h"

namespace hawser::channel {

namespace {

using wire::FrameBuilder;
using wire::FrameType;

void put_u32(uint8_t* at, uint32_t value) {
  for (int i = 0; i < 4; ++i) at[i] = static_cast<uint8_t>(value >> (8 * i));
}

size_t block_bytes_of(const message::Fields& fields, bool request) {
  size_t bytes = 0;
  fields.for_each([&](const message::FieldView& field) {
    if (travels(field, request))
      bytes += TextBlock::bytes_of(field.name) + TextBlock::bytes_of(field.value);
  });
  return bytes;
}

size_t block_bytes_of(const std::vector<std::string>& texts) {
  size_t bytes = 0;
  for (const std::string& text : texts) bytes += TextBlock::bytes_of(text);
  return bytes;
}

void begin(FrameBuilder& frame, FrameType type, uint32_t stream) {
  if (stream != 0) frame.add_stream(stream);
  frame.add_type(type);
}

}  // namespace

Text FrameWriter::text(std::string_view value) {
  return value.empty() ? Text() : builder_.CreateString(value.data(), value.size());
}

void FrameWriter::put_fields(TextBlock& block, const message::Fields& fields, bool request) {
  fields.for_each([&](const message::FieldView& field) {
    if (!travels(field, request)) return;
    texts_.push_back(block.put(field.name));
    texts_.push_back(block.put(field.value));
  });
}

void FrameWriter::put_texts(TextBlock& block, const std::vector<std::string>& texts) {
  for (const std::string& each : texts) texts_.push_back(block.put(each));
}

flatbuffers::Offset<TextVector> FrameWriter::encode_fields(const message::Fields& fields,
                                                           bool request) {
  TextBlock block(builder_, block_bytes_of(fields, request));
  texts_.clear();
  put_fields(block, fields, request);
  return vector_of(builder_, texts_);
}

void FrameWriter::put_prefix(uint8_t* at, uint32_t header_bytes, uint32_t payload_bytes) {
  put_u32(at, header_bytes);
  put_u32(at + 4, payload_bytes);
  ++frames_written_;
}

// Large heads must not leave every link with a large buffer.
void FrameWriter::trim() {
  const bool large = builder_.GetSize() > kept_builder_bytes;
  builder_.Clear();
  if (large) builder_.Reset();
}

bool FrameWriter::append(FrameBuilder& frame) {
  builder_.Finish(frame.Finish());
  const uint32_t size = builder_.GetSize();
  const bool fits = size <= header_limit_bytes;
  if (fits) {
    uint8_t prefix[frame_prefix_bytes];
    put_prefix(prefix, size, 0);
    out_.append(reinterpret_cast<const char*>(prefix), sizeof prefix);
    out_.append(reinterpret_cast<const char*>(builder_.GetBufferPointer()), size);
  }
  trim();
  return fits;
}

void FrameWriter::hello(const Hello& hello) {
  const auto versions = builder_.CreateVector(hello.versions);
  const Text boot_id = text(hello.boot_id);
  const Text engine = text(hello.engine_wanted);
  const Text ticket = text(hello.ticket);
  FrameBuilder frame(builder_);
  begin(frame, FrameType::hello, 0);
  frame.add_versions(versions);
  frame.add_features(hello.features);
  if (!boot_id.IsNull()) frame.add_boot_id(boot_id);
  frame.add_purpose(static_cast<wire::Purpose>(hello.purpose));
  if (!engine.IsNull()) frame.add_engine(engine);
  frame.add_worker(hello.worker_wanted);
  if (!ticket.IsNull()) frame.add_ticket(ticket);
  frame.add_credit(hello.initial_request_credit_bytes);
  frame.add_stream_limit(hello.stream_limit);
  HAWSER_ASSERT(append(frame));
}

void FrameWriter::welcome(const Welcome& welcome) {
  TextBlock block(builder_, block_bytes_of(welcome.engine_addresses));
  texts_.clear();
  put_texts(block, welcome.engine_addresses);
  const auto addresses = vector_of(builder_, texts_);
  const Text engine = text(welcome.engine_id);
  const Text boot_id = text(welcome.boot_id);
  FrameBuilder frame(builder_);
  begin(frame, FrameType::welcome, 0);
  frame.add_version(welcome.version);
  frame.add_features(welcome.features);
  if (!engine.IsNull()) frame.add_engine(engine);
  if (!boot_id.IsNull()) frame.add_boot_id(boot_id);
  frame.add_worker(static_cast<int32_t>(welcome.worker));
  frame.add_worker_count(welcome.worker_count);
  frame.add_channels_wanted(welcome.channels_wanted);
  if (!addresses.IsNull()) frame.add_addresses(addresses);
  frame.add_stream_limit(welcome.stream_limit);
  HAWSER_ASSERT(append(frame));
}

bool FrameWriter::open(uint32_t stream, const message::RequestHead& head, const OpenInfo& info,
                       uint32_t response_credit) {
  if (!open_fits(head, info)) return false;
  using wire::Frame;
  path_.clear();
  head.target.append_path_and_query(path_);
  const std::pair<flatbuffers::voffset_t, std::string_view> texts[] = {
      {Frame::VT_TARGET, path_},
      {Frame::VT_METHOD, head.method_text()},
      {Frame::VT_SCHEME, head.target.scheme},
      {Frame::VT_AUTHORITY, head.target.authority.raw},
      {Frame::VT_REQUEST_ID, info.request_id},
      {Frame::VT_TENANT, info.tenant},
      {Frame::VT_APP, info.app},
      {Frame::VT_USER, info.user},
      {Frame::VT_GRANT, info.grant},
      {Frame::VT_CLIENT_ADDRESS, info.client_address},
      {Frame::VT_TICKET, info.bulk_ticket},
      {Frame::VT_SESSION, info.session}};
  size_t bytes = block_bytes_of(head.fields, true) + block_bytes_of(info.claims);
  for (const auto& [slot, text] : texts) bytes += TextBlock::bytes_if(text);
  TextBlock block(builder_, bytes);
  texts_.clear();
  put_fields(block, head.fields, true);
  const size_t field_texts = texts_.size();
  put_texts(block, info.claims);
  Text offsets[std::size(texts)];
  for (size_t i = 0; i < std::size(texts); ++i) offsets[i] = block.put_if(texts[i].second);
  // From here on the builder may move the block.
  const auto fields = vector_of(builder_, std::span(texts_).first(field_texts));
  const auto claims = vector_of(builder_, std::span(texts_).subspan(field_texts));
  const Body body = body_of(head, info);
  FrameBuilder frame(builder_);
  begin(frame, FrameType::open, stream);
  if (!fields.IsNull()) frame.add_fields(fields);
  for (size_t i = 0; i < std::size(texts); ++i)
    if (!offsets[i].IsNull()) builder_.AddOffset(texts[i].first, offsets[i]);
  if (!claims.IsNull()) frame.add_claims(claims);
  frame.add_app_revision(info.app_revision);
  frame.add_kind(static_cast<wire::OpenKind>(info.kind));
  frame.add_body(static_cast<wire::BodyKind>(body.kind));
  frame.add_body_bytes(body.bytes);
  frame.add_client_session(info.client_session);
  frame.add_hops(info.hops);
  frame.add_credit(response_credit);
  return append(frame);
}

bool FrameWriter::head(uint32_t stream, const message::ResponseHead& head, bool bound, bool last) {
  if (!fields_fit(head.fields, false)) return false;
  const auto fields = encode_fields(head.fields, false);
  const Body body = body_of(head.body_length);
  // The usual phrase needs no bytes: the receiver knows it.
  const bool usual = head.reason.empty() || head.reason == message::usual_reason(head.status);
  const Text reason =
      usual ? Text{} : text(std::string_view(head.reason).substr(0, reason_limit_bytes));
  FrameBuilder frame(builder_);
  begin(frame, FrameType::head, stream);
  if (!reason.IsNull()) frame.add_reason(reason);
  frame.add_status(head.status);
  if (!fields.IsNull()) frame.add_fields(fields);
  frame.add_body(static_cast<wire::BodyKind>(body.kind));
  frame.add_body_bytes(body.bytes);
  frame.add_interim(head.is_interim());
  frame.add_bound(bound);
  frame.add_connect_us(head.connect_us);
  frame.add_version(number_of(head.version));
  frame.add_last(last);
  return append(frame);
}

bool FrameWriter::end(uint32_t stream, const message::Fields& trailers) {
  if (!fields_fit(trailers, false)) return false;
  const auto fields = encode_fields(trailers, true);
  FrameBuilder frame(builder_);
  begin(frame, FrameType::end, stream);
  if (!fields.IsNull()) frame.add_fields(fields);
  return append(frame);
}

void FrameWriter::credit(uint32_t stream, uint32_t bytes, std::string_view ticket_text) {
  const Text ticket = text(ticket_text);
  FrameBuilder frame(builder_);
  begin(frame, FrameType::credit, stream);
  frame.add_credit(bytes);
  if (!ticket.IsNull()) frame.add_ticket(ticket);
  append(frame);
}

void FrameWriter::stop(uint32_t stream) {
  FrameBuilder frame(builder_);
  begin(frame, FrameType::stop, stream);
  append(frame);
}

void FrameWriter::reset(uint32_t stream, const Reset& reset) {
  const Text reason = text(std::string_view(reset.error.reason).substr(0, reason_limit_bytes));
  FrameBuilder frame(builder_);
  begin(frame, FrameType::reset, stream);
  frame.add_code(static_cast<uint16_t>(reset.error.code));
  frame.add_blame(static_cast<uint8_t>(reset.error.blame));
  frame.add_origin_untouched(reset.origin_untouched ||
                             reset.error.retry == message::Retry::origin_untouched);
  if (!reason.IsNull()) frame.add_reason(reason);
  append(frame);
}

void FrameWriter::session_end(uint64_t client_session) {
  FrameBuilder frame(builder_);
  begin(frame, FrameType::session_end, 0);
  frame.add_client_session(client_session);
  append(frame);
}

void FrameWriter::ping(uint64_t token) {
  FrameBuilder frame(builder_);
  begin(frame, FrameType::ping, 0);
  frame.add_token(token);
  append(frame);
}

void FrameWriter::pong(uint64_t token) {
  FrameBuilder frame(builder_);
  begin(frame, FrameType::pong, 0);
  frame.add_token(token);
  append(frame);
}

void FrameWriter::config(uint64_t revision) {
  FrameBuilder frame(builder_);
  begin(frame, FrameType::config, 0);
  frame.add_revision(revision);
  append(frame);
}

void FrameWriter::drain(std::string_view why) {
  const Text reason = text(why.substr(0, reason_limit_bytes));
  FrameBuilder frame(builder_);
  begin(frame, FrameType::drain, 0);
  if (!reason.IsNull()) frame.add_reason(reason);
  append(frame);
}

void FrameWriter::attach(uint32_t stream, std::string_view ticket_text) {
  const Text ticket = text(ticket_text);
  FrameBuilder frame(builder_);
  begin(frame, FrameType::attach, stream);
  if (!ticket.IsNull()) frame.add_ticket(ticket);
  append(frame);
}

bool FrameWriter::grant(const Grant& grant) {
  const auto is_name = [](const std::string& each) { return !each.empty() && is_plain(each); };
  if (!is_name(grant.name) || !is_name(grant.session) || !is_name(grant.app) ||
      grant.id_token.empty() || !is_plain(grant.id_token, proof_limit_bytes) || grant.expires_s < 0)
    return false;
  const Text name = text(grant.name);
  const Text session = text(grant.session);
  const Text app = text(grant.app);
  const Text proof = text(grant.id_token);
  FrameBuilder frame(builder_);
  begin(frame, FrameType::grant, 0);
  frame.add_grant(name);
  frame.add_session(session);
  frame.add_app(app);
  frame.add_proof(proof);
  frame.add_expires(static_cast<uint64_t>(grant.expires_s));
  return append(frame);
}

std::span<const uint8_t> FrameWriter::data(uint32_t stream, bool last, uint32_t payload_bytes) {
  FrameBuilder frame(builder_);
  begin(frame, FrameType::data, stream);
  frame.add_last(last);
  builder_.Finish(frame.Finish());
  const uint32_t size = builder_.GetSize();
  HAWSER_ASSERT(frame_prefix_bytes + size <= data_.size());
  put_prefix(data_.data(), size, payload_bytes);
  std::memcpy(data_.data() + frame_prefix_bytes, builder_.GetBufferPointer(), size);
  builder_.Clear();
  return std::span(data_).first(frame_prefix_bytes + size);
}

bool is_plain(std::string_view text, size_t limit) {
  return text.size() <= limit && message::all_in(message::field_value_char, text);
}

namespace {

bool claims_fit(const std::vector<std::string>& claims) {
  size_t bytes = 0;
  for (const std::string& text : claims) {
    bytes += text.size();
    if (!is_plain(text, claims_limit_bytes)) return false;
  }
  return claims.size() % 2 == 0 && claims.size() <= 2 * claims_limit && bytes <= claims_limit_bytes;
}

}  // namespace

bool open_fits(const message::RequestHead& head, const OpenInfo& info) {
  const size_t target_bytes = head.target.path.size() + head.target.query.size();
  return head.method != message::Method::other && fields_fit(head.fields, true) &&
         target_bytes <= head_bytes_limit / 4 && is_plain(head.target.authority.raw) &&
         is_plain(info.request_id) && is_plain(info.tenant) && is_plain(info.app) &&
         is_plain(info.client_address) && is_plain(info.bulk_ticket) && is_plain(info.session) &&
         claims_fit(info.claims) && is_plain(info.user, user_limit_bytes) && is_plain(info.grant);
}

std::string_view name_of(FrameType type) {
  static constexpr std::string_view names[] = {
      "type 0", "HELLO",       "WELCOME", "OPEN", "HEAD",   "DATA",  "CREDIT", "END",  "STOP",
      "RESET",  "SESSION_END", "PING",    "PONG", "CONFIG", "DRAIN", "ATTACH", "GRANT"};
  const auto index = static_cast<size_t>(type);
  return index < std::size(names) ? names[index] : "a frame of an unknown type";
}

Hello hello_of(const wire::Frame& frame) {
  Hello hello;
  if (frame.versions() != nullptr)
    hello.versions.assign(frame.versions()->begin(), frame.versions()->end());
  hello.features = frame.features();
  hello.boot_id = text_of(frame.boot_id());
  hello.purpose = static_cast<Purpose>(frame.purpose());
  hello.engine_wanted = text_of(frame.engine());
  hello.worker_wanted = frame.worker();
  hello.ticket = text_of(frame.ticket());
  hello.initial_request_credit_bytes = frame.credit();
  hello.stream_limit = frame.stream_limit();
  return hello;
}

Welcome welcome_of(const wire::Frame& frame) {
  Welcome welcome;
  welcome.version = frame.version();
  welcome.features = frame.features();
  welcome.engine_id = text_of(frame.engine());
  welcome.boot_id = text_of(frame.boot_id());
  welcome.worker = static_cast<uint32_t>(frame.worker());
  welcome.worker_count = frame.worker_count();
  welcome.channels_wanted = frame.channels_wanted();
  if (frame.addresses() != nullptr)
    for (const auto* address : *frame.addresses())
      welcome.engine_addresses.emplace_back(text_of(address));
  welcome.stream_limit = frame.stream_limit();
  return welcome;
}

std::string reason_of(const wire::Frame& frame) {
  return message::printable(text_of(frame.reason()), reason_limit_bytes);
}

Grant grant_of(const wire::Frame& frame) {
  Grant grant;
  grant.name = text_of(frame.grant());
  grant.session = text_of(frame.session());
  grant.app = text_of(frame.app());
  grant.id_token = text_of(frame.proof());
  grant.expires_s = static_cast<int64_t>(frame.expires());
  return grant;
}

Reset reset_of(const wire::Frame& frame) {
  Reset reset;
  reset.error.code = message::error_code_from(static_cast<uint32_t>(frame.code()));
  if (reset.error.code == message::ErrorCode::none) reset.error.code = message::ErrorCode::internal;
  reset.error.blame = message::blame_from(frame.blame());
  reset.origin_untouched = frame.origin_untouched();
  if (reset.origin_untouched) reset.error.retry = message::Retry::origin_untouched;
  reset.error.reason = reason_of(frame);
  return reset;
}

}  // namespace hawser::channel
