// SPDX-License-Identifier: Apache-2.0
// Dispatcher: finds a link for each exchange: the least loaded channel of this worker that belongs
// to the app's group; failing that a link to another worker that has one. Where there is none the
// exchange waits, in a queue that is bounded in length and time. Owner: the RelayWorker. Thread:
// the worker's own.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "channel/link.h"
#include "core/loop.h"
#include "core/metrics.h"
#include "core/text_map.h"
#include "core/timer_wheel.h"
#include "message/error.h"

namespace hawser::relay {

// Tells a way from all others for as long as this worker runs; holds nothing.
struct WayName {
  uint64_t channel = 0;            // counted from 1; 0: none of this worker's
  std::optional<uint32_t> worker;  // the other one
  bool operator==(const WayName&) const = default;
};

// One way to a group: a channel, or another worker.
struct Way {
  channel::Link* link = nullptr;
  std::string_view connector;  // its id; "" behind another worker
  bool other_worker = false;
  WayName name;
  core::Counter* streams = nullptr;  // of the connector, where it is counted
};

// Somebody who needs a way. A base of its owner; leaves the queue by its destructor.
class Waiter {
 public:
  Waiter();
  virtual ~Waiter();
  Waiter(const Waiter&) = delete;
  Waiter& operator=(const Waiter&) = delete;
  virtual void on_way(const Way& way) = 0;
  virtual void on_no_way(message::ExchangeError error) = 0;
  bool waiting() const { return queue_ != nullptr; }

 private:
  friend class Dispatcher;
  struct Queue;
  core::Deadline deadline_;
  Queue* queue_ = nullptr;
  Waiter* previous_ = nullptr;
  Waiter* next_ = nullptr;
  bool local_only_ = false;
  std::optional<WayName> only_;
};

class Dispatcher {
 public:
  // Opens the link to another worker, or gives the one that is open; null when that worker is gone.
  using WorkerLinkSource = std::function<channel::Link*(uint32_t worker)>;

  // `waiting` shows how many wait.
  Dispatcher(core::Loop& loop, size_t queue_limit, core::Gauge& waiting,
             WorkerLinkSource worker_links);
  ~Dispatcher();
  Dispatcher(const Dispatcher&) = delete;
  Dispatcher& operator=(const Dispatcher&) = delete;

  // Answers within the call, or later while `waiter` waits. `local_only`: it came from another
  // worker, one hop at most. `only`: no other way will do; once it is gone the answer is
  // connector_gone.
  void submit(Waiter& waiter, std::string_view group, uint64_t queue_timeout_ms, bool local_only,
              const std::optional<WayName>& only = std::nullopt);
  void withdraw(Waiter& waiter);

  // `streams`, which may be null and outlives the channel, counts the connector's.
  void add_channel(std::string_view group, std::string_view connector, channel::Link& link,
                   core::Counter* streams = nullptr);
  void remove_channel(channel::Link& link);
  // Null when it is gone.
  channel::Link* link_of(const WayName& name) const;
  // How many channels of the group another worker has now.
  void set_remote(std::string_view group, uint32_t worker, uint32_t channels);
  void forget_worker(uint32_t worker);
  // A stream ended or a limit rose: those who wait are served as far as it goes.
  void serve(std::string_view group);
  // Nobody waits any longer: each hears `error`.
  void refuse_all(const message::ExchangeError& error);

  size_t waiting() const { return waiting_; }
  size_t channels(std::string_view group) const;

 private:
  friend class Waiter;
  struct Group;
  Group& group(std::string_view name);
  Way pick(Group& group, const Waiter& waiter);
  Way pick_local(Group& group);
  Way pick_remote(Group& group);
  Way pick_only(Group& group, const WayName& name);
  static bool lives(const Group& group, const WayName& name);
  bool serve_one(Group& group);
  void fail_without_way(Group& group);
  void enqueue(Group& group, Waiter& waiter, uint64_t queue_timeout_ms);
  void unlink(Waiter& waiter);
  void timed_out(Waiter& waiter);

  core::Loop& loop_;
  size_t queue_limit_;
  WorkerLinkSource worker_links_;
  uint64_t next_channel_ = 1;
  core::TextMap<std::unique_ptr<Group>> groups_;
  core::Gauge& waiting_gauge_;
  size_t waiting_ = 0;
};

}  // namespace hawser::relay
