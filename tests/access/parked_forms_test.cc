// SPDX-License-Identifier: Apache-2.0
#include "access/parked_forms.h"

#include <gtest/gtest.h>

namespace hawser::access {
namespace {

constexpr size_t mebi = size_t{1024} * 1024;

KeptForm form(std::string id, std::string owner, size_t bytes = 1000, int64_t ends_s = 600) {
  return {std::move(id), std::move(owner), std::string(bytes, 'x'), ends_s};
}

TEST(ParkedForms, AFormIsLentUntilItWasSent) {
  ParkedForms forms(mebi, mebi);
  ASSERT_TRUE(forms.keep(form("a", "ada")));
  EXPECT_EQ(forms.lend("a", 0).sealed.size(), 1000u);
  EXPECT_EQ(forms.lend("a", 0).state, LentForm::State::taken) << "somebody has it";
  EXPECT_TRUE(forms.settle("a", false));
  EXPECT_EQ(forms.lend("a", 0).state, LentForm::State::lent) << "it did not get through";
  EXPECT_TRUE(forms.settle("a", true));
  EXPECT_EQ(forms.lend("a", 0).state, LentForm::State::taken);
  EXPECT_FALSE(forms.settle("a", false)) << "what was sent does not come back";
  EXPECT_EQ(forms.count(), 0u);
}

TEST(ParkedForms, WhatIsOverIsLostAndCostsNothing) {
  ParkedForms forms(mebi, mebi);
  forms.keep(form("a", "ada"));
  forms.keep(form("b", "ada", 1000, 700));
  forms.settle("b", true);
  EXPECT_EQ(forms.lend("a", 600).state, LentForm::State::lost);
  EXPECT_EQ(forms.forget(600), 1u);
  EXPECT_EQ(forms.forget(700), 0u) << "that one was sent";
  EXPECT_EQ(forms.bytes(), 0u);
  EXPECT_EQ(forms.lend("b", 700).state, LentForm::State::lost);
}

TEST(ParkedForms, OnePersonCannotTakeTheRoomOfOthers) {
  ParkedForms forms(mebi, mebi / 4);
  size_t kept = 0;
  for (int i = 0; i < 1000; ++i)
    if (forms.keep(form("e" + std::to_string(i), "eve", 10'000))) ++kept;
  EXPECT_EQ(kept, mebi / 4 / (10'000 + ParkedForms::overhead_bytes));
  EXPECT_TRUE(forms.keep(form("a", "ada", 100'000)));
}

TEST(ParkedForms, TenThousandAreBoundedAndNoneIsPushedOut) {
  constexpr size_t bytes = 4096;
  ParkedForms forms(32 * mebi, 4 * mebi);
  size_t kept = 0;
  for (int i = 0; i < 10'000; ++i) {
    const std::string id = std::to_string(i);
    const bool taken = forms.keep(form(id, "person " + id, bytes));
    ASSERT_TRUE(!taken || kept == static_cast<size_t>(i)) << "the first ones, without a gap";
    if (taken) ++kept;
    ASSERT_LE(forms.bytes(), 32 * mebi);
  }
  EXPECT_EQ(kept, 32 * mebi / (bytes + ParkedForms::overhead_bytes));
  for (size_t i = 0; i < kept; ++i)
    ASSERT_EQ(forms.lend(std::to_string(i), 0).state, LentForm::State::lent);
  EXPECT_EQ(forms.forget(600), kept);
  EXPECT_EQ(forms.bytes(), 0u);
}

}  // namespace
}  // namespace hawser::access
