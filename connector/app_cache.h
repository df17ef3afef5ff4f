// SPDX-License-Identifier: Apache-2.0
// AppCache: the apps that this connector was asked for, each with its revision. One that is unknown
// or of another revision is asked for on the channel that wants it; whoever else wants it waits for
// the same answer. Owner: the connector's worker. Thread: the worker's own.
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <string>

#include "channel/link.h"
#include "connector/control_call.h"
#include "core/loop.h"
#include "core/result.h"
#include "message/error.h"
#include "model/app.h"

namespace hawser::connector {

using AppResult = core::Result<std::shared_ptr<const model::App>, message::ExchangeError>;

class AppCache {
 public:
  using Done = std::function<void(AppResult)>;

  // Someone who waits for an app; destroying it ends the waiting.
  class Waiter {
   public:
    ~Waiter();
    Waiter(const Waiter&) = delete;
    Waiter& operator=(const Waiter&) = delete;

   private:
    friend class AppCache;
    Waiter(AppCache& cache, std::string app, channel::Link& link, Done done)
        : cache_(&cache), app_(std::move(app)), link_(&link), done_(std::move(done)) {}
    AppCache* cache_;  // null once answered
    std::string app_;
    channel::Link* link_;
    Done done_;
  };

  // `calls` (which outlives the cache) counts how often the engine was asked.
  explicit AppCache(core::Loop& loop, core::Counter* calls = nullptr, size_t limit = 1000)
      : loop_(loop), limit_(limit), calls_(calls) {}
  ~AppCache();
  AppCache(const AppCache&) = delete;
  AppCache& operator=(const AppCache&) = delete;

  // Null when it must be asked for.
  std::shared_ptr<const model::App> find(const std::string& app, uint64_t revision);
  // Asks on `link` unless somebody has asked already. `done` comes once, in a later turn; the
  // waiter may be destroyed within it, and must be before its link goes.
  std::unique_ptr<Waiter> ask(const std::string& app, channel::Link& link, Done done);

  size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    std::shared_ptr<const model::App> app;
    std::list<std::string>::iterator used;
  };
  struct Question {
    std::list<Waiter*> waiters;
    channel::Link* link = nullptr;
    std::unique_ptr<ControlCall> call;
  };

  void call(const std::string& app, Question& question);
  void answered(const std::string& app, const ControlResult& result);
  void settle(const std::string& app, const AppResult& result);
  void left(Waiter& waiter);
  void store(const std::string& app, std::shared_ptr<const model::App> value);
  static AppResult read(const std::string& app, const ControlResult& result);

  core::Loop& loop_;
  size_t limit_;
  core::Counter* calls_;
  std::map<std::string, Entry> entries_;
  std::list<std::string> order_;  // the one used last in front
  std::map<std::string, Question> questions_;
};

}  // namespace hawser::connector
