// SPDX-License-Identifier: Apache-2.0
#include "connector/dialer.h"

#include <algorithm>
#include <utility>

#include "model/host.h"

namespace hawser::connector {

using core::Level;
using core::LogLine;

namespace {

uint64_t random_number(core::Loop& loop) {
  uint64_t number = 0;
  loop.fill_random({reinterpret_cast<uint8_t*>(&number), sizeof number});
  return number;
}

}  // namespace

Dialer::Dialer(core::Loop& loop, core::Log& log, size_t workers, Dial dial, Retire retire)
    : loop_(loop),
      log_(log),
      plan_(workers, [&loop] { return random_number(loop); }),
      dial_(std::move(dial)),
      retire_(std::move(retire)),
      due_([this] { update(); }) {}

Dialer::~Dialer() = default;

void Dialer::set_targets(const std::vector<std::string>& targets) {
  targets_ = targets;
  apply_targets();
}

void Dialer::apply_targets() {
  std::vector<std::string> all = targets_;
  for (const auto& [engine, addresses] : told_)
    for (const std::string& address : addresses)
      if (std::find(all.begin(), all.end(), address) == all.end()) all.push_back(address);
  plan_.set_targets(all, loop_.now_ms());
  update();
}

void Dialer::established(uint64_t channel, size_t worker, const channel::Welcome& welcome) {
  const auto verdict =
      plan_.established(channel, welcome.engine_id, welcome.worker, welcome.worker_count,
                        welcome.channels_wanted, loop_.now_ms());
  if (verdict == ChannelPlan::Verdict::surplus) retire_(worker, channel);
  std::vector<std::string> others;
  for (const std::string& text : welcome.engine_addresses) {
    const auto address = model::HostPort::parse(text);
    if (address && others.size() < ChannelPlan::targets_limit) others.push_back(text);
  }
  if (told_.size() > ChannelPlan::targets_limit) told_.clear();
  std::vector<std::string>& known = told_[welcome.engine_id];
  if (known != others) {
    known = std::move(others);
    return apply_targets();
  }
  update();
}

void Dialer::lost(uint64_t channel) {
  plan_.lost(channel, loop_.now_ms());
  update();
}

void Dialer::stop() {
  stopped_ = true;
  due_.disarm();
  queries_.clear();
}

void Dialer::update() {
  if (stopped_) return;
  const uint64_t now_ms = loop_.now_ms();
  for (const std::string& target : plan_.due_targets(now_ms)) resolve(target);
  uint64_t next_ms = now_ms + resolve_again_ms;
  for (const auto& [target, since_ms] : resolved_ms_) {
    if (since_ms + resolve_again_ms <= now_ms)
      resolve(target);
    else
      next_ms = std::min(next_ms, since_ms + resolve_again_ms);
  }
  if (const auto due_ms = plan_.next_due_ms(); due_ms.has_value())
    next_ms = std::min(next_ms, *due_ms);
  // What is due now already waits for its name.
  due_.arm(loop_.timers(), next_ms > now_ms ? next_ms - now_ms : 50);
}

void Dialer::resolve(const std::string& target) {
  if (queries_.count(target) != 0) return;
  const auto address = model::HostPort::parse(target);
  if (!address) {
    LogLine(log_, Level::error, "engine_address_bad")
        .text("engine_address", target)
        .text("reason", address.error().reason);
    return plan_.resolve_failed(target, loop_.now_ms());
  }
  queries_[target] = loop_.resolver().resolve(
      address->host, [this, target, port = address->port](core::DnsResult result) {
        // A copy, for the query that holds this goes before the name is used.
        resolved(std::string(target), port, std::move(result));
      });
}

void Dialer::resolved(const std::string& target, uint16_t port, core::DnsResult result) {
  queries_.erase(target);
  const uint64_t now_ms = loop_.now_ms();
  if (!result) {
    LogLine(log_, Level::warn, "engine_name_unresolved")
        .text("engine_address", target)
        .text("reason", result.error().reason);
    plan_.resolve_failed(target, now_ms);
    resolved_ms_.erase(target);
    return update();
  }
  std::vector<core::Address> addresses = std::move(result).value();
  for (core::Address& address : addresses) address.set_port(port);
  if (plan_.knows(target))
    resolved_ms_[target] = now_ms;
  else
    resolved_ms_.erase(target);
  plan_.set_addresses(target, addresses, now_ms);
  for (const DialOrder& order : plan_.take_due(target, now_ms)) dial_(order);
  update();
}

}  // namespace hawser::connector
