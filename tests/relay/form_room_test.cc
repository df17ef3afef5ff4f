// SPDX-License-Identifier: Apache-2.0
#include "relay/form_room.h"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace hawser::relay {
namespace {

constexpr size_t kibi = 1024;
constexpr size_t mebi = kibi * kibi;

struct Rooms {
  core::Budget budget{64 * mebi};  // of which all forms have 8 MiB
  std::shared_ptr<FormRooms> rooms = std::make_shared<FormRooms>(budget);

  std::unique_ptr<FormRoom> of(std::string person, uint64_t client, size_t form_bytes = mebi / 4,
                               bool sent = false) const {
    return std::make_unique<FormRoom>(rooms,
                                      FormOwner{std::move(person), client, form_bytes, sent});
  }
  // How many forms of one size fit that are never given back.
  size_t fill(const std::function<std::unique_ptr<FormRoom>(size_t)>& made) {
    for (size_t n = 0;; ++n) {
      auto room = made(n);
      if (!room->take(mebi / 4)) return n;
      held_.push_back(std::move(room));
    }
  }

 private:
  std::vector<std::unique_ptr<FormRoom>> held_;
};

TEST(FormRooms, OnePersonHasAShareFromWhereverTheFormsCome) {
  Rooms here;
  EXPECT_EQ(here.fill([&](size_t n) { return here.of("eve", n); }), 2u) << "a 16th of 8 MiB";
  EXPECT_TRUE(here.of("ada", 1)->take(mebi / 4));
}

TEST(FormRooms, OneAddressHasAShareWhoeverTheFormsAre) {
  Rooms here;
  EXPECT_EQ(here.fill([&](size_t n) { return here.of("eve " + std::to_string(n), 1); }), 8u);
  EXPECT_TRUE(here.of("ada", 2)->take(mebi / 4));
}

TEST(FormRooms, OneFormIsNeverMoreThanAShare) {
  Rooms here;
  const auto eves = here.of("eve", 1, 3 * mebi);
  EXPECT_TRUE(eves->take(2 * mebi));
  EXPECT_TRUE(eves->take(mebi)) << "it may grow to what one form may have";
  EXPECT_FALSE(here.of("eve", 2, 3 * mebi)->take(1));
}

TEST(FormRooms, WhatAPersonsReadFormsHaveIsNotMissingToSendOne) {
  Rooms here;
  here.fill([&](size_t n) { return here.of("ada", n); });
  EXPECT_FALSE(here.of("ada", 9)->take(kibi));
  EXPECT_TRUE(here.of("ada", 9, kibi, true)->take(kibi));
}

TEST(FormRooms, AllTogetherHaveAPartOfTheBudget) {
  Rooms here;
  EXPECT_EQ(here.fill([&](size_t n) { return here.of(std::to_string(n), n); }), 32u);
  EXPECT_EQ(here.budget.used_bytes(), 8 * mebi);
}

TEST(FormRooms, OneAloneMayHaveMoreThanTheWholePart) {
  core::Budget budget(4 * mebi);
  const auto rooms = std::make_shared<FormRooms>(budget);
  FormRoom one(rooms, {"ada", 1, mebi, false});
  EXPECT_TRUE(one.take(mebi / 2));
  EXPECT_TRUE(one.take(mebi / 2));
  EXPECT_FALSE(FormRoom(rooms, {"bob", 2, mebi, false}).take(1));
}

TEST(FormRooms, WhatIsGivenBackIsThereForOthersAgain) {
  Rooms here;
  for (int i = 0; i < 100; ++i) {
    const auto room = here.of("ada", 1, mebi);
    ASSERT_TRUE(room->take(mebi / 2));
    ASSERT_TRUE(room->take(mebi / 2));
  }
  EXPECT_EQ(here.rooms->used_bytes(), 0u);
  EXPECT_EQ(here.budget.used_bytes(), 0u);
}

}  // namespace
}  // namespace hawser::relay
