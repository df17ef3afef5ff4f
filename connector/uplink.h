// SPDX-License-Identifier: Apache-2.0
// Uplink: one channel to an engine, from the first SYN to its end: TCP, TLS with both certificates
// verified, HELLO, WELCOME, then the Link. Owner: the ConnectorWorker, which destroys it through
// Loop::defer_delete when inside one of its calls. Thread: the worker's own.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "channel/link.h"
#include "core/address.h"
#include "core/budget.h"
#include "core/loop.h"
#include "core/timer_wheel.h"
#include "core/transport.h"
#include "tls/context.h"
#include "tls/stream.h"

namespace hawser::connector {

class Uplink;

class UplinkListener {
 public:
  virtual ~UplinkListener() = default;
  virtual void on_uplink_welcome(Uplink& uplink, const channel::Welcome& welcome) = 0;
  virtual void on_uplink_open(Uplink& uplink, channel::Stream& stream, message::RequestHead& head,
                              channel::OpenInfo& info) = 0;
  virtual void on_uplink_bulk_offered(Uplink& uplink, channel::Stream& stream,
                                      const std::string& ticket) = 0;
  virtual void on_uplink_session_end(Uplink& uplink, uint64_t client_session) = 0;
  virtual void on_uplink_config(Uplink& uplink, uint64_t revision) = 0;
  virtual void on_uplink_draining(Uplink& uplink, const std::string& reason) = 0;
  virtual void on_uplink_idle(Uplink& uplink) = 0;  // its last stream ended
  // It never came up, or it is gone. Nothing follows.
  virtual void on_uplink_lost(Uplink& uplink, const core::Error& why) = 0;
};

// What all channels of a connector have in common; replaced as a whole after a renewal.
struct UplinkSecurity {
  std::shared_ptr<tls::Context> context;  // certificate, authorities, ALPN hawser/1
  std::string trust_domain;
};

class Uplink final : private core::TransportListener, private channel::LinkListener {
 public:
  static constexpr uint64_t handshake_timeout_ms = 15'000;  // from SYN to WELCOME
  static constexpr uint32_t notsent_lowat_bytes = 128 * 1024;
  static constexpr uint32_t user_timeout_ms = 20'000;

  // Dials at once. `loop`, `budget` and `listener` outlive the uplink.
  Uplink(core::Loop& loop, core::Budget& budget, UplinkListener& listener, uint64_t number,
         const core::Address& address, const UplinkSecurity& security, channel::Hello hello);
  ~Uplink() override;

  uint64_t number() const { return number_; }
  void renumber(uint64_t number) { number_ = number; }
  const core::Address& address() const { return address_; }
  const channel::Hello& hello() const { return hello_; }
  const std::string& engine() const { return welcome_.engine_id; }
  uint32_t engine_worker() const { return welcome_.worker; }
  bool established() const { return welcomed_ && !lost_; }
  bool lost() const { return lost_; }
  channel::Link& link() { return *link_; }                        // once established
  const channel::Link* link_name() const { return link_.get(); }  // to be compared alone

  // Opens nothing more; what is open goes on.
  void drain(const std::string& reason);
  size_t open_streams() const { return link_ == nullptr ? 0 : link_->open_streams(); }

 private:
  // core::TransportListener, until the link takes over
  void on_ready() override;
  void on_bytes(core::Slice bytes) override;
  void on_end() override;
  void on_broken(const core::Error& why) override;
  // channel::LinkListener
  void on_welcome(const channel::Welcome& welcome) override;
  void on_open(channel::Stream& stream, message::RequestHead& head,
               channel::OpenInfo& info) override;
  void on_session_end(uint64_t client_session) override;
  void on_config(uint64_t revision) override;
  void on_drain(const std::string& reason) override;
  void on_bulk_offered(channel::Stream& stream, const std::string& ticket) override;
  void on_lost(const core::Error& why) override;
  void on_idle() override;

  void lose(const core::Error& why);

  core::Loop& loop_;
  core::Budget& budget_;
  UplinkListener& listener_;
  uint64_t number_;
  core::Address address_;
  UplinkSecurity security_;
  channel::Hello hello_;
  channel::Welcome welcome_;
  bool welcomed_ = false;
  bool lost_ = false;
  core::Deadline handshake_due_;
  std::unique_ptr<core::Transport> transport_;  // until the link has it
  tls::Stream* stream_ = nullptr;               // the same
  std::unique_ptr<channel::Link> link_;
};

}  // namespace hawser::connector
