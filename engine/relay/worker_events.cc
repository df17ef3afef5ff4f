// SPDX-License-Identifier: Apache-2.0
#include "relay/worker_events.h"

#include <utility>

#include "control/event_counter.h"

namespace hawser::relay {

WorkerEvents::WorkerEvents(core::Loop& loop, HandOver hand_over)
    : loop_(loop), hand_over_(std::move(hand_over)), due_([this] { this->hand_over(); }) {}

void WorkerEvents::on_event(model::Event event) {
  std::string key = control::counted_key(event);
  if (!key.empty() && lot_.size() >= crowded && !places_.contains(key)) {
    control::forget_particulars(event);
    key = control::counted_key(event);
  }
  if (const auto alike = key.empty() ? places_.end() : places_.find(key); alike != places_.end())
    return control::add_to(lot_[alike->second], event);
  if (lot_.size() >= lot_limit) {
    dropped_ += event.count;
    return;
  }
  if (!key.empty()) places_.emplace(std::move(key), lot_.size());
  lot_.push_back(std::move(event));
  if (!on_its_way_ && !due_.armed()) due_.arm(loop_.timers(), gather_ms);
}

void WorkerEvents::on_taken() {
  on_its_way_ = false;
  if (!lot_.empty()) due_.arm(loop_.timers(), gather_ms);
}

void WorkerEvents::hand_over_all() {
  due_.disarm();
  hand_over();
}

void WorkerEvents::hand_over() {
  if (lot_.empty()) return;
  lot_.front().dropped += std::exchange(dropped_, 0);
  on_its_way_ = true;
  places_.clear();
  hand_over_(std::exchange(lot_, {}));
}

}  // namespace hawser::relay
