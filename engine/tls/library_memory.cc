// SPDX-License-Identifier: Apache-2.0
// The TLS library calls these three where a program has them (openssl/mem.h), weakly: a library
// without the seam leaves them alone, and then there is nothing to tell.
#include "tls/library_memory.h"

#include <malloc.h>
#include <openssl/mem.h>

#include <cstddef>
#include <cstdlib>
#include <cstring>

namespace hawser::tls {

namespace {

// Before each piece stands its size, as the library itself would have it.
constexpr size_t size_prefix_bytes = sizeof(uint64_t);

constinit thread_local int64_t library_bytes = 0;

uint64_t* prefix_of(void* piece) {
  return reinterpret_cast<uint64_t*>(static_cast<char*>(piece) - size_prefix_bytes);
}

}  // namespace

int64_t library_bytes_of_this_thread() { return library_bytes; }

}  // namespace hawser::tls

// Visible to the shared library that calls them. Null: out of memory, which it tells its caller.
extern "C" {

#define HAWSER_FOR_TLS_LIBRARY __attribute__((visibility("default")))
HAWSER_FOR_TLS_LIBRARY void* OPENSSL_memory_alloc(size_t size);
HAWSER_FOR_TLS_LIBRARY void OPENSSL_memory_free(void* piece);
HAWSER_FOR_TLS_LIBRARY size_t OPENSSL_memory_get_size(void* piece);

void* OPENSSL_memory_alloc(size_t size) {
  using namespace hawser::tls;
  if (size > SIZE_MAX - size_prefix_bytes) return nullptr;
  auto* const place = static_cast<char*>(std::malloc(size + size_prefix_bytes));
  if (place == nullptr) return nullptr;
  const auto taken = static_cast<uint64_t>(size + size_prefix_bytes);
  std::memcpy(place, &taken, sizeof(taken));
  library_bytes += static_cast<int64_t>(malloc_usable_size(place));
  return place + size_prefix_bytes;
}

// It may have held a secret, and clearing it is for whoever takes it back.
void OPENSSL_memory_free(void* piece) {
  using namespace hawser::tls;
  uint64_t* const place = prefix_of(piece);
  const uint64_t taken = *place;
  library_bytes -= static_cast<int64_t>(malloc_usable_size(place));
  OPENSSL_cleanse(place, taken);
  std::free(place);
}

size_t OPENSSL_memory_get_size(void* piece) {
  using namespace hawser::tls;
  return *prefix_of(piece) - size_prefix_bytes;
}

}  // extern "C"
