// SPDX-License-Identifier: Apache-2.0
// What the HTTP/2 library holds of the heap, for clients' connections and origins'. Owner: nobody
// (a function). Thread: any; each counts for itself.
#pragma once

#include <cstdint>

namespace hawser::http {

// What this thread took and has not given back, as the allocator rounds it.
int64_t h2_library_bytes_of_this_thread();

}  // namespace hawser::http
