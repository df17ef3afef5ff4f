// SPDX-License-Identifier: Apache-2.0
// SigningKeys: the control thread's half of what applications are told by signed tokens: the keys,
// in the state store, made at the first start and followed by others in time. Owner: the Engine.
// Thread: the control thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "access/signing_ring.h"
#include "control/store.h"
#include "core/log.h"
#include "core/loop.h"
#include "core/timer_wheel.h"
#include "model/event.h"

namespace hawser::relay {

class SigningKeys {
 public:
  using Ring = std::shared_ptr<const access::SigningRing>;

  // All outlive the keys. `changed` gets each new ring; auditors are told of it.
  SigningKeys(core::Loop& loop, core::Log& log, control::Store& store, model::EventSink& events,
              std::function<void(const Ring&)> changed);

  // Reads or makes them, and looks every hour whether it is time for a new one.
  core::Result<void> open();
  const Ring& ring() const { return ring_; }

 private:
  core::Result<void> save(const access::SigningRing& before, uint64_t revision);

  core::Loop& loop_;
  core::Log& log_;
  control::Store& store_;
  model::EventSink& events_;
  std::function<void(const Ring&)> changed_;
  Ring ring_ = std::make_shared<const access::SigningRing>();
  core::Deadline rotation_;
};

}  // namespace hawser::relay
