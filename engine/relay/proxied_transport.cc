// SPDX-License-Identifier: Apache-2.0
#include "relay/proxied_transport.h"

#include <algorithm>
#include <utility>

#include "http/proxy_header.h"

namespace hawser::relay {

ProxiedTransport::ProxiedTransport(std::unique_ptr<core::Transport> below)
    : below_(std::move(below)), peer_(below_->peer()) {}

void ProxiedTransport::set_listener(core::TransportListener& listener) {
  const bool first = listener_ == nullptr;
  listener_ = &listener;
  if (first) below_->set_listener(*this);
}

void ProxiedTransport::on_bytes(core::Slice bytes) {
  if (state_ == State::open) return listener_->on_bytes(std::move(bytes));
  if (state_ == State::header) read_header(std::move(bytes));
}

void ProxiedTransport::read_header(core::Slice bytes) {
  const size_t before = header_.size();
  const size_t room = http::proxy_header_limit_bytes - before;
  header_ += bytes.view().substr(0, room);
  const http::ProxyHeader header = http::read_proxy_header(header_);
  if (header.status == http::ProxyHeader::Status::need_more) return;
  if (header.status == http::ProxyHeader::Status::failed) return fail(header.fault);
  if (header.source) peer_ = *header.source;
  std::string().swap(header_);
  state_ = State::open;
  bytes.consume(static_cast<uint32_t>(header.bytes - before));
  if (!bytes.empty()) listener_->on_bytes(std::move(bytes));
}

void ProxiedTransport::fail(const char* reason) {
  state_ = State::broken;
  listener_->on_broken(core::Error{reason});
}

void ProxiedTransport::on_end() {
  if (state_ == State::open) return listener_->on_end();
  if (state_ == State::header) fail("the connection ended inside the PROXY header");
}

void ProxiedTransport::on_broken(const core::Error& why) {
  if (state_ != State::broken) listener_->on_broken(why);
}

void ProxiedTransport::on_drained() {
  if (state_ != State::broken) listener_->on_drained();
}

}  // namespace hawser::relay
