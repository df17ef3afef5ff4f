// SPDX-License-Identifier: Apache-2.0
// What an engine's workers hear of sign-ins, and what administrators see of sessions.
#include "relay/engine.h"

namespace hawser::relay {

void Engine::on_keys(const SignInHost::Keys& keys) {
  for (uint32_t i = 0; i < workers_.size(); ++i)
    to_worker(i, [keys](RelayWorker& worker) { worker.set_keys(keys); });
}

void Engine::on_revoked(const access::RevokedSessions& sessions) {
  for (uint32_t i = 0; i < workers_.size(); ++i)
    to_worker(i, [sessions](RelayWorker& worker) { worker.revoke_sessions(sessions); });
}

control::Outcome<std::vector<control::SessionRecord>> Engine::sessions() {
  return sign_in_->sessions();
}

void Engine::revoke_sessions(const control::SessionFilter& filter,
                             const control::AdminCaller& caller,
                             control::OutcomeDone<uint64_t> done) {
  model::Event event;
  event.kind = model::EventKind::revoked;
  event.reason = "by_administrator";
  event.actor = caller.user;
  event.actor_uid = caller.uid;
  sign_in_->revoke(filter, event, std::move(done));
}

}  // namespace hawser::relay
