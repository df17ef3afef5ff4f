// SPDX-License-Identifier: Apache-2.0
// What the TLS library holds of the heap: it takes and gives back its memory by functions of ours,
// which count. Owner: nobody (functions). Thread: any; each counts for itself.
#pragma once

#include <cstdint>

namespace hawser::tls {

// What this thread took and has not given back, as the allocator rounds it; below 0 where it gave
// back what others took (a connection may be handed over).
int64_t library_bytes_of_this_thread();

}  // namespace hawser::tls
