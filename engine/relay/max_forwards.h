// SPDX-License-Identifier: Apache-2.0
// Max-Forwards: over how many intermediaries a TRACE or OPTIONS may still go (RFC 9110 7.6.2).
// Owner: nobody (functions). Thread: any.
#pragma once

#include <cstdint>

#include "message/head.h"

namespace hawser::relay {

enum class Hop : uint8_t {
  onward,   // to the application; a number that was there is one less now
  last,     // the request ends here, and we answer it
  unclear,  // not one decimal number
};
Hop count_hop(message::RequestHead& head);

// What we say as the last recipient: 204 to OPTIONS, which names no methods, since those are the
// application's to name; 405 to TRACE, so that nothing of a request is ever shown to a script.
message::ResponseHead last_hop_answer(message::Method method);

}  // namespace hawser::relay
