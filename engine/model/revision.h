// SPDX-License-Identifier: Apache-2.0
// Revision: a number that names content. Owner: nobody. Thread: any.
#pragma once

#include <cstdint>
#include <string_view>

namespace hawser::model {

// FNV-1a, cut to 53 bits so that every JSON reader keeps it exact; never 0. It tells versions of
// our own configuration apart and protects nothing.
inline uint64_t revision_of(std::string_view content) {
  uint64_t hash = 0xcbf29ce484222325;
  for (const char c : content) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  hash = (hash ^ (hash >> 53)) & ((uint64_t{1} << 53) - 1);
  return hash == 0 ? 1 : hash;
}

}  // namespace hawser::model
