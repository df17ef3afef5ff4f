// SPDX-License-Identifier: Apache-2.0
// ConnectionSet: the server connections of one small service (admin API, enrolment, metrics):
// keeps them, bounds their number, and lets an answer come late, even after its connection went.
// Whoever holds connections without asking anything cannot keep others out: at the limit the oldest
// that is owed no answer makes room.
// Owner: the service. Thread: its loop's own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string_view>

#include "core/loop.h"
#include "core/metrics.h"
#include "core/transport.h"
#include "http/server_connection.h"

namespace hawser::http {

// The counter of what was no request, or no peer, of this listener.
core::Counter& refused_connections(core::MetricSet& metrics, std::string_view listener);

class ConnectionSet {
 public:
  // Called at most once; afterwards, and when the connection or the set has gone, it does nothing.
  using Respond = std::function<void(const ServerResponse&)>;
  using Handler = std::function<void(ServerRequest, Respond)>;

  // `loop` outlives the set.
  ConnectionSet(core::Loop& loop, size_t connection_limit, ServerConnection::Options options,
                Handler handler);
  ~ConnectionSet();
  ConnectionSet(const ConnectionSet&) = delete;
  ConnectionSet& operator=(const ConnectionSet&) = delete;

  // Takes an established connection; `peer` comes with each of its requests. Where every other one
  // is owed an answer and the limit is reached, it is closed unread: false.
  bool serve(std::unique_ptr<core::Transport> transport, ServerPeer peer = {});
  // Each connection ends after the answer that is under way.
  void drain();
  size_t size() const { return connections_.size(); }

 private:
  struct Alive {};
  bool make_room();
  void handle(uint64_t id, ServerRequest request);
  void respond(uint64_t id, uint64_t request_number, const ServerResponse& response);
  void remove(uint64_t id);

  struct Member {
    std::unique_ptr<ServerConnection> connection;
    ServerPeer peer;
    uint64_t request_number = 0;
    bool answer_owed = false;
  };
  core::Loop& loop_;
  size_t connection_limit_;
  ServerConnection::Options options_;
  Handler handler_;
  std::map<uint64_t, Member> connections_;  // the oldest first
  uint64_t next_id_ = 1;
  std::shared_ptr<Alive> alive_ = std::make_shared<Alive>();
};

}  // namespace hawser::http
