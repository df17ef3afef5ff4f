// SPDX-License-Identifier: Apache-2.0
// OpenedCookies: the session cookies that were opened last, with what stood in them. A browser
// sends the same one with each request, which then costs neither decryption nor memory. What was
// opened is no more valid for being remembered: whether a session has ended is asked each time.
// Owner: the Gate. Thread: the worker's own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "access/key_ring.h"
#include "access/session_cookie.h"

namespace hawser::access {

class OpenedCookies {
 public:
  // Cookies of at most 1 KiB each (SessionCookie::limit_bytes), and what they hold.
  static constexpr size_t kept = 512;

  // As SessionCookie::open(); null where that has nothing.
  std::shared_ptr<const SessionFacts> open(const KeyRing& keys, std::string_view app,
                                           std::string_view host, std::string_view value);
  // Keys have gone: what they sealed must not be opened any more.
  void forget() { slots_.clear(); }

 private:
  // Only what was opened gets a slot, so that nobody who makes cookies up pushes others out.
  struct Slot {
    size_t hash = 0;  // is compared first: by the time that it takes nobody finds a value
    std::string app;
    std::string host;
    std::string value;
    std::shared_ptr<const SessionFacts> facts;
  };
  std::vector<Slot> slots_;  // none before the first cookie
};

}  // namespace hawser::access
