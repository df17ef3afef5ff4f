// SPDX-License-Identifier: Apache-2.0
#include "access/silences.h"

#include <gtest/gtest.h>

#include "access/recheck.h"

namespace hawser::access {
namespace {

using Of = Silences::Of;

TEST(SilencesTest, AProvidersIsOfAllItsSessionsAndOfNoOthers) {
  Silences silences;
  silences.of_provider("main", 1000);
  EXPECT_EQ(silences.find("main", "a", 1000 + ask_silent_again_s - 1), Of::provider);
  EXPECT_EQ(silences.find("other", "b", 1000), Of::nobody);
  EXPECT_EQ(silences.find("main", "a", 1000 + ask_silent_again_s), Of::nobody) << "it is over";
}

TEST(SilencesTest, ASessionsConcernsNobodyElse) {
  Silences silences;
  silences.of_session("main", "a", 1000);
  EXPECT_EQ(silences.find("main", "a", 1000 + ask_silent_again_s - 1), Of::session);
  EXPECT_EQ(silences.find("main", "b", 1000), Of::nobody);
  EXPECT_EQ(silences.find("main", "a", 1000 + ask_silent_again_s), Of::nobody) << "it is over";
}

TEST(SilencesTest, SoManySessionsAtOnceAreTheirProvidersAffair) {
  Silences silences;
  for (size_t i = 0; i < Silences::session_limit; ++i)
    silences.of_session("main", std::to_string(i), 1000);
  EXPECT_EQ(silences.find("main", "new", 1000), Of::nobody);
  silences.of_session("main", "new", 1000);
  EXPECT_EQ(silences.find("main", "another", 1000), Of::provider);
  silences.of_session("main", "later", 1000 + ask_silent_again_s);
  EXPECT_EQ(silences.find("main", "later", 1000 + ask_silent_again_s), Of::session)
      << "those that are over have made room";
}

TEST(SilencesTest, AreForgottenWithTheConfiguration) {
  Silences silences;
  silences.of_provider("main", 1000);
  silences.of_session("main", "a", 1000);
  silences.forget();
  EXPECT_EQ(silences.find("main", "a", 1000), Of::nobody);
}

}  // namespace
}  // namespace hawser::access
