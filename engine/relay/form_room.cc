// SPDX-License-Identifier: Apache-2.0
#include "relay/form_room.h"

#include <algorithm>

#include "core/check.h"

namespace hawser::relay {
namespace {

template <class Key>
size_t share_of(const std::map<Key, size_t>& shares, const Key& key) {
  const auto found = shares.find(key);
  return found == shares.end() ? 0 : found->second;
}

template <class Key>
void shrink_share(std::map<Key, size_t>& shares, const Key& key, size_t bytes) {
  const auto found = shares.find(key);
  HAWSER_ASSERT(found != shares.end() && bytes <= found->second);
  found->second -= bytes;
  if (found->second == 0) shares.erase(found);
}

}  // namespace

bool FormRooms::has_share(const FormOwner& owner, size_t bytes) const {
  const size_t all = budget_.limit_bytes() / part_of_the_budget;
  const size_t persons = std::max(all / (owner.sent ? whole_part : person_part), owner.form_bytes);
  const size_t clients = std::max(all / whole_part, owner.form_bytes);
  return share_of(persons_, owner.person) + bytes <= persons &&
         share_of(clients_, owner.client) + bytes <= clients;
}

bool FormRooms::take(const FormOwner& owner, size_t held, size_t bytes) {
  if (bytes == 0) return true;
  const size_t all = budget_.limit_bytes() / part_of_the_budget;
  // One alone may have more than the part, where the part is small.
  const bool has_part = used_bytes_ == held || used_bytes_ + bytes <= all;
  if (!has_part || !has_share(owner, bytes)) return false;
  if (!budget_.may_grow(bytes) || !budget_.take(bytes)) return false;
  persons_[owner.person] += bytes;
  clients_[owner.client] += bytes;
  used_bytes_ += bytes;
  return true;
}

void FormRooms::give_back(const FormOwner& owner, size_t bytes) {
  if (bytes == 0) return;
  shrink_share(persons_, owner.person, bytes);
  shrink_share(clients_, owner.client, bytes);
  used_bytes_ -= bytes;
  budget_.give_back(bytes);
}

}  // namespace hawser::relay
