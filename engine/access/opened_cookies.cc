// SPDX-License-Identifier: Apache-2.0
#include "access/opened_cookies.h"

#include <functional>
#include <utility>

namespace hawser::access {

std::shared_ptr<const SessionFacts> OpenedCookies::open(const KeyRing& keys, std::string_view app,
                                                        std::string_view host,
                                                        std::string_view value) {
  const size_t hash = std::hash<std::string_view>()(value);
  if (!slots_.empty()) {
    const Slot& slot = slots_[hash % kept];
    if (slot.hash == hash && slot.value == value && slot.app == app && slot.host == host)
      return slot.facts;
  }
  auto opened = SessionCookie::open(keys, app, host, value);
  if (!opened) return nullptr;
  if (slots_.empty()) slots_.resize(kept);
  Slot& slot = slots_[hash % kept];
  slot.hash = hash;
  slot.app = app;
  slot.host = host;
  slot.value = value;
  slot.facts = std::make_shared<const SessionFacts>(std::move(*opened));
  return slot.facts;
}

}  // namespace hawser::access
