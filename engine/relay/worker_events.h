// SPDX-License-Identifier: Apache-2.0
// WorkerEvents: what one worker's gate tells auditors, gathered for a moment, those that are alike
// as one, and handed to the control thread. A second lot goes only when the first was taken, so
// that a flood fills nobody's memory. Owner: the RelayWorker. Thread: the worker's own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/loop.h"
#include "core/timer_wheel.h"
#include "model/event.h"

namespace hawser::relay {

class WorkerEvents final : public model::EventSink {
 public:
  static constexpr uint64_t gather_ms = 20;
  static constexpr size_t lot_limit = 512;
  // From here on events that are counted tell no more than their app and reason.
  static constexpr size_t crowded = 256;

  using HandOver = std::function<void(std::vector<model::Event>)>;

  WorkerEvents(core::Loop& loop, HandOver hand_over);

  void on_event(model::Event event) override;
  // The last lot has arrived.
  void on_taken();
  // Whatever there is, at once: the worker is about to end.
  void hand_over_all();

 private:
  void hand_over();

  core::Loop& loop_;
  HandOver hand_over_;
  std::vector<model::Event> lot_;
  std::unordered_map<std::string, size_t> places_;  // in lot_, of those that are counted
  uint64_t dropped_ = 0;
  bool on_its_way_ = false;
  core::Deadline due_;
};

}  // namespace hawser::relay
