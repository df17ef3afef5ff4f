// SPDX-License-Identifier: Apache-2.0
// Counts every allocation of this program; the test looks at the difference.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "access/rules.h"

#ifndef HAWSER_SANITIZED

#include "support/counted_allocations.h"
namespace hawser::access {
namespace {

TEST(Rules, ADecisionAllocatesNothing) {
  model::App app;
  for (int i = 0; i < 20; ++i) {
    model::AccessRule rule;
    rule.name = "a rule with a name that fits into no string's own memory";
    rule.who.users = {"somebody with a name of some length, number " + std::to_string(i)};
    rule.who.groups = {"group of many people, number " + std::to_string(i)};
    rule.who.claims = {{"department", {std::to_string(i)}}};
    rule.from.networks = {model::Network::parse("192.0.2.0/24").value()};
    rule.strength = {{"urn:example:mfa"}, {"mfa"}, 60};
    rule.paths = {"/"};
    rule.methods = {"GET"};
    rule.shadow = i % 4 == 0;
    app.rules.push_back(rule);
  }
  const Rules rules(app);
  const std::vector<std::string> groups{"group of many people, number 19"};
  const std::vector<std::string> amr{"mfa"};
  const Person person{"ada", rules.names().marks_of(groups, std::vector<model::ClaimValues>()),
                      "urn:example:mfa", amr, 0};
  const RequestFacts request{model::IpAddress::ipv4(192, 0, 2, 1), "AT", "GET", "/a/b", 30};
  const size_t before = test::allocations;
  const Decision decision = rules.decide(&person, request);
  const Decision unknown = rules.decide(nullptr, request);
  EXPECT_EQ(test::allocations, before);
  EXPECT_EQ(decision.verdict, Verdict::allow);
  EXPECT_EQ(unknown.verdict, Verdict::sign_in);
}

}  // namespace
}  // namespace hawser::access

#endif
