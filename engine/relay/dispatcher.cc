// SPDX-License-Identifier: Apache-2.0
#include "relay/dispatcher.h"

#include <algorithm>
#include <string>

namespace hawser::relay {

using message::ErrorCode;
using message::ExchangeError;

struct Waiter::Queue {
  Dispatcher* dispatcher;
  Waiter* head = nullptr;
  Waiter* tail = nullptr;
  size_t length = 0;
};

struct Dispatcher::Group {
  struct Channel {
    channel::Link* link;
    std::string connector;
    uint64_t number;
    core::Counter* streams;
    Way way() const { return {link, connector, false, {number, std::nullopt}, streams}; }
  };
  struct Remote {
    uint32_t worker;
    uint32_t channels;
  };
  std::string name;
  Waiter::Queue queue;
  std::vector<Channel> channels;
  std::vector<Remote> remotes;
  size_t turn = 0;  // where the search among equals begins
  size_t remote_turn = 0;
  bool serving = false;
};

namespace {

ExchangeError gone() {
  return ExchangeError::of(ErrorCode::connector_gone,
                           "the channel to it that held the session's origin connection is closed");
}

}  // namespace

Waiter::Waiter() : deadline_([this] { queue_->dispatcher->timed_out(*this); }) {}

Waiter::~Waiter() {
  if (queue_ != nullptr) queue_->dispatcher->unlink(*this);
}

Dispatcher::Dispatcher(core::Loop& loop, size_t queue_limit, core::Gauge& waiting,
                       WorkerLinkSource worker_links)
    : loop_(loop),
      queue_limit_(queue_limit),
      worker_links_(std::move(worker_links)),
      waiting_gauge_(waiting) {}

Dispatcher::~Dispatcher() {
  for (auto& [name, group] : groups_) {
    while (group->queue.head != nullptr) unlink(*group->queue.head);
  }
}

Dispatcher::Group& Dispatcher::group(std::string_view name) {
  if (const auto found = groups_.find(name); found != groups_.end()) return *found->second;
  auto group = std::make_unique<Group>();
  group->name = name;
  group->queue.dispatcher = this;
  return *groups_.emplace(std::string(name), std::move(group)).first->second;
}

Way Dispatcher::pick_local(Group& group) {
  const size_t count = group.channels.size();
  const Group::Channel* best = nullptr;
  for (size_t i = 0; i < count; ++i) {
    const Group::Channel& channel = group.channels[(group.turn + i) % count];
    if (!channel.link->can_open()) continue;
    if (best == nullptr || channel.link->open_streams() < best->link->open_streams())
      best = &channel;
  }
  if (best == nullptr) return {};
  ++group.turn;
  return best->way();
}

Way Dispatcher::pick(Group& group, const Waiter& waiter) {
  if (waiter.only_) return pick_only(group, *waiter.only_);
  if (const Way way = pick_local(group); way.link != nullptr || waiter.local_only_) return way;
  return pick_remote(group);
}

Way Dispatcher::pick_remote(Group& group) {
  const size_t count = group.remotes.size();
  for (size_t i = 0; i < count; ++i) {
    const Group::Remote& remote = group.remotes[(group.remote_turn + i) % count];
    if (remote.channels == 0) continue;
    channel::Link* link = worker_links_(remote.worker);
    if (link == nullptr || !link->can_open()) continue;
    ++group.remote_turn;
    return {link, {}, true, {0, remote.worker}, nullptr};
  }
  return {};
}

Way Dispatcher::pick_only(Group& group, const WayName& name) {
  if (name.worker) {
    channel::Link* link = worker_links_(*name.worker);
    return link != nullptr && link->can_open() ? Way{link, {}, true, name, nullptr} : Way{};
  }
  for (const Group::Channel& channel : group.channels)
    if (channel.number == name.channel && channel.link->can_open()) return channel.way();
  return {};
}

bool Dispatcher::lives(const Group& group, const WayName& name) {
  if (name.worker) return true;  // that worker knows of its own channels
  return std::any_of(group.channels.begin(), group.channels.end(),
                     [&](const Group::Channel& channel) { return channel.number == name.channel; });
}

channel::Link* Dispatcher::link_of(const WayName& name) const {
  if (name.worker) return worker_links_(*name.worker);
  for (const auto& [group_name, group] : groups_)
    for (const Group::Channel& channel : group->channels)
      if (channel.number == name.channel) return channel.link;
  return nullptr;
}

void Dispatcher::submit(Waiter& waiter, std::string_view group_name, uint64_t queue_timeout_ms,
                        bool local_only, const std::optional<WayName>& only) {
  Group& to = group(group_name);
  waiter.local_only_ = local_only;
  waiter.only_ = only;
  if (const Way way = pick(to, waiter); way.link != nullptr) {
    waiter.on_way(way);
  } else if (only && !lives(to, *only)) {
    waiter.on_no_way(gone());
  } else if (to.queue.length >= queue_limit_) {
    waiter.on_no_way(
        ExchangeError::of(ErrorCode::queue_full,
                          std::to_string(to.queue.length) + " requests wait for group " + to.name));
  } else {
    enqueue(to, waiter, queue_timeout_ms);
  }
}

void Dispatcher::enqueue(Group& group, Waiter& waiter, uint64_t queue_timeout_ms) {
  waiter.queue_ = &group.queue;
  waiter.previous_ = group.queue.tail;
  waiter.next_ = nullptr;
  (group.queue.tail != nullptr ? group.queue.tail->next_ : group.queue.head) = &waiter;
  group.queue.tail = &waiter;
  ++group.queue.length;
  waiting_gauge_.set(static_cast<int64_t>(++waiting_));
  waiter.deadline_.arm(loop_.timers(), queue_timeout_ms);
}

void Dispatcher::unlink(Waiter& waiter) {
  Waiter::Queue& queue = *waiter.queue_;
  (waiter.previous_ != nullptr ? waiter.previous_->next_ : queue.head) = waiter.next_;
  (waiter.next_ != nullptr ? waiter.next_->previous_ : queue.tail) = waiter.previous_;
  --queue.length;
  waiting_gauge_.set(static_cast<int64_t>(--waiting_));
  waiter.queue_ = nullptr;
  waiter.deadline_.disarm();
}

void Dispatcher::withdraw(Waiter& waiter) {
  if (waiter.queue_ != nullptr) unlink(waiter);
}

void Dispatcher::timed_out(Waiter& waiter) {
  const auto with_queue = std::find_if(groups_.begin(), groups_.end(), [&](const auto& entry) {
    return &entry.second->queue == waiter.queue_;
  });
  const Group& group = *with_queue->second;
  const bool any =
      !group.channels.empty() || std::any_of(group.remotes.begin(), group.remotes.end(),
                                             [](const Group::Remote& r) { return r.channels > 0; });
  unlink(waiter);
  waiter.on_no_way(
      any ? ExchangeError::of(ErrorCode::queue_timeout,
                              "every channel of group " + group.name + " is full")
          : ExchangeError::of(ErrorCode::no_connector,
                              "no connector of group " + group.name + " takes requests"));
}

void Dispatcher::add_channel(std::string_view group_name, std::string_view connector,
                             channel::Link& link, core::Counter* streams) {
  group(group_name).channels.push_back({&link, std::string(connector), next_channel_++, streams});
  serve(group_name);
}

void Dispatcher::remove_channel(channel::Link& link) {
  std::vector<Group*> its;
  for (auto& [name, group] : groups_) {
    if (std::erase_if(group->channels,
                      [&](const Group::Channel& channel) { return channel.link == &link; }) > 0)
      its.push_back(group.get());
  }
  for (Group* const group : its) fail_without_way(*group);
}

// Whoever waits for one way alone waits no longer when it is gone.
void Dispatcher::fail_without_way(Group& group) {
  for (Waiter* waiter = group.queue.head; waiter != nullptr;) {
    if (!waiter->only_ || lives(group, *waiter->only_)) {
      waiter = waiter->next_;
      continue;
    }
    unlink(*waiter);
    waiter->on_no_way(gone());
    waiter = group.queue.head;  // others may have left within the call
  }
}

void Dispatcher::set_remote(std::string_view group_name, uint32_t worker, uint32_t channels) {
  Group& at = group(group_name);
  const auto found =
      std::find_if(at.remotes.begin(), at.remotes.end(),
                   [&](const Group::Remote& remote) { return remote.worker == worker; });
  if (found != at.remotes.end()) {
    found->channels = channels;
  } else {
    at.remotes.push_back({worker, channels});
  }
  serve(group_name);
}

void Dispatcher::forget_worker(uint32_t worker) {
  for (auto& [name, group] : groups_) {
    std::erase_if(group->remotes,
                  [&](const Group::Remote& remote) { return remote.worker == worker; });
  }
}

void Dispatcher::serve(std::string_view group_name) {
  if (waiting_ == 0) return;
  const auto found = groups_.find(group_name);
  if (found == groups_.end() || found->second->serving) return;
  Group& at = *found->second;
  at.serving = true;
  while (serve_one(at)) {
  }
  at.serving = false;
}

// The first in the queue that has a way; one that waits for a certain channel holds up nobody.
bool Dispatcher::serve_one(Group& group) {
  bool none_for_all = false;
  for (Waiter* waiter = group.queue.head; waiter != nullptr; waiter = waiter->next_) {
    if (none_for_all && !waiter->only_) continue;
    const Way way = pick(group, *waiter);
    if (way.link == nullptr) {
      none_for_all = none_for_all || !waiter->only_;
      continue;
    }
    unlink(*waiter);
    waiter->on_way(way);
    return true;
  }
  return false;
}

void Dispatcher::refuse_all(const ExchangeError& error) {
  for (auto& [name, group] : groups_) {
    while (group->queue.head != nullptr) {
      Waiter& waiter = *group->queue.head;
      unlink(waiter);
      waiter.on_no_way(error);
    }
  }
}

size_t Dispatcher::channels(std::string_view group_name) const {
  const auto found = groups_.find(group_name);
  return found == groups_.end() ? 0 : found->second->channels.size();
}

}  // namespace hawser::relay
