// SPDX-License-Identifier: Apache-2.0
#include "core/pooled.h"

#include <gtest/gtest.h>

#include <list>
#include <memory>
#include <set>
#include <thread>
#include <vector>

#include "core/recycler.h"

namespace hawser::core {
namespace {

struct Thing : Pooled<Thing> {
  char bytes[200];
};

// Under a sanitizer it does not, so that whoever still uses the first one is found.
TEST(Pooled, TheNextObjectStandsWhereOneHasGone) {
  auto first = std::make_unique<Thing>();
  const void* const place = first.get();
  const size_t before = Places<sizeof(Thing)>::idle();
  first.reset();
  EXPECT_EQ(Places<sizeof(Thing)>::idle(), before + (sanitized ? 0 : 1));
  const auto next = std::make_unique<Thing>();
  EXPECT_EQ(Places<sizeof(Thing)>::idle(), before);
  EXPECT_TRUE(sanitized || next.get() == place);
}

TEST(Pooled, ObjectsThatLiveHaveAPlaceEach) {
  std::vector<std::unique_ptr<Thing>> things;
  std::set<const void*> places;
  for (size_t round = 0; round < 2; ++round) {
    things.clear();
    places.clear();
    for (size_t i = 0; i < 3 * Places<sizeof(Thing)>::idle_limit; ++i) {
      things.push_back(std::make_unique<Thing>());
      places.insert(things.back().get());
    }
    EXPECT_EQ(places.size(), things.size());
  }
}

TEST(Pooled, AnObjectMayEndOnAnotherThread) {
  auto thing = std::make_unique<Thing>();
  std::thread([&] { thing.reset(); }).join();
  EXPECT_NE(std::make_unique<Thing>(), nullptr);
}

TEST(Pooled, AContainerTakesItsNodesFromThere) {
  std::list<int, PooledAllocator<int>> numbers;
  for (int i = 0; i < 1000; ++i) numbers.push_back(i);
  for (int i = 0; i < 500; ++i) numbers.pop_front();
  for (int i = 1000; i < 1500; ++i) numbers.push_back(i);
  int expected = 500;
  for (const int number : numbers) EXPECT_EQ(number, expected++);
}

struct Note {
  std::string text;
  void clear() { text.clear(); }
};

TEST(Recycler, WhatIsTakenAgainIsEmptyAndHasItsMemory) {
  Recycler<Note> notes;
  {
    const auto note = notes.take();
    note->text.assign(1000, 'x');
  }
  const auto again = notes.take();
  EXPECT_TRUE(again->text.empty());
  EXPECT_GE(again->text.capacity(), 1000u);
}

TEST(Recycler, KeepsNoMoreThanItsLimit) {
  Recycler<Note> notes(1);
  {
    const auto first = notes.take();
    const auto second = notes.take();
    first->text.assign(1000, 'x');
    second->text.assign(1000, 'x');
  }
  const auto kept = notes.take();
  const auto fresh = notes.take();
  EXPECT_GE(kept->text.capacity(), 1000u);
  EXPECT_LT(fresh->text.capacity(), 1000u);
}

}  // namespace
}  // namespace hawser::core
