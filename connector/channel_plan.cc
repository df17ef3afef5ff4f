// SPDX-License-Identifier: Apache-2.0
#include "connector/channel_plan.h"

#include <algorithm>

namespace hawser::connector {

void ChannelPlan::set_targets(const std::vector<std::string>& targets, uint64_t now_ms) {
  for (auto& [name, target] : targets_) target.wanted = false;
  for (const std::string& name : targets) {
    if (targets_.size() >= targets_limit && targets_.count(name) == 0) continue;
    targets_[name].wanted = true;
  }
  for (auto& [address, endpoint] : endpoints_)
    if (!targets_[endpoint.target].wanted) endpoint.named = false;
  reconcile(now_ms);
}

void ChannelPlan::set_addresses(const std::string& name,
                                const std::vector<core::Address>& addresses, uint64_t now_ms) {
  const auto target = targets_.find(name);
  if (target == targets_.end()) return;
  target->second.resolved = true;
  target->second.backoff.reset();
  for (auto& [key, endpoint] : endpoints_)
    if (endpoint.target == name) endpoint.named = false;
  size_t taken = 0;
  for (const core::Address& address : addresses) {
    if (++taken > addresses_limit) break;
    // An address that two names share belongs to the one that named it first.
    Endpoint& endpoint = endpoints_[address.to_string()];
    if (endpoint.target.empty() || !endpoint.named) endpoint.target = name;
    if (endpoint.target == name) endpoint.named = target->second.wanted;
    endpoint.address = address;
  }
  reconcile(now_ms);
}

void ChannelPlan::resolve_failed(const std::string& name, uint64_t now_ms) {
  const auto target = targets_.find(name);
  if (target == targets_.end()) return;
  const uint64_t due_ms = now_ms + target->second.backoff.next_ms(random_());
  target->second.due_ms = due_ms;
  for (auto& [id, channel] : channels_)
    if (channel.state == State::waiting && endpoints_[channel.address].target == name)
      channel.due_ms = std::max(channel.due_ms, due_ms);
}

ChannelPlan::Verdict ChannelPlan::established(uint64_t id, const std::string& engine,
                                              uint32_t engine_worker, uint32_t worker_count,
                                              uint32_t channels_wanted, uint64_t now_ms) {
  const auto found = channels_.find(id);
  if (found == channels_.end()) return Verdict::surplus;
  Channel& channel = found->second;
  engines_[engine] = {std::clamp(channels_wanted, 1u, channels_limit),
                      std::clamp(worker_count, 1u, 1024u)};
  endpoints_[channel.address].engine = engine;
  channel.engine = engine;
  channel.engine_worker = static_cast<int32_t>(engine_worker);
  channel.state = State::established;
  channel.established_ms = now_ms;
  size_t held = 0;
  for (const auto& [other, entry] : channels_)
    held += entry.engine == engine && entry.state == State::established ? 1 : 0;
  const bool surplus = held > engines_[engine].channels_wanted;
  if (surplus) remove(found);
  reconcile(now_ms);
  return surplus ? Verdict::surplus : Verdict::keep;
}

void ChannelPlan::lost(uint64_t id, uint64_t now_ms) {
  const auto found = channels_.find(id);
  if (found == channels_.end()) return;
  Channel& channel = found->second;
  if (channel.state == State::established &&
      now_ms - channel.established_ms >= backoff_forgets_after_ms)
    channel.backoff.reset();
  channel.state = State::waiting;
  channel.due_ms = now_ms + channel.backoff.next_ms(random_());
  channel.address = address_after(channel);
  channel.engine_worker = -1;
  reconcile(now_ms);
}

std::vector<std::string> ChannelPlan::due_targets(uint64_t now_ms) const {
  std::vector<std::string> due;
  for (const auto& [name, target] : targets_) {
    if (!target.resolved && target.due_ms <= now_ms) {
      due.push_back(name);
      continue;
    }
    for (const auto& [id, channel] : channels_) {
      if (channel.state != State::waiting || channel.due_ms > now_ms) continue;
      const auto endpoint = endpoints_.find(channel.address);
      if (endpoint == endpoints_.end() || endpoint->second.target != name) continue;
      due.push_back(name);
      break;
    }
  }
  return due;
}

std::vector<DialOrder> ChannelPlan::take_due(const std::string& target, uint64_t now_ms) {
  std::vector<DialOrder> orders;
  for (auto& [id, channel] : channels_) {
    if (channel.state != State::waiting || channel.due_ms > now_ms) continue;
    const auto endpoint = endpoints_.find(channel.address);
    if (endpoint == endpoints_.end() || endpoint->second.target != target) continue;
    channel.state = State::dialling;
    if (!channel.engine.empty())
      channel.engine_worker =
          least_covered_worker(channel.engine, engines_[channel.engine].worker_count);
    orders.push_back({id, channel.worker, endpoint->second.address, channel.engine_worker});
  }
  return orders;
}

std::optional<uint64_t> ChannelPlan::next_due_ms() const {
  std::optional<uint64_t> next;
  const auto consider = [&next](uint64_t due_ms) {
    next = std::min(next.value_or(due_ms), due_ms);
  };
  for (const auto& [name, target] : targets_)
    if (!target.resolved) consider(target.due_ms);
  for (const auto& [id, channel] : channels_)
    if (channel.state == State::waiting) consider(channel.due_ms);
  return next;
}

size_t ChannelPlan::established_channels() const {
  return static_cast<size_t>(std::count_if(channels_.begin(), channels_.end(), [](const auto& c) {
    return c.second.state == State::established;
  }));
}

// What should be there and is not is added; what should not be there and carries nothing goes.
void ChannelPlan::reconcile(uint64_t now_ms) {
  forget_gone();
  for (const auto& [address, endpoint] : endpoints_)
    if (endpoint.named && endpoint.engine.empty() && !in_use(address))
      add_channel("", address, now_ms);
  for (const auto& [name, engine] : engines_) {
    const std::vector<std::string> addresses = addresses_of(name);
    if (addresses.empty()) continue;
    for (size_t have = count(name); have < engine.channels_wanted; ++have)
      add_channel(name, addresses[have % addresses.size()], now_ms);
  }
}

void ChannelPlan::forget_gone() {
  for (auto channel = channels_.begin(); channel != channels_.end();) {
    const bool gone =
        channel->second.state == State::waiting && !endpoints_[channel->second.address].named;
    channel = gone ? remove(channel) : std::next(channel);
  }
  std::erase_if(endpoints_,
                [this](const auto& entry) { return !entry.second.named && !in_use(entry.first); });
  std::erase_if(engines_, [this](const auto& entry) {
    return addresses_of(entry.first).empty() && count(entry.first) == 0;
  });
  std::erase_if(targets_, [this](const auto& entry) {
    return !entry.second.wanted &&
           std::none_of(endpoints_.begin(), endpoints_.end(),
                        [&](const auto& e) { return e.second.target == entry.first; });
  });
}

void ChannelPlan::add_channel(const std::string& engine, const std::string& address,
                              uint64_t now_ms) {
  Channel channel;
  channel.engine = engine;
  channel.address = address;
  channel.worker = least_loaded_worker();
  channel.due_ms = now_ms;
  ++worker_load_[channel.worker];
  channels_.emplace(next_channel_++, std::move(channel));
}

std::map<uint64_t, ChannelPlan::Channel>::iterator ChannelPlan::remove(
    std::map<uint64_t, Channel>::iterator channel) {
  --worker_load_[channel->second.worker];
  return channels_.erase(channel);
}

size_t ChannelPlan::count(const std::string& engine) const {
  return static_cast<size_t>(std::count_if(channels_.begin(), channels_.end(), [&](const auto& c) {
    return c.second.engine == engine;
  }));
}

bool ChannelPlan::in_use(const std::string& address) const {
  return std::any_of(channels_.begin(), channels_.end(),
                     [&](const auto& c) { return c.second.address == address; });
}

size_t ChannelPlan::least_loaded_worker() const {
  return static_cast<size_t>(std::min_element(worker_load_.begin(), worker_load_.end()) -
                             worker_load_.begin());
}

int32_t ChannelPlan::least_covered_worker(const std::string& engine, uint32_t worker_count) const {
  std::vector<size_t> covered(worker_count, 0);
  for (const auto& [id, channel] : channels_) {
    if (channel.engine != engine || channel.state == State::waiting) continue;
    if (channel.engine_worker >= 0 && static_cast<uint32_t>(channel.engine_worker) < worker_count)
      ++covered[static_cast<size_t>(channel.engine_worker)];
  }
  return static_cast<int32_t>(std::min_element(covered.begin(), covered.end()) - covered.begin());
}

std::vector<std::string> ChannelPlan::addresses_of(const std::string& engine) const {
  std::vector<std::string> addresses;
  for (const auto& [address, endpoint] : endpoints_)
    if (endpoint.named && endpoint.engine == engine) addresses.push_back(address);
  return addresses;
}

// Where to dial next: the engine's addresses in turn.
std::string ChannelPlan::address_after(const Channel& channel) const {
  if (channel.engine.empty()) return channel.address;
  const std::vector<std::string> addresses = addresses_of(channel.engine);
  if (addresses.empty()) return channel.address;
  const auto next = std::upper_bound(addresses.begin(), addresses.end(), channel.address);
  return next == addresses.end() ? addresses.front() : *next;
}

}  // namespace hawser::connector
