// SPDX-License-Identifier: Apache-2.0
#include "control/event_counter.h"

#include <algorithm>
#include <utility>

#include "model/ip_network.h"

namespace hawser::control {
namespace {

using model::Event;
using model::EventKind;

// The network that one client can choose its addresses from: IPv4 /24, IPv6 /64.
std::string network_of(const std::string& client_ip) {
  const auto address = model::IpAddress::parse(client_ip);
  if (!address.ok()) return client_ip;
  const size_t bytes = address->is_ipv6() ? 8 : 3;
  return {reinterpret_cast<const char*>(address->bytes().data()), bytes};
}

void add_part(std::string& key, std::string_view part) {
  key.append(part);
  key.push_back('\0');
}

}  // namespace

std::string counted_key(const Event& event) {
  switch (event.kind) {
    case EventKind::signed_in:
    case EventKind::revoked:
    case EventKind::administered:
      return {};
    case EventKind::sign_in_failed:
    case EventKind::stepped_up:
    case EventKind::denied:
    case EventKind::signed_out:
    case EventKind::form_parked:
      break;
  }
  std::string key(1, static_cast<char>('a' + static_cast<int>(event.kind)));
  add_part(key, event.app);
  add_part(key, event.user);
  add_part(key, event.kind == EventKind::signed_out ? event.session : std::string());
  add_part(key, event.rule);
  add_part(key, event.reason);
  add_part(key, network_of(event.client_ip));
  return key;
}

void forget_particulars(Event& event) {
  event.user.clear();
  event.session.clear();
  event.client_ip.clear();
  event.rule.clear();
  event.acr.clear();
  event.amr.clear();
  event.host.clear();
  event.method.clear();
  event.path.clear();
  event.detail = "too many different ones to tell apart";
}

void add_to(Event& event, const Event& other) {
  if (event.first_ms == 0) event.first_ms = event.time_ms;
  event.first_ms = std::min(event.first_ms, other.first_ms == 0 ? other.time_ms : other.first_ms);
  event.time_ms = std::max(event.time_ms, other.time_ms);
  event.count += other.count;
  event.dropped += other.dropped;
}

bool EventCounter::take_one(bool known_person, uint64_t now_ms) {
  Allowance& allowance = allowances_[known_person ? 1 : 0];
  const uint64_t grown = (now_ms - std::min(now_ms, allowance.grown_ms)) / more_ms;
  if (grown > 0) {
    allowance.left = std::min<uint64_t>(different_limit, allowance.left + grown);
    allowance.grown_ms = now_ms;
  }
  if (allowance.left == 0) return false;
  --allowance.left;
  return true;
}

void EventCounter::add(Event event, uint64_t now_ms, std::vector<Event>& ready) {
  std::string key = counted_key(event);
  if (key.empty()) return ready.push_back(std::move(event));
  auto found = held_.find(key);
  if (found == held_.end() && !take_one(!event.user.empty(), now_ms)) {
    forget_particulars(event);
    key = "others " + counted_key(event);
    found = held_.find(key);
  }
  if (found == held_.end() && held_.size() >= held_limit) {
    dropped_ += event.count;
    return;
  }
  if (found == held_.end()) {
    held_[std::move(key)] = {std::move(event), now_ms + settle_ms};
  } else if (found->second.event) {
    add_to(*found->second.event, event);
  } else {
    found->second.event = std::move(event);
  }
}

void EventCounter::run(uint64_t now_ms, std::vector<Event>& ready) {
  for (auto at = held_.begin(); at != held_.end();) {
    Held& held = at->second;
    if (held.due_ms > now_ms) {
      ++at;
    } else if (held.event) {
      ready.push_back(*std::exchange(held.event, std::nullopt));
      held.due_ms = now_ms + window_ms;
      ++at;
    } else {
      at = held_.erase(at);
    }
  }
}

void EventCounter::take_all(std::vector<Event>& ready) {
  for (auto& [key, held] : held_)
    if (held.event) ready.push_back(std::move(*held.event));
  held_.clear();
}

std::optional<uint64_t> EventCounter::next_due_ms() const {
  std::optional<uint64_t> next;
  for (const auto& [key, held] : held_)
    if (!next || held.due_ms < *next) next = held.due_ms;
  return next;
}

}  // namespace hawser::control
