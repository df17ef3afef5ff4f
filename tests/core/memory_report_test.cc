// SPDX-License-Identifier: Apache-2.0
#include "core/memory_report.h"

#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

#include "core/heap_size.h"
#include "core/loop.h"

namespace hawser::core {
namespace {

TEST(MemoryReport, WhatHasNoPurposeIsToldAsOther) {
  MemoryReport report;
  report.add_heap(1000, 0);
  report.add_on_heap(MemoryPurpose::tls, 300);
  report.add_objects(MemoryPurpose::sessions, 2, 100);
  EXPECT_EQ(report.part(MemoryPurpose::other).bytes, 500U);
  EXPECT_EQ(report.part(MemoryPurpose::sessions).count, 2U);
  EXPECT_EQ(report.sum_bytes(), 1000U);
}

TEST(MemoryReport, WhatTheHeapHoldsBeyondThatIsTheAllocators) {
  MemoryReport report;
  report.add_heap(1000, 1600);
  EXPECT_EQ(report.part(MemoryPurpose::allocator).bytes, 600U);
  EXPECT_EQ(report.sum_bytes(), 1600U);
  report.add_heap(1000, 0);  // another thread's part of the same heap
  EXPECT_EQ(report.part(MemoryPurpose::allocator).bytes, 0U);
}

TEST(MemoryReport, WhatIsOnNoHeapLeavesTheHeapAlone) {
  MemoryReport report;
  report.add_heap(1000, 0);
  report.add(MemoryPurpose::program, 5000);
  EXPECT_EQ(report.part(MemoryPurpose::other).bytes, 1000U);
  EXPECT_EQ(report.sum_bytes(), 6000U);
}

TEST(MemoryReport, WhatOneThreadTookAndAnotherGaveBackIsGone) {
  MemoryReport taker;
  taker.add_heap(500, 0);
  taker.add_on_heap(MemoryPurpose::tls, 400);
  MemoryReport giver;
  giver.add_on_heap(MemoryPurpose::tls, -300);
  EXPECT_EQ(giver.part(MemoryPurpose::tls).bytes, 0U);
  taker.merge(giver);
  EXPECT_EQ(taker.part(MemoryPurpose::tls).bytes, 100U);
  EXPECT_EQ(taker.part(MemoryPurpose::other).bytes, 400U);
}

TEST(MemoryReport, EveryPurposeHasAName) {
  for (size_t i = 0; i < memory_purposes; ++i) {
    EXPECT_NE(words_of(static_cast<MemoryPurpose>(i)).name, "");
    EXPECT_NE(words_of(static_cast<MemoryPurpose>(i)).about, "");
  }
  EXPECT_EQ(words_of(MemoryPurpose::program).name, "program");
  EXPECT_EQ(words_of(MemoryPurpose::decisions).name, "decisions");
  EXPECT_EQ(words_of(MemoryPurpose::allocator).name, "allocator");
}

TEST(MemoryReport, AThreadTellsItsBlocksInUseAndThoseItKeeps) {
  Loop loop;
  std::vector<BlockRef> taken;
  for (int i = 0; i < 3; ++i) taken.push_back(loop.blocks().take());
  taken.pop_back();
  const MemoryReport report = thread_memory(loop);
  EXPECT_EQ(report.part(MemoryPurpose::bodies).count, 2U);
  EXPECT_GE(report.part(MemoryPurpose::bodies).bytes, 2 * sizeof(Block));
  EXPECT_EQ(report.part(MemoryPurpose::kept).count, 1U);
}

TEST(MemoryReport, TheProcessHasAProgramAndAStack) {
  const MemoryReport report = process_memory();
  EXPECT_GT(report.part(MemoryPurpose::program).bytes, 100'000U);
  EXPECT_GE(report.part(MemoryPurpose::stacks).count, 1U);
  EXPECT_GT(report.resident_bytes(), report.part(MemoryPurpose::program).bytes);
}

MappedSize mapped(const std::string& text) {
  std::istringstream smaps(text);
  return read_mapped(smaps);
}

std::string mapping(const std::string& range, const std::string& mode, int resident_kib,
                    const std::string& name = "") {
  return range + " " + mode + " 00000000 00:00 0 " + (name.empty() ? "" : "           " + name) +
         "\nSize:  9999 kB\nRss:   " + std::to_string(resident_kib) +
         " kB\nPss:   7 kB\nAnonymous:  5 kB\nVmFlags: rd wr mr\n";
}

TEST(Mapped, FilesAndWhatFollowsThemAreTheProgram) {
  const MappedSize size = mapped(mapping("1000-2000", "r-xp", 4, "/usr/bin/program") +
                                 mapping("2000-3000", "rw-p", 2, "/usr/bin/program") +
                                 mapping("3000-9000", "rw-p", 16) +  // set to zero at its start
                                 mapping("a000-b000", "r-xp", 1, "[vdso]"));
  EXPECT_EQ(size.program_bytes, 23 * 1024U);
  EXPECT_EQ(size.heap_bytes, 0U);
  EXPECT_EQ(size.stacks, 0U);
}

TEST(Mapped, StacksAreTheFirstThreadsAndThoseBehindAGuard) {
  const MappedSize size =
      mapped(mapping("10000-11000", "---p", 0) + mapping("11000-811000", "rw-p", 40) +
             mapping("7ffc00000000-7ffc00021000", "rw-p", 20, "[stack]"));
  EXPECT_EQ(size.stack_bytes, 60 * 1024U);
  EXPECT_EQ(size.stacks, 2U);
}

TEST(Mapped, WhateverElseIsTheHeap) {
  const MappedSize size = mapped(mapping("1000-2000", "rw-p", 3, "[heap]") +
                                 mapping("400000000-402000000", "rw-p", 1000) +
                                 mapping("500000000-504000000", "---p", 0) +  // only reserved
                                 mapping("504000000-505000000", "rw-p", 500));
  EXPECT_EQ(size.heap_bytes, 1503 * 1024U);
  EXPECT_EQ(size.program_bytes + size.stack_bytes, 0U);
}

TEST(Mapped, WhatCannotBeReadCountsNothing) {
  for (const char* text :
       {"", "\n\n", "zz", "1000-", "1000-2000", "Rss:", "Rss: x kB\n", "1000-2000 rw",
        "ffffffffffffffffffff-0 rw-p 0 0 0\nRss: 99999999999999999999999 kB\n"}) {
    const MappedSize size = mapped(text);
    EXPECT_EQ(size.program_bytes + size.stack_bytes + size.heap_bytes, 0U) << text;
  }
}

}  // namespace
}  // namespace hawser::core
