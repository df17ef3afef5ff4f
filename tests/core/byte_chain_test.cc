// SPDX-License-Identifier: Apache-2.0
#include "core/byte_chain.h"

#include <gtest/gtest.h>

#include "core/budget.h"
#include "core/pause_set.h"

namespace hawser::core {
namespace {

std::string pattern(size_t bytes) {
  std::string text(bytes, '\0');
  for (size_t i = 0; i < bytes; ++i) text[i] = static_cast<char>('a' + i % 23);
  return text;
}

class ByteChainTest : public testing::Test {
 protected:
  ByteChain chain_of(std::string_view text) {
    ByteChain chain;
    chain.append_copy(pool_, text);
    return chain;
  }
  BlockPool pool_;
};

TEST_F(ByteChainTest, HoldsWhatWasCopiedIntoIt) {
  const std::string text = pattern(100'000);
  EXPECT_EQ(chain_of(text).to_string(), text);
  EXPECT_EQ(chain_of(text).size(), text.size());
}

TEST_F(ByteChainTest, SmallCopiesShareOneBlock) {
  ByteChain chain;
  for (int i = 0; i < 1000; ++i) chain.append_copy(pool_, "ten bytes.");
  EXPECT_EQ(pool_.blocks_in_use(), 1u);
  EXPECT_EQ(chain.size(), 10'000u);
}

TEST_F(ByteChainTest, EverySplitGivesTheSameBytes) {
  const std::string text = pattern(40'000);
  for (const size_t cut : {size_t{0}, size_t{1}, size_t{16'383}, size_t{16'384}, size_t{16'385},
                           size_t{39'999}, size_t{40'000}}) {
    ByteChain back = chain_of(text);
    ByteChain front = back.split_front(cut);
    EXPECT_EQ(front.size(), cut);
    EXPECT_EQ(front.to_string() + back.to_string(), text);
    front.append(std::move(back));
    EXPECT_EQ(front.to_string(), text);
    EXPECT_TRUE(back.empty());
  }
}

TEST_F(ByteChainTest, ConsumingDropsFromTheFront) {
  const std::string text = pattern(40'000);
  ByteChain chain = chain_of(text);
  for (const size_t n : {size_t{1}, size_t{16'383}, size_t{10'000}}) chain.consume(n);
  EXPECT_EQ(chain.to_string(), text.substr(26'384));
  chain.clear();
  EXPECT_TRUE(chain.empty());
  EXPECT_EQ(pool_.blocks_in_use(), 0u);
}

TEST_F(ByteChainTest, AppendingToOneSliceLeavesItsSiblingAlone) {
  ByteChain chain = chain_of("shared");
  ByteChain sibling(chain.front());
  chain.append_copy(pool_, " and more");
  sibling.append_copy(pool_, " apart");
  EXPECT_EQ(chain.to_string(), "shared and more");
  EXPECT_EQ(sibling.to_string(), "shared apart");
}

TEST_F(ByteChainTest, CopiesOutWithoutRemoving) {
  const std::string text = pattern(20'000);
  const ByteChain chain = chain_of(text);
  std::vector<uint8_t> out(17'000);
  EXPECT_EQ(chain.copy_to(out), out.size());
  EXPECT_EQ(std::string(out.begin(), out.end()), text.substr(0, out.size()));
  EXPECT_EQ(chain.size(), text.size());
}

TEST_F(ByteChainTest, HeadroomBelongsToTheOnlyReader) {
  ByteChain chain = chain_of("payload");
  Slice slice = chain.pop_front();
  EXPECT_EQ(slice.exclusive_headroom(), block_headroom_bytes);
  const Slice sibling = slice;
  EXPECT_EQ(slice.exclusive_headroom(), 0u);
}

TEST_F(ByteChainTest, AHeaderIsWrittenBeforeThePayloadInPlace) {
  ByteChain chain = chain_of("payload");
  Slice slice = chain.pop_front();
  std::copy_n("head", 4, slice.grow_front(4));
  EXPECT_EQ(slice.view(), "headpayload");
}

TEST_F(ByteChainTest, ThePoolKeepsFewBlocksForLater) {
  BlockPool small(2);
  {
    ByteChain chain;
    chain.append_copy(small, pattern(10 * block_payload_bytes));
    EXPECT_EQ(small.blocks_in_use(), 10u);
  }
  EXPECT_EQ(small.blocks_in_use(), 0u);
}

TEST(PauseSet, ReadingGoesOnWhenNoReasonIsLeft) {
  PauseSet reads;
  EXPECT_TRUE(reads.add(PauseReason::busy));
  EXPECT_FALSE(reads.add(PauseReason::no_credit));
  EXPECT_FALSE(reads.add(PauseReason::no_credit));
  EXPECT_FALSE(reads.remove(PauseReason::no_credit));
  EXPECT_TRUE(reads.paused());
  EXPECT_TRUE(reads.remove(PauseReason::busy));
  EXPECT_FALSE(reads.remove(PauseReason::busy));
}

TEST(Budget, GivesNoMoreThanItHas) {
  Budget budget(100);
  EXPECT_TRUE(budget.take(75));
  EXPECT_FALSE(budget.scarce());
  EXPECT_FALSE(budget.take(26));
  EXPECT_TRUE(budget.take(25));
  EXPECT_TRUE(budget.scarce());
  EXPECT_FALSE(budget.take(SIZE_MAX));
  budget.give_back(100);
  EXPECT_EQ(budget.used_bytes(), 0u);
}

}  // namespace
}  // namespace hawser::core
