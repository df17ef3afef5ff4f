// SPDX-License-Identifier: Apache-2.0
// FormKeep: the control thread's half of forms that wait for a sign-in: it holds them, sealed, and
// counts. Owner: the Engine. Thread: the control thread.
#pragma once

#include <cstdint>
#include <string>

#include "access/parked_forms.h"
#include "core/loop.h"
#include "core/metrics.h"
#include "core/timer_wheel.h"

namespace hawser::relay {

class FormKeep {
 public:
  // All outlive it.
  FormKeep(core::Loop& loop, core::MetricRegistry& registry, core::MetricSet& metrics,
           uint64_t memory_limit_bytes);

  bool keep(access::KeptForm form);
  access::LentForm lend(const std::string& id);
  void settle(const std::string& id, bool sent);
  size_t count() const { return forms_.count(); }
  size_t held_bytes() const { return forms_.bytes(); }

 private:
  void sweep();
  void show();
  int64_t now_s() const { return loop_.wall_ms() / 1000; }

  core::Loop& loop_;
  access::ParkedForms forms_;
  core::Gauge& count_;
  core::Gauge& bytes_;
  core::Counter& kept_;
  core::Counter& refused_;
  core::Counter& sent_;
  core::Counter& lost_;
  core::Deadline sweep_;
};

}  // namespace hawser::relay
