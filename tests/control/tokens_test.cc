// SPDX-License-Identifier: Apache-2.0
#include "control/tokens.h"

#include <atomic>
#include <thread>

#include "control_fixture.h"
#include "tls/digest.h"

namespace hawser::control {
namespace {

class TokensTest : public ControlFixture {
 protected:
  std::string refusal_of_use(const std::string& text) {
    auto token = model::EnrolmentToken::parse(text);
    if (!token.ok()) return "(malformed)";
    auto usable = tokens_.find_usable(*token, now_ms());
    return usable.ok() ? "" : usable.error().code;
  }
  std::string refusal_of_wish(const std::string& group, uint64_t ttl_ms) {
    Caught<Outcome<NewToken>> caught;
    tokens_.create(group, ttl_ms, now_ms(), caught.done());
    return caught->ok() ? "" : caught->error().code;
  }
};

TEST_F(TokensTest, ANewTokenIsUsable) { EXPECT_EQ(refusal_of_use(make_token().text), ""); }

TEST_F(TokensTest, TheTokenPinsTheAuthority) {
  EXPECT_EQ(model::EnrolmentToken::parse(make_token().text)->authority_pin, authority_->pin());
}

TEST_F(TokensTest, TheStoreNeverHoldsTheSecret) {
  const NewToken made = make_token();
  const auto token = *model::EnrolmentToken::parse(made.text);
  const std::string secret_base64url = made.text.substr(made.text.size() - 40);
  const auto stored = store_->list("");
  for (const StoreEntry& entry : stored->entries) {
    for (const std::string& text : {entry.key, entry.value}) {
      EXPECT_EQ(text.find(secret_base64url), std::string::npos);
      EXPECT_EQ(text.find(token.secret_bytes()), std::string::npos);
      EXPECT_EQ(text.find(tls::hex(token.secret_bytes())), std::string::npos);
    }
  }
}

TEST_F(TokensTest, ATokenEndsAfterItsTime) {
  const std::string text = make_token("default", hour_ms).text;
  clock_.advance_ms(hour_ms - 1);
  EXPECT_EQ(refusal_of_use(text), "");
  clock_.advance_ms(1);
  EXPECT_EQ(refusal_of_use(text), "token_expired");
}

TEST_F(TokensTest, ARevokedTokenIsUnknown) {
  const NewToken made = make_token();
  Caught<Outcome<void>> revoked;
  tokens_.revoke(made.record.id, revoked.done());
  EXPECT_TRUE(revoked->ok());
  EXPECT_EQ(refusal_of_use(made.text), "token_unknown");
  Caught<Outcome<void>> again;
  tokens_.revoke(made.record.id, again.done());
  EXPECT_EQ(again->error().status, 404);
}

TEST_F(TokensTest, AnAlteredSecretIsUnknown) {
  auto token = *model::EnrolmentToken::parse(make_token().text);
  token.secret[31] ^= 1;
  EXPECT_EQ(refusal_of_use(token.to_string()), "token_unknown");
}

TEST_F(TokensTest, ASecretWhoseIdCollidesIsUnknownToo) {
  const NewToken made = make_token();
  auto entry = **store_->get("tokens/" + made.record.id);
  const size_t hash_end = entry.value.find(made.record.secret_sha256_hex) + 63;
  entry.value[hash_end] = entry.value[hash_end] == '0' ? '1' : '0';
  ASSERT_TRUE(put(entry.key, entry.value, entry.revision).ok());
  EXPECT_EQ(refusal_of_use(made.text), "token_unknown");
}

TEST_F(TokensTest, ATokenOfAnotherEngineIsNamedAsSuch) {
  auto token = *model::EnrolmentToken::parse(make_token().text);
  token.authority_pin[0] ^= 1;
  EXPECT_EQ(refusal_of_use(token.to_string()), "token_other_engine");
}

TEST_F(TokensTest, GroupAndTimeAreChecked) {
  EXPECT_EQ(refusal_of_wish("Wrong Group", hour_ms), "bad_group");
  EXPECT_EQ(refusal_of_wish("", hour_ms), "bad_group");
  EXPECT_EQ(refusal_of_wish("default", token_ttl_least_ms - 1), "bad_ttl");
  EXPECT_EQ(refusal_of_wish("default", token_ttl_most_ms + 1), "bad_ttl");
  EXPECT_EQ(refusal_of_wish("default", token_ttl_most_ms), "");
}

TEST_F(TokensTest, ListsTheNewestFirst) {
  make_token("one");
  clock_.advance_ms(1000);
  make_token("two");
  const auto records = tokens_.list();
  ASSERT_TRUE(records.ok());
  ASSERT_EQ(records->size(), 2u);
  EXPECT_EQ(records->front().group, "two");
}

TEST_F(TokensTest, SpentTokensAreForgottenAfterAWeek) {
  const std::string old = make_token().text;
  clock_.advance_ms(hour_ms + static_cast<uint64_t>(spent_token_kept_ms) - 1);
  make_token();
  EXPECT_EQ(refusal_of_use(old), "token_expired");
  clock_.advance_ms(1);
  make_token();
  EXPECT_EQ(refusal_of_use(old), "token_unknown");
}

TEST_F(TokensTest, OfTwoThreadsThatSpendOneTokenOneWins) {
  constexpr int rounds = 20;
  for (int round = 0; round < rounds; ++round) {
    const NewToken made = make_token();
    std::atomic<int> ready{0};
    std::atomic<int> winners{0};
    std::atomic<int> losers{0};
    auto spend = [&](const std::string& connector) {
      core::Loop loop(&clock_);
      auto store = SqliteStore::open(loop, store_path(), {1 << 28, 10'000}).value();
      const auto write = Tokens::spend(made.record, connector, clock_.wall_ms());
      ++ready;
      while (ready < 2) std::this_thread::yield();
      store->commit({write}, [&](const StoreResult<uint64_t>& spent) {
        if (spent.ok()) ++winners;
        if (!spent.ok() && spent.error().fault == StoreFault::conflict) ++losers;
      });
    };
    std::thread a(spend, "a");
    std::thread b(spend, "b");
    a.join();
    b.join();
    ASSERT_EQ(winners, 1);
    ASSERT_EQ(losers, 1);
    EXPECT_EQ(refusal_of_use(made.text), "token_used");
  }
}

}  // namespace
}  // namespace hawser::control
