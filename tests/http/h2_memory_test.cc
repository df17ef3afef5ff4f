// SPDX-License-Identifier: Apache-2.0
#include "http/h2_memory.h"

#include <gtest/gtest.h>

#include <optional>

#include "http/h2_fixture.h"

namespace hawser::test {
namespace {

TEST(H2Memory, AConnectionIsCountedUntilItHasGone) {
  const int64_t before = http::h2_library_bytes_of_this_thread();
  std::optional<H2Pair> pair(std::in_place);
  pair->open();
  pair->send(headers(1, get_of()));
  EXPECT_EQ(pair->content_of(1), "ok");
  EXPECT_GT(http::h2_library_bytes_of_this_thread() - before, 1000);
  pair.reset();
  EXPECT_EQ(http::h2_library_bytes_of_this_thread(), before);
}

}  // namespace
}  // namespace hawser::test
