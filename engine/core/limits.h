// SPDX-License-Identifier: Apache-2.0
// Limits of the process that the programs set for themselves. Owner: main. Thread: main.
#pragma once

#include <cstdint>

#include "core/result.h"

namespace hawser::core {

// Raises the limit of open files to at least `wanted` (the hard limit too where the kernel lets
// us). Gives the limit that holds now; an Error says what was possible and how to allow more.
Result<uint64_t> raise_open_files(uint64_t wanted);
uint64_t open_files_limit();

}  // namespace hawser::core
