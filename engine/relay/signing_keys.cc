// SPDX-License-Identifier: Apache-2.0
#include "relay/signing_keys.h"

#include <string>
#include <utility>

namespace hawser::relay {
namespace {

constexpr std::string_view signing_keys_key = "access/signing-keys";
constexpr uint64_t signing_rotation_check_ms = uint64_t{3600} * 1000;

}  // namespace

SigningKeys::SigningKeys(core::Loop& loop, core::Log& log, control::Store& store,
                         model::EventSink& events, std::function<void(const Ring&)> changed)
    : loop_(loop),
      log_(log),
      store_(store),
      events_(events),
      changed_(std::move(changed)),
      rotation_([this] {
        if (const auto done = open(); !done) {
          core::LogLine(log_, core::Level::error, "signing_keys_not_rotated")
              .text("reason", done.error().reason);
        }
      }) {}

core::Result<void> SigningKeys::open() {
  rotation_.arm(loop_.timers(), signing_rotation_check_ms);
  auto entry = store_.get(signing_keys_key);
  if (!entry.ok()) return core::Error{entry.error().reason};
  if (!entry->has_value()) return save({}, 0);
  const auto ring = access::SigningRing::parse((*entry)->value);
  if (!ring) {
    return core::Error{"the state's record " + std::string(signing_keys_key) +
                       " is damaged: " + ring.error().reason};
  }
  return save(*ring, (*entry)->revision);
}

core::Result<void> SigningKeys::save(const access::SigningRing& before, uint64_t revision) {
  auto rotated = before.rotated(loop_.wall_ms() / 1000);
  if (!rotated) return rotated.error();
  core::Result<void> result;
  const std::string text = rotated->to_json();
  if (text != before.to_json()) {
    store_.commit({{std::string(signing_keys_key), text, revision, control::no_lease}},
                  [&result](const control::StoreResult<uint64_t>& saved) {
                    if (!saved.ok()) result = core::Error{saved.error().reason};
                  });
    if (!result) return result;
    model::Event event;
    event.kind = model::EventKind::administered;
    event.time_ms = loop_.wall_ms();
    event.reason = "signing_keys_rotated";
    events_.on_event(std::move(event));
  }
  ring_ = std::make_shared<const access::SigningRing>(std::move(rotated).value());
  changed_(ring_);
  return {};
}

}  // namespace hawser::relay
