// SPDX-License-Identifier: Apache-2.0
// AdminHost: what the admin API asks of the running engine. Owner: the engine's main program
// implements it; it outlives the API. Thread: the control thread alone.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "control/refusal.h"
#include "control/session_filter.h"
#include "core/memory_report.h"
#include "core/result.h"
#include "model/access_question.h"
#include "model/ids.h"
#include "model/request_story.h"
#include "model/snapshot.h"

namespace hawser::control {

struct EngineStatus {
  std::string version;
  std::string engine_id;
  std::string trust_domain;
  int64_t started_ms = 0;  // since 1970-01-01 UTC
  bool ready = false;
  bool draining = false;
  std::string not_ready_reason;  // empty when ready
  uint64_t workers = 0;
  uint64_t config_revision = 0;
  std::vector<std::string> client_listeners;
  std::vector<std::string> connector_listeners;
  std::vector<std::string> redirect_listeners;
  std::string metrics_listener;  // empty: off
  uint64_t client_sessions = 0;
  uint64_t open_exchanges = 0;
  uint64_t queued_exchanges = 0;
  uint64_t exchanges_total = 0;
  uint64_t body_bytes_held = 0;   // of the budget
  uint64_t body_bytes_limit = 0;  // what bodies may hold, half of memory_limit
  uint64_t resident_bytes = 0;
};

struct LiveChannel {
  model::Uuid connector;
  uint64_t worker = 0;
  std::string peer;  // address
  bool bulk = false;
  int64_t since_ms = 0;
  uint64_t open_streams = 0;  // exchanges and control calls on it, as its worker counts them
};

// Who calls, by the socket's peer credentials.
struct AdminCaller {
  std::string user;  // the system's name for it, or the number again
  std::string uid;
};

struct AdminAct {
  std::string name;    // "token_created", "token_revoked", "connector_revoked", "sessions_revoked"
  std::string object;  // the id
  std::string detail;  // in words
  AdminCaller caller;  // nobody: the engine itself
  bool failed = false;
};

class AdminHost {
 public:
  virtual ~AdminHost() = default;
  virtual EngineStatus status() = 0;
  // `done` is called once every worker has told of its own; not at all when the engine stops
  // before.
  using ChannelsDone = std::function<void(const std::vector<LiveChannel>&)>;
  virtual void channels(ChannelsDone done) = 0;
  // Where the memory is, of all threads; as channels().
  using MemoryDone = std::function<void(const core::MemoryReport&)>;
  virtual void memory(MemoryDone done) = 0;
  virtual std::shared_ptr<const model::Snapshot> snapshot() = 0;  // never null
  // What the app's rules say to the question; an error where it can't be asked of this app.
  virtual core::Result<model::AccessAnswer> test_access(const model::App& app,
                                                        const model::AccessQuestion& question,
                                                        int64_t now_ms) = 0;
  // Who has signed in.
  virtual Outcome<std::vector<SessionRecord>> sessions() = 0;
  // Those end at once, with whatever runs in them; answers how many.
  virtual void revoke_sessions(const SessionFilter& filter, const AdminCaller& caller,
                               OutcomeDone<uint64_t> done) = 0;
  // Its channels are to be closed at once, with whatever runs on them.
  virtual void on_connector_revoked(const model::Uuid& connector) = 0;
  // What the workers remember of the request; none of it: it is forgotten, or was never here.
  // `done` is called once all have told, and not at all when the engine stops before.
  using StoriesDone = std::function<void(std::vector<model::RequestStory>)>;
  virtual void explain(const std::string& request_id, StoriesDone done) = 0;
  // An administrator did something that belongs among the events.
  virtual void on_admin_act(const AdminAct& act) = 0;
};

}  // namespace hawser::control
