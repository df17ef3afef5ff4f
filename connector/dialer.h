// SPDX-License-Identifier: Apache-2.0
// Dialer: brings up the channels that the plan asks for: resolves the engines' names anew for each
// attempt and hands the dialling to the workers. It never gives up. Owner: the main program.
// Thread: main.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "channel/frame.h"
#include "connector/channel_plan.h"
#include "core/dns.h"
#include "core/log.h"
#include "core/loop.h"
#include "core/timer_wheel.h"

namespace hawser::connector {

class Dialer {
 public:
  // Names are looked up again after that even when nothing is wrong: an engine may have been added.
  static constexpr uint64_t resolve_again_ms = 60'000;

  using Dial = std::function<void(const DialOrder&)>;
  using Retire = std::function<void(size_t worker, uint64_t channel)>;

  Dialer(core::Loop& loop, core::Log& log, size_t workers, Dial dial, Retire retire);
  ~Dialer();

  // host:port each.
  void set_targets(const std::vector<std::string>& targets);
  // Engines that a WELCOME told of, beside the targets.
  void established(uint64_t channel, size_t worker, const channel::Welcome& welcome);
  void lost(uint64_t channel);
  void stop();

  size_t established_channels() const { return plan_.established_channels(); }
  size_t engines() const { return plan_.engines(); }

 private:
  void update();
  void resolve(const std::string& target);
  void resolved(const std::string& target, uint16_t port, core::DnsResult result);
  void apply_targets();

  core::Loop& loop_;
  core::Log& log_;
  ChannelPlan plan_;
  Dial dial_;
  Retire retire_;
  bool stopped_ = false;
  std::vector<std::string> targets_;
  std::map<std::string, std::vector<std::string>> told_;  // engine id to the others' addresses
  std::map<std::string, std::unique_ptr<core::DnsQuery>> queries_;
  std::map<std::string, uint64_t> resolved_ms_;
  core::Deadline due_;
};

}  // namespace hawser::connector
