// SPDX-License-Identifier: Apache-2.0
#include "token/fetch.h"

#include <utility>

#include "core/socket.h"
#include "tls/stream.h"

namespace hawser::token {
namespace {

// For a handshake, so that an address that never answers leaves some time for the next.
constexpr uint64_t attempt_limit_ms = 4000;
// Of a name; each that refuses is told in the reason.
constexpr size_t address_limit = 8;

}  // namespace

Fetch::Fetch(core::Loop& loop, std::shared_ptr<tls::Context> context, FetchRequest request,
             Done done)
    : loop_(loop),
      context_(std::move(context)),
      request_(std::move(request)),
      done_(std::move(done)),
      due_ms_(loop.now_ms() + request_.timeout_ms),
      deadline_([this] {
        finish(core::Error{"the name " + request_.url.host + " was not resolved in time"});
      }),
      attempt_due_([this] { on_attempt_due(); }) {
  deadline_.arm(loop_.timers(), request_.timeout_ms);
  query_ = loop_.resolver().resolve(
      request_.url.host, [this](core::DnsResult result) { on_resolved(std::move(result)); });
}

Fetch::~Fetch() = default;

void Fetch::on_resolved(core::DnsResult result) {
  deadline_.disarm();
  if (!result) return finish(core::Error{result.error().reason});
  addresses_ = std::move(result).value();
  if (addresses_.size() > address_limit) addresses_.resize(address_limit);
  for (core::Address& address : addresses_) address.set_port(request_.url.port);
  try_next();
}

uint64_t Fetch::remaining_ms() const {
  const uint64_t now_ms = loop_.now_ms();
  return now_ms < due_ms_ ? due_ms_ - now_ms : 0;
}

void Fetch::try_next() {
  auto socket = core::Socket::connect(loop_, addresses_[next_address_++]);
  auto stream = tls::Stream::connect(std::move(socket), context_, request_.url.host);
  stream_ = stream.get();
  loop_.defer_delete(std::exchange(
      client_, std::make_unique<http::Client>(std::move(stream), request_.response_limit_bytes)));
  http::ClientRequest request;
  request.method = request_.method;
  request.target = request_.url.target;
  request.host = request_.url.authority();
  request.fields = request_.fields;
  request.body = request_.body;
  request.timeout_ms = remaining_ms();
  if (next_address_ < addresses_.size()) attempt_due_.arm(loop_.timers(), attempt_limit_ms);
  client_->send(request,
                [this, attempt = next_address_](core::Result<http::ClientResponse> response) {
                  if (attempt == next_address_) on_answer(std::move(response));
                });
}

// Nothing of the request has left before the handshake is complete, so another address may have it.
bool Fetch::may_try_next() const {
  return !stream_->established() && next_address_ < addresses_.size() && remaining_ms() > 0;
}

void Fetch::on_answer(core::Result<http::ClientResponse> response) {
  attempt_due_.disarm();
  if (response || stream_->established()) return finish(std::move(response));
  // Of several addresses each has its own reason: the last may be one that nobody uses.
  const std::string address = addresses_[next_address_ - 1].to_string() + ": ";
  const std::string reason =
      addresses_.size() > 1 ? address + response.error().reason : response.error().reason;
  failures_ += (failures_.empty() ? "" : "; ") + reason;
  if (may_try_next()) return try_next();
  finish(core::Error{failures_});
}

void Fetch::on_attempt_due() {
  if (!may_try_next()) return;
  failures_ += (failures_.empty() ? "" : "; ") + addresses_[next_address_ - 1].to_string() +
               ": no TLS handshake in " + std::to_string(attempt_limit_ms) + " ms";
  try_next();
}

void Fetch::finish(core::Result<http::ClientResponse> result) {
  query_.reset();
  const Done done = std::exchange(done_, nullptr);
  if (done != nullptr) done(std::move(result));
}

}  // namespace hawser::token
