// SPDX-License-Identifier: Apache-2.0
#include "relay/form_keep.h"

#include <utility>

#include "model/form_memory.h"

namespace hawser::relay {
namespace {

constexpr uint64_t form_sweep_ms = 10'000;

core::Counter& counted(core::MetricRegistry& registry, core::MetricSet& metrics,
                       std::string_view outcome) {
  return metrics.counter(
      registry.counter("hawser_parked_forms_total",
                       "Forms that had to wait for a sign-in, by what became of them.",
                       {"outcome"}),
      {outcome});
}

}  // namespace

FormKeep::FormKeep(core::Loop& loop, core::MetricRegistry& registry, core::MetricSet& metrics,
                   uint64_t memory_limit_bytes)
    : loop_(loop),
      forms_(model::form_memory_bytes(memory_limit_bytes),
             model::form_memory_of_one_bytes(memory_limit_bytes)),
      count_(
          metrics.gauge(registry.gauge("hawser_parked_forms", "Forms that wait for a sign-in."))),
      bytes_(metrics.gauge(registry.gauge("hawser_parked_form_bytes",
                                          "Bytes of the forms that wait for a sign-in."))),
      kept_(counted(registry, metrics, "kept")),
      refused_(counted(registry, metrics, "no_room")),
      sent_(counted(registry, metrics, "sent")),
      lost_(counted(registry, metrics, "lost")),
      sweep_([this] { sweep(); }) {
  sweep_.arm(loop_.timers(), form_sweep_ms);
}

bool FormKeep::keep(access::KeptForm form) {
  if (!forms_.has_room_for(form)) lost_.add(forms_.forget(now_s()));
  const bool kept = forms_.keep(std::move(form));
  (kept ? kept_ : refused_).add();
  show();
  return kept;
}

access::LentForm FormKeep::lend(const std::string& id) { return forms_.lend(id, now_s()); }

void FormKeep::settle(const std::string& id, bool sent) {
  if (forms_.settle(id, sent) && sent) sent_.add();
  show();
}

void FormKeep::sweep() {
  lost_.add(forms_.forget(now_s()));
  show();
  sweep_.arm(loop_.timers(), form_sweep_ms);
}

void FormKeep::show() {
  count_.set(static_cast<int64_t>(forms_.count()));
  bytes_.set(static_cast<int64_t>(forms_.bytes()));
}

}  // namespace hawser::relay
