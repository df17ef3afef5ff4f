// SPDX-License-Identifier: Apache-2.0
#include "relay/recheck_queue.h"

#include <utility>

namespace hawser::relay {

void RecheckQueue::add(const std::string& provider, const std::string& session, Done done) {
  std::vector<Done>& waiting = sessions_[session];
  waiting.push_back(std::move(done));
  if (waiting.size() > 1) return;
  providers_[provider].waiting.push_back(session);
  start_next(provider);
}

void RecheckQueue::finish(const std::string& provider, const std::string& session) {
  const auto found = sessions_.find(session);
  if (found == sessions_.end()) return;
  const std::vector<Done> waiting = std::move(found->second);
  sessions_.erase(found);
  --providers_[provider].asked;
  for (const Done& done : waiting) done();
  start_next(provider);
}

// In a loop, not within each other: a start that finishes at once comes back here.
void RecheckQueue::start_next(const std::string& provider) {
  Provider& queue = providers_[provider];
  if (queue.starting) return;
  queue.starting = true;
  while (queue.asked < asked_at_once && !queue.waiting.empty()) {
    const std::string session = std::move(queue.waiting.front());
    queue.waiting.pop_front();
    ++queue.asked;
    start_(provider, session);
  }
  queue.starting = false;
  if (queue.asked == 0 && queue.waiting.empty()) providers_.erase(provider);
}

}  // namespace hawser::relay
