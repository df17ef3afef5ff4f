// SPDX-License-Identifier: Apache-2.0
#include "access/parked_forms.h"

#include <utility>

namespace hawser::access {

bool ParkedForms::has_room_for(const KeptForm& form) const {
  const size_t cost = cost_of(form);
  const auto person = person_bytes_.find(form.owner);
  const size_t theirs = person == person_bytes_.end() ? 0 : person->second;
  return cost <= person_limit_bytes_ && theirs <= person_limit_bytes_ - cost &&
         cost <= limit_bytes_ && bytes_ <= limit_bytes_ - cost;
}

bool ParkedForms::keep(KeptForm form) {
  if (!has_room_for(form)) return false;
  const size_t cost = cost_of(form);
  person_bytes_[form.owner] += cost;
  bytes_ += cost;
  ++count_;
  std::string id = form.id;
  return entries_.emplace(std::move(id), Entry{std::move(form)}).second;
}

LentForm ParkedForms::lend(const std::string& id, int64_t now_s) {
  const auto found = entries_.find(id);
  if (found == entries_.end() || found->second.form.ends_s <= now_s) return {};
  if (found->second.state != State::kept) return {LentForm::State::taken, {}};
  found->second.state = State::lent;
  return {LentForm::State::lent, found->second.form.sealed};
}

// What is left of a form that was sent is only its name, so that who asks again hears so.
bool ParkedForms::settle(const std::string& id, bool sent) {
  const auto found = entries_.find(id);
  if (found == entries_.end() || found->second.state == State::sent) return false;
  found->second.state = sent ? State::sent : State::kept;
  if (sent) drop_bytes(found->second);
  return true;
}

void ParkedForms::drop_bytes(Entry& entry) {
  // The overhead is paid for until the entry is gone.
  const size_t bytes = std::exchange(entry.form.sealed, {}).size();
  bytes_ -= bytes;
  person_bytes_[entry.form.owner] -= bytes;
  --count_;
}

size_t ParkedForms::forget(int64_t now_s) {
  size_t lost = 0;
  for (auto entry = entries_.begin(); entry != entries_.end();) {
    if (entry->second.form.ends_s > now_s) {
      ++entry;
      continue;
    }
    if (entry->second.state != State::sent) {
      ++lost;
      drop_bytes(entry->second);
    }
    const auto person = person_bytes_.find(entry->second.form.owner);
    person->second -= overhead_bytes;
    if (person->second == 0) person_bytes_.erase(person);
    bytes_ -= overhead_bytes;
    entry = entries_.erase(entry);
  }
  return lost;
}

}  // namespace hawser::access
