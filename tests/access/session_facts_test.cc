// SPDX-License-Identifier: Apache-2.0
#include "access/session_facts.h"

#include <gtest/gtest.h>

namespace hawser::access {
namespace {

constexpr int64_t now_s = 1'800'000'000;

model::Provider provider() {
  model::Provider made;
  made.name = "main";
  made.issuer = "https://login.example";
  made.clock_skew_s = 240;
  return made;
}

token::IdToken id_token(std::optional<int64_t> signed_in_s, int64_t issued_s) {
  token::IdToken made;
  made.subject = "u-1";
  made.signed_in_s = signed_in_s;
  made.claims = {{"iat", issued_s}};
  return made;
}

int64_t signed_in_s(const token::IdToken& token) {
  return session_facts(model::App(), provider(), token, "alice", now_s).signed_in_s;
}

TEST(SessionFacts, AProviderThatDoesNotTellWhenMayHaveSeenThePersonLongAgo) {
  EXPECT_EQ(signed_in_s(id_token(std::nullopt, now_s)), 0);
}

TEST(SessionFacts, TheTimeOfTheSignInIsByOurClock) {
  EXPECT_EQ(signed_in_s(id_token(now_s - 30, now_s)), now_s - 30);
  EXPECT_EQ(signed_in_s(id_token(now_s - 180 - 30, now_s - 180)), now_s - 30);
  EXPECT_EQ(signed_in_s(id_token(now_s + 180 - 30, now_s + 180)), now_s - 30);
  EXPECT_EQ(signed_in_s(id_token(now_s - 1000, now_s - 1000)), now_s - 760)
      << "no more than the skew";
  EXPECT_EQ(signed_in_s(id_token(now_s + 9000, now_s)), now_s) << "never in the future";
}

TEST(SessionFacts, MarksAreWorthNothingWithAnotherProvider) {
  model::AccessRule rule;
  rule.who.groups = {"staff"};
  const RuleNames names({rule});
  const uint64_t digest = marks_digest(names, {}, provider());
  model::Provider same = provider();
  same.client.secret = "new";
  same.clock_skew_s = 1;
  EXPECT_EQ(marks_digest(names, {}, same), digest);
  model::Provider renamed = provider();
  renamed.name = "partners";
  model::Provider moved = provider();
  moved.issuer = "https://login.partner.example";
  model::Provider regrouped = provider();
  regrouped.groups_claim = "roles";
  for (const model::Provider& other : {renamed, moved, regrouped})
    EXPECT_NE(marks_digest(names, {}, other), digest);
  EXPECT_NE(marks_digest(RuleNames({}), {}, provider()), digest);
  EXPECT_TRUE(is_from(provider(), {{"iss", "https://login.example"}}));
  EXPECT_FALSE(is_from(moved, {{"iss", "https://login.example"}}));
}

TEST(SessionFacts, MarksChangeWithWhatTheApplicationIsTold) {
  const RuleNames names({});
  const auto digest = [&](const std::vector<model::IdentityField>& identity) {
    return marks_digest(names, identity, provider());
  };
  const model::IdentityField user{"X-User", "email", {}};
  const uint64_t first = digest({user});
  EXPECT_NE(first, digest({}));
  EXPECT_NE(first, digest({{"X-Name", "email", {}}}));
  EXPECT_NE(first, digest({{"X-User", "name", {}}}));
  EXPECT_NE(first, digest({{"X-User", "email", {"a"}}}));
  EXPECT_NE(first, digest({user, user}));
  EXPECT_EQ(first, digest({user}));
}

TEST(SessionFacts, TheyHoldWhatTheApplicationIsTold) {
  model::App app;
  app.identity = {{"X-User", "email", {}}, {"X-Groups", "groups", {"a"}}};
  token::IdToken token = id_token(now_s, now_s);
  token.claims["email"] = "a@example.com";
  token.claims["groups"] = {"a", "b"};
  const SessionFacts facts = session_facts(app, provider(), token, "alice", now_s);
  EXPECT_EQ(facts.identity, (std::vector<std::string>{"a@example.com", "a"}));
  EXPECT_EQ(facts.names_digest, marks_digest(RuleNames({}), app.identity, provider()));
}

TEST(SessionFacts, AFieldThatIsTooLongIsNamedWithWhatToDo) {
  const KeyRing keys = KeyRing().rotated(0, 1, 1);
  model::App app;
  app.identity = {{"X-User", "email", {}}, {"X-Groups", "groups", {}}};
  SessionFacts facts;
  facts.identity = {"a@example.com", std::string(900, 'g')};
  const auto good = check_session(keys, app, {}, facts);
  ASSERT_FALSE(good.ok());
  EXPECT_EQ(good.error().fault, SignInFault::too_much_to_hold);
  EXPECT_NE(good.error().reason.find("`identity.X-Groups` alone holds 900 bytes"),
            std::string::npos)
      << good.error().reason;
  EXPECT_NE(good.error().reason.find("values:"), std::string::npos);
}

std::string user_by(const std::string& claim, const token::Claims& claims) {
  model::Provider named = provider();
  named.user_claim = claim;
  token::IdToken token;
  token.subject = "u-1";
  token.claims = claims;
  const auto user = user_of(named, token);
  return user.ok() ? *user : user.error().detail;
}

TEST(SessionFacts, APersonHasTheNameThatWasAskedForOrNone) {
  EXPECT_EQ(user_by("sub", {}), "u-1");
  EXPECT_EQ(user_by("email", {{"email", "a@example.com"}}), "a@example.com");
  EXPECT_EQ(user_by("email", {{"email", "a@example.com"}, {"email_verified", true}}),
            "a@example.com");
  EXPECT_EQ(user_by("email", {{"email", "a@example.com"}, {"email_verified", false}}),
            "user_unverified");
  EXPECT_EQ(user_by("email", token::Claims::object()), "user_missing");
  EXPECT_EQ(user_by("email", {{"email", ""}}), "user_missing");
  EXPECT_EQ(user_by("roles", {{"roles", {"a", "b"}}}), "user_missing");
}

TEST(SessionFacts, ASessionThatServesNothingIsNotBegun) {
  const KeyRing keys = KeyRing().rotated(0, 1, 1);
  const auto outcome = [&](const std::vector<std::string>& wanted, const SessionFacts& facts) {
    const auto good = check_session(keys, model::App(), wanted, facts);
    return good.ok() ? "" : std::string(name_of(good.error().fault)) + good.error().detail;
  };
  SessionFacts facts;
  facts.amr = {"pwd", "otp"};
  EXPECT_EQ(outcome({}, facts), "");
  EXPECT_EQ(outcome({"otp"}, facts), "");
  EXPECT_EQ(outcome({"otp", "hwk"}, facts), "token_refusedtoo_weak");
  facts.acr = std::string(SessionCookie::limit_bytes, 'a');
  EXPECT_EQ(outcome({}, facts), "too_much_to_hold");
}

}  // namespace
}  // namespace hawser::access
