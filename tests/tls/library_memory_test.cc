// SPDX-License-Identifier: Apache-2.0
#include "tls/library_memory.h"

#include <gtest/gtest.h>
#include <openssl/mem.h>

#include <cstring>
#include <optional>
#include <thread>

#include "tls/endpoint.h"

namespace hawser::tls {
namespace {

TEST(LibraryMemory, WhatTheLibraryTakesIsCountedUntilItGivesItBack) {
  const int64_t before = library_bytes_of_this_thread();
  void* const piece = OPENSSL_malloc(1000);
  ASSERT_NE(piece, nullptr);
  EXPECT_GE(library_bytes_of_this_thread() - before, 1000);
  OPENSSL_free(piece);
  EXPECT_EQ(library_bytes_of_this_thread(), before);
}

TEST(LibraryMemory, APieceThatGrowsKeepsItsBytes) {
  const int64_t before = library_bytes_of_this_thread();
  auto* piece = static_cast<char*>(OPENSSL_malloc(6));
  std::memcpy(piece, "bytes", 6);
  piece = static_cast<char*>(OPENSSL_realloc(piece, 5000));
  EXPECT_STREQ(piece, "bytes");
  EXPECT_GE(library_bytes_of_this_thread() - before, 5000);
  OPENSSL_free(piece);
  OPENSSL_free(nullptr);
  EXPECT_EQ(library_bytes_of_this_thread(), before);
}

TEST(LibraryMemory, MoreThanThereCanBeIsRefused) {
  const int64_t before = library_bytes_of_this_thread();
  EXPECT_EQ(OPENSSL_malloc(SIZE_MAX - 3), nullptr);
  EXPECT_EQ(library_bytes_of_this_thread(), before);
}

TEST(LibraryMemory, AConnectionIsCountedWhileItIsThere) {
  std::optional<TlsPair> first(std::in_place);  // so that what is set up once is there
  first->settle();
  first.reset();
  const int64_t before = library_bytes_of_this_thread();
  std::optional<TlsPair> pair(std::in_place);
  pair->settle();
  EXPECT_TRUE(pair->client.ready);
  EXPECT_GT(library_bytes_of_this_thread() - before, 2000);
  pair.reset();
  EXPECT_LT(library_bytes_of_this_thread() - before, 2000);
}

TEST(LibraryMemory, WhatAnotherThreadGivesBackIsGoneFromTheSum) {
  const int64_t before = library_bytes_of_this_thread();
  void* const piece = OPENSSL_malloc(1000);
  int64_t there = 0;
  std::thread([&] {
    OPENSSL_free(piece);
    there = library_bytes_of_this_thread();
  }).join();
  EXPECT_LE(there, -1000);
  EXPECT_EQ(library_bytes_of_this_thread() + there, before);
}

}  // namespace
}  // namespace hawser::tls
