// SPDX-License-Identifier: Apache-2.0
#include "connector/origin_connection.h"

#include <algorithm>
#include <utility>

#include "core/loop.h"

namespace hawser::connector {

using message::ErrorCode;
using message::ExchangeError;

namespace {
constexpr uint64_t least_read_bytes = 2 * 1024;  // framing comes with little content
constexpr uint64_t most_read_bytes = 64 * 1024;
}  // namespace

OriginConnection::OriginConnection(std::string key, std::unique_ptr<core::Transport> transport,
                                   message::HeadPool& heads)
    : key_(std::move(key)),
      reader_(heads, limits_, *this),
      chunks_(transport->loop().blocks()),
      transport_(std::move(transport)) {
  transport_->set_listener(*this);
}

OriginConnection::~OriginConnection() = default;

void OriginConnection::send_head(const message::RequestHead& head, std::string_view host,
                                 std::string_view upgrade) {
  ++uses_;
  chunked_ = upgrade.empty() && head.body_length.kind == message::BodyLength::Kind::unknown;
  reader_.expect(head.method, !upgrade.empty());
  update_reading();
  http::RequestWriteOptions options;
  options.host = host;
  options.upgrade = upgrade;
  core::ByteChain out;
  http::write_request_head(out, transport_->loop().blocks(), head, options);
  write(std::move(out));
}

void OriginConnection::send_body(core::Slice content) {
  core::ByteChain out;
  if (chunked_)
    chunks_.write(out, std::move(content));
  else
    out.append(std::move(content));
  write(std::move(out));
}

void OriginConnection::send_end(const message::Fields& trailers) {
  if (!chunked_) return;
  core::ByteChain out;
  chunks_.finish(out, trailers.empty() ? nullptr : &trailers);
  write(std::move(out));
}

void OriginConnection::write(core::ByteChain bytes) {
  if (alive_ && !bytes.empty()) transport_->write(std::move(bytes));
}

void OriginConnection::allow_body(uint64_t bytes) {
  if (!alive_) return;
  reader_.allow_body(bytes);
  if (alive_) update_reading();
}

void OriginConnection::begin_tunnel() {
  chunked_ = false;
  reader_.begin_tunnel();
}

void OriginConnection::end_tunnel() {
  if (alive_) transport_->end();
}

void OriginConnection::abort() {
  if (!alive_) return;
  alive_ = false;
  transport_->reset();
}

bool OriginConnection::reusable() const {
  return alive_ && reader_.idle() && reader_.keep_alive() && !transport_->over_high_mark();
}

void OriginConnection::on_bytes(core::Slice bytes) {
  if (!alive_) return;
  reader_.feed(std::move(bytes));
  if (alive_) update_reading();
}

void OriginConnection::on_end() {
  if (!alive_) return;
  const bool idle = reader_.idle();
  reader_.on_connection_end();
  if (idle) fail(ExchangeError::of(ErrorCode::origin_closed, "closed between two requests"));
}

void OriginConnection::on_broken(const core::Error& why) {
  if (!alive_) return;
  if (reader_.response_started())
    return fail(ExchangeError::of(ErrorCode::origin_cut,
                                  "the connection broke within the answer: " + why.reason));
  fail(ExchangeError::of(ErrorCode::origin_closed,
                         "the connection broke before the answer: " + why.reason));
}

void OriginConnection::on_drained() {
  if (alive_ && listener_ != nullptr) listener_->on_origin_drained();
}

void OriginConnection::on_interim(message::ResponseHeadPtr head) {
  if (listener_ != nullptr) listener_->on_origin_interim(std::move(head));
}

void OriginConnection::on_head(message::ResponseHeadPtr head) {
  if (listener_ != nullptr) listener_->on_origin_head(std::move(head));
}

void OriginConnection::on_body(core::Slice content) {
  if (listener_ != nullptr) listener_->on_origin_body(std::move(content));
}

void OriginConnection::on_message_end(const message::Fields& trailers) {
  if (listener_ != nullptr) listener_->on_origin_end(trailers);
}

void OriginConnection::on_error(const message::ExchangeError& error) { fail(error); }

void OriginConnection::update_reading() {
  const bool wanted = reader_.wants_bytes();
  // What the stream has no room for waits in the kernel, and in no block of ours.
  if (wanted)
    transport_->limit_reads(static_cast<size_t>(
        std::clamp<uint64_t>(reader_.wanted_bytes(), least_read_bytes, most_read_bytes)));
  if (wanted != paused_) return;
  paused_ = !wanted;
  if (paused_)
    transport_->pause(core::PauseReason::no_credit);
  else
    transport_->resume(core::PauseReason::no_credit);
}

void OriginConnection::fail(const ExchangeError& error) {
  if (!alive_) return;
  alive_ = false;
  if (listener_ != nullptr) listener_->on_origin_failed(error);
}

}  // namespace hawser::connector
