// SPDX-License-Identifier: Apache-2.0
// OriginDial: one attempt to connect to an origin: the name is resolved, the policy asked, each
// address tried in turn, TLS done where the origin wants it. Owner: a forwarder, which destroys it
// through Loop::defer_delete when that happens in one of its calls; destroying it cancels. Thread:
// the worker's own.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "connector/origin_policy.h"
#include "core/dns.h"
#include "core/loop.h"
#include "core/socket.h"
#include "core/timer_wheel.h"
#include "core/transport.h"
#include "message/error.h"
#include "model/origin.h"
#include "tls/context.h"
#include "tls/stream.h"

namespace hawser::connector {

// What to connect to.
struct OriginAddress {
  std::string host;
  uint16_t port = 80;
  std::shared_ptr<tls::Context> tls;  // null: plain
  std::string server_name;            // of the TLS handshake
  bool http2 = false;                 // without TLS: known in advance (RFC 9113 3.3)
  // Which of its addresses this request may be sent to; empty: all.
  std::function<bool(const model::IpAddress&)> admits = {};
};

class OriginDialListener {
 public:
  virtual ~OriginDialListener() = default;
  // `http2`: that is what the origin speaks.
  virtual void on_origin_connected(std::unique_ptr<core::Transport> transport, bool http2) = 0;
  // No byte of a request reached the origin.
  virtual void on_origin_unreachable(const message::ExchangeError& error) = 0;
};

class OriginDial final : private core::TransportListener {
 public:
  // One of the listener's calls comes, once, in a later turn. `loop`, `policy` and `listener`
  // outlive the dial.
  OriginDial(core::Loop& loop, const OriginPolicy& policy, OriginAddress wanted,
             uint64_t timeout_ms, OriginDialListener& listener);
  ~OriginDial() override;

 private:
  void on_ready() override;
  void on_bytes(core::Slice bytes) override { (void)bytes; }
  void on_end() override;
  void on_broken(const core::Error& why) override;

  void on_resolved(core::DnsResult result);
  bool admit(const std::vector<core::Address>& addresses);
  void try_next();
  void on_due();
  void start_tls();
  void drop_transport();
  void connect_failed(const core::Error& why);
  void tls_failed(const core::Error& why);
  void fail(message::ErrorCode code, std::string reason);
  std::string name() const;
  uint64_t remaining_ms() const;

  core::Loop& loop_;
  const OriginPolicy& policy_;
  OriginDialListener& listener_;
  OriginAddress wanted_;
  uint64_t timeout_ms_;
  uint64_t due_ms_;
  std::vector<core::Address> addresses_;
  size_t next_address_ = 0;
  bool securing_ = false;    // connected, the TLS handshake runs
  bool tls_failed_ = false;  // with an address that was reached
  bool finished_ = false;
  message::ErrorCode last_code_ = message::ErrorCode::origin_unreachable;
  std::string last_reason_;
  std::unique_ptr<core::DnsQuery> query_;
  core::Deadline deadline_;
  std::unique_ptr<core::Transport> transport_;
};

}  // namespace hawser::connector
