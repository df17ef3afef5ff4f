// SPDX-License-Identifier: Apache-2.0
// What an engine tells auditors of itself, and what it remembers of a request.
#include <algorithm>
#include <iterator>
#include <memory>
#include <utility>

#include "access/decision_story.h"
#include "relay/engine.h"

namespace hawser::relay {

core::Result<void> Engine::open_events() {
  auto chain = control::EventChain::open(*store_, state_dir_->engine_id().to_string(), version_);
  if (!chain.ok()) return chain.error();
  event_chain_ = std::move(*chain);
  // What is told here stands elsewhere too: a whole chain that was put in this one's place shows.
  core::LogLine(log_, core::Level::info, "event_chain")
      .number("sequence", event_chain_->last())
      .text("sha256", event_chain_->head_sha256_hex())
      .text("key", event_chain_->key_id());
  journal_ = std::make_unique<control::EventJournal>(loop_, log_, *event_chain_, metrics_);
  journal_->set_keep(config_.events_keep_ms);
  return {};
}

void Engine::on_admin_act(const control::AdminAct& act) {
  model::Event event;
  event.kind = model::EventKind::administered;
  event.time_ms = loop_.wall_ms();
  event.reason = act.name;
  event.object = act.object;
  event.detail = act.detail;
  event.failed = act.failed;
  event.actor = act.caller.user;
  event.actor_uid = act.caller.uid;
  journal_->on_event(std::move(event));
}

void Engine::on_reload_refused(const std::string& reason) {
  if (journal_ == nullptr) return;
  control::AdminAct act{"configuration_reloaded", "", reason, {}};
  act.failed = true;
  on_admin_act(act);
}

void Engine::events(uint32_t worker, std::vector<model::Event> lot) {
  mailbox_.post([this, worker, lot = std::move(lot)]() mutable {
    journal_->take(std::move(lot));
    to_worker(worker, [](RelayWorker& relay) { relay.events_taken(); });
  });
}

// Whichever worker had it: each is asked.
void Engine::explain(const std::string& request_id, StoriesDone done) {
  struct Asked {
    StoriesDone done;
    size_t waiting;
    std::vector<model::RequestStory> stories;
  };
  if (stopped_) return;
  const auto asked = std::make_shared<Asked>(Asked{std::move(done), workers_.size(), {}});
  for (uint32_t i = 0; i < workers_.size(); ++i) {
    to_worker(i, [this, asked, i, request_id](RelayWorker& relay) {
      mailbox_.post([this, asked, i, found = relay.remembered(request_id)]() mutable {
        for (access::DecisionRing::Remembered& each : found) {
          const model::App* app = snapshot_->find_app(each.story.app);
          model::RequestStory story = access::story_of(std::move(each), app);
          story.worker = i;
          asked->stories.push_back(std::move(story));
        }
        if (--asked->waiting != 0) return;
        std::sort(asked->stories.begin(), asked->stories.end(),
                  [](const auto& a, const auto& b) { return a.time_ms < b.time_ms; });
        asked->done(std::move(asked->stories));
      });
    });
  }
}

}  // namespace hawser::relay
