// SPDX-License-Identifier: Apache-2.0
#include "http/connection_set.h"

#include <utility>
#include <vector>

namespace hawser::http {

core::Counter& refused_connections(core::MetricSet& metrics, std::string_view listener) {
  return metrics.counter(
      metrics.registry().counter(
          "hawser_refused_connections_total",
          "Connections and requests that were none of their listener's, by listener.",
          {"listener"}),
      {listener});
}

ConnectionSet::ConnectionSet(core::Loop& loop, size_t connection_limit,
                             ServerConnection::Options options, Handler handler)
    : loop_(loop),
      connection_limit_(connection_limit),
      options_(options),
      handler_(std::move(handler)) {}

ConnectionSet::~ConnectionSet() = default;

bool ConnectionSet::serve(std::unique_ptr<core::Transport> transport, ServerPeer peer) {
  if (connections_.size() >= connection_limit_ && !make_room()) {
    loop_.defer_delete(std::move(transport));  // it may be calling us
    return false;
  }
  const uint64_t id = next_id_++;
  Member& member = connections_[id];
  member.peer = std::move(peer);
  member.connection = std::make_unique<ServerConnection>(
      std::move(transport), options_,
      [this, id](ServerConnection&, ServerRequest request) { handle(id, std::move(request)); },
      [this, id](ServerConnection&) { remove(id); });
  return true;
}

bool ConnectionSet::make_room() {
  for (const auto& [id, member] : connections_) {
    if (member.answer_owed) continue;
    remove(id);
    return true;
  }
  return false;
}

void ConnectionSet::handle(uint64_t id, ServerRequest request) {
  const auto member = connections_.find(id);
  if (member == connections_.end()) return;
  const uint64_t number = ++member->second.request_number;
  member->second.answer_owed = true;
  request.peer = member->second.peer;
  handler_(std::move(request), [this, alive = std::weak_ptr<Alive>(alive_), id,
                                number](const ServerResponse& response) {
    if (!alive.expired()) respond(id, number, response);
  });
}

void ConnectionSet::respond(uint64_t id, uint64_t request_number, const ServerResponse& response) {
  const auto member = connections_.find(id);
  if (member == connections_.end()) return;
  if (!member->second.answer_owed || member->second.request_number != request_number) return;
  // Who is sent a stream is owed the rest of it.
  member->second.answer_owed = response.stream != nullptr;
  member->second.connection->respond(response);
}

void ConnectionSet::remove(uint64_t id) {
  auto member = connections_.extract(id);
  if (!member.empty()) loop_.defer_delete(std::move(member.mapped().connection));
}

void ConnectionSet::drain() {
  std::vector<uint64_t> ids;  // draining one may remove it
  for (const auto& [id, member] : connections_) ids.push_back(id);
  for (const uint64_t id : ids) {
    if (const auto member = connections_.find(id); member != connections_.end()) {
      member->second.connection->drain();
    }
  }
}

}  // namespace hawser::http
