// SPDX-License-Identifier: Apache-2.0
#include "connector/origin_dial.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "model/ip_network.h"

namespace hawser::connector {

using message::ErrorCode;
using message::ExchangeError;

OriginDial::OriginDial(core::Loop& loop, const OriginPolicy& policy, OriginAddress wanted,
                       uint64_t timeout_ms, OriginDialListener& listener)
    : loop_(loop),
      policy_(policy),
      listener_(listener),
      wanted_(std::move(wanted)),
      timeout_ms_(timeout_ms),
      due_ms_(loop.now_ms() + timeout_ms),
      deadline_([this] { on_due(); }) {
  deadline_.arm(loop_.timers(), timeout_ms_);
  query_ = loop_.resolver().resolve(
      wanted_.host, [this](core::DnsResult result) { on_resolved(std::move(result)); });
}

OriginDial::~OriginDial() = default;

std::string OriginDial::name() const {
  return model::bracketed_host(wanted_.host) + ":" + std::to_string(wanted_.port);
}

uint64_t OriginDial::remaining_ms() const {
  const uint64_t now_ms = loop_.now_ms();
  return due_ms_ > now_ms ? due_ms_ - now_ms : 0;
}

void OriginDial::on_resolved(core::DnsResult result) {
  if (!result) return fail(ErrorCode::origin_name_unknown, result.error().reason);
  const bool unproven = !admit(*result);
  if (addresses_.empty() && unproven)
    return fail(ErrorCode::identity_unverified,
                "`verify_identity` of this connector wants to see who is asking for " + name());
  if (addresses_.empty())
    return fail(ErrorCode::origin_not_allowed,
                "allow_origins of this connector does not admit " + name());
  try_next();
}

// False: the policy admits an address, but not for this request.
bool OriginDial::admit(const std::vector<core::Address>& addresses) {
  bool all = true;
  for (core::Address address : addresses) {
    const auto ip = model::IpAddress::parse(address.ip());
    if (!ip || !policy_.allows(wanted_.host, *ip, wanted_.port)) continue;
    if (wanted_.admits && !wanted_.admits(*ip)) {
      all = false;
      continue;
    }
    address.set_port(wanted_.port);
    addresses_.push_back(address);
  }
  return all;
}

// Each address gets its share of the time that is left, so that one that swallows everything does
// not hide the others.
void OriginDial::try_next() {
  if (next_address_ == addresses_.size()) return fail(last_code_, last_reason_);
  const uint64_t share_ms = remaining_ms() / (addresses_.size() - next_address_);
  deadline_.arm(loop_.timers(), std::max<uint64_t>(share_ms, 1));
  transport_ = core::Socket::connect(loop_, addresses_[next_address_]);
  ++next_address_;
  transport_->set_listener(*this);
}

void OriginDial::on_due() {
  const std::string what = securing_ ? "no TLS handshake with " : "no connection to ";
  last_code_ = ErrorCode::origin_connect_timeout;
  last_reason_ = what + name() + " in " + std::to_string(timeout_ms_) + " ms";
  securing_ = false;
  transport_.reset();  // not one of its own callbacks
  if (query_ != nullptr && addresses_.empty()) return fail(last_code_, last_reason_);
  try_next();
}

void OriginDial::on_ready() {
  if (wanted_.tls != nullptr && !securing_) return start_tls();
  finished_ = true;
  deadline_.disarm();
  const bool http2 =
      securing_ ? static_cast<tls::Stream&>(*transport_).handshake().alpn == "h2" : wanted_.http2;
  listener_.on_origin_connected(std::move(transport_), http2);
}

void OriginDial::start_tls() {
  securing_ = true;
  transport_ = tls::Stream::connect(std::move(transport_), wanted_.tls, wanted_.server_name);
  transport_->set_listener(*this);
}

void OriginDial::on_end() {
  on_broken(core::Error{"the connection was closed during the handshake", 0});
}

void OriginDial::on_broken(const core::Error& why) {
  if (finished_) return;
  if (securing_)
    tls_failed(why);
  else
    connect_failed(why);
  drop_transport();
  try_next();
}

// Of several addresses the one that got furthest tells.
void OriginDial::connect_failed(const core::Error& why) {
  if (tls_failed_) return;
  if (why.code == -ECONNREFUSED)
    last_code_ = ErrorCode::origin_refused;
  else if (why.code == -ETIMEDOUT)
    last_code_ = ErrorCode::origin_connect_timeout;
  else
    last_code_ = ErrorCode::origin_unreachable;
  last_reason_ = "connecting to " + name() + ": " + why.reason;
}

void OriginDial::tls_failed(const core::Error& why) {
  // What we found wrong with the origin's certificate, not what it told us of ours.
  const bool certificate = why.reason.find("certificate") != std::string::npos &&
                           why.reason.find("alert") == std::string::npos;
  last_code_ = certificate ? ErrorCode::origin_certificate_bad : ErrorCode::origin_unreachable;
  last_reason_ = "TLS with " + name() + ": " + why.reason;
  tls_failed_ = true;
}

void OriginDial::drop_transport() {
  securing_ = false;
  loop_.defer_delete(std::move(transport_));
}

void OriginDial::fail(ErrorCode code, std::string reason) {
  finished_ = true;
  deadline_.disarm();
  listener_.on_origin_unreachable(
      ExchangeError::of(code, std::move(reason), message::Retry::origin_untouched));
}

}  // namespace hawser::connector
