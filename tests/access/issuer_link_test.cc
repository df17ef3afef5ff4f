// SPDX-License-Identifier: Apache-2.0
#include "access/issuer_link.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "connector/raw_origin.h"
#include "core/clock.h"
#include "support/test_authority.h"
#include "support/test_loop.h"
#include "token/issuer.h"

namespace hawser::access {
namespace {

using test::run_until;

constexpr uint64_t second_ms = 1000;
constexpr uint64_t hour_ms = 3600 * second_ms;

// An issuer on a real socket: describes itself, and answers for its keys when the test says so.
class IssuerLinkTest : public testing::Test {
 protected:
  using Outcome = SignedIn<IssuerLink::Keys>;

  IssuerLinkTest() : host_(loop_, server_context()) {
    url_ = "https://localhost:" + std::to_string(host_.port());
    Issuer issuer{"main", url_, authority_.certificate_pem(), IssuerUse::keys};
    link_ = std::make_unique<IssuerLink>(loop_, log_, std::move(issuer));
  }
  ~IssuerLinkTest() override { link_->end(); }

  std::shared_ptr<tls::Context> server_context() const {
    tls::ServerOptions options;
    options.certificates = {authority_.server("localhost")};
    return tls::Context::server(options).value();
  }
  // What becomes of it: its index in answers_.
  size_t ask(bool anew = false) {
    const size_t index = answers_.size();
    answers_.emplace_back();
    link_->ask_keys(anew, [this, index](const Outcome& keys) { answers_[index] = keys; });
    return index;
  }
  bool is_answered(size_t index) const { return answers_[index].has_value(); }
  // The name of the key that was given, or the error's detail.
  std::string given(size_t index) const {
    if (!is_answered(index)) return "nothing yet";
    const Outcome& outcome = *answers_[index];
    return outcome ? (*outcome)->keys().at(0).id : outcome.error().detail;
  }
  std::string key() const { return token::key_id_of(issuer_.key); }

  // Answers descriptions until the keys are asked for.
  void expect_reading() {
    EXPECT_TRUE(run_until(loop_, [this] { return next_request() == "/keys"; }));
    ++readings_;
  }
  void answer(const std::string& status, const std::string& body, const std::string& more = "") {
    host_.session(answered_).send("HTTP/1.1 " + status + "\r\nContent-Type: application/json\r\n" +
                                  more + "Content-Length: " + std::to_string(body.size()) +
                                  "\r\n\r\n" + body);
    ++answered_;
  }
  void answer_keys(const std::string& more = "") { answer("200 OK", issuer_.jwks().dump(), more); }
  void answer_down() {
    answer("503 Down", "");
    EXPECT_TRUE(run_until(loop_, [this] { return host_.session(answered_ - 1).over(); }));
  }
  bool answered_soon(size_t index) {
    return run_until(loop_, [&] { return is_answered(index); });
  }
  void expect_no_reading() {
    test::settle(loop_);
    EXPECT_EQ(host_.connections(), answered_);
  }
  // The answer comes in without anybody who waits for it.
  void expect_taken(const std::string& key) {
    EXPECT_TRUE(run_until(loop_, [&] { return given(ask()) == key; }));
  }
  void first_keys(const std::string& more = "") {
    const size_t first = ask();
    expect_reading();
    answer_keys(more);
    ASSERT_TRUE(answered_soon(first));
    ASSERT_EQ(given(first), key());
  }
  void advance_ms(uint64_t by_ms) {
    clock_.advance_ms(by_ms);
    loop_.turn(false);
  }

  // The authority's certificates are good from an hour ago for a day and an hour: more than a day
  // is left of that.
  core::ManualClock clock_{1'000'000, core::SystemClock::instance().wall_ms() -
                                          static_cast<int64_t>(hour_ms - 300 * second_ms)};
  core::Loop loop_{&clock_};
  core::LogSink sink_{-1};
  core::Log log_{sink_};
  test::TestAuthority authority_;
  test::RawOrigin host_;
  std::string url_;
  test::Issuer issuer_;
  std::unique_ptr<IssuerLink> link_;
  std::vector<std::optional<Outcome>> answers_;
  size_t answered_ = 0;  // requests, each on a connection of its own
  int readings_ = 0;

 private:
  std::string next_request() {
    if (host_.connections() <= answered_) return "";
    const std::string& head = host_.session(answered_).received;
    if (head.find("\r\n\r\n") == std::string::npos) return "";
    const std::string path = head.substr(4, head.find(' ', 4) - 4);
    if (path != "/keys")
      answer("200 OK", nlohmann::json{{"issuer", url_}, {"jwks_uri", url_ + "/keys"}}.dump());
    return path;
  }
};

TEST_F(IssuerLinkTest, KeysThatAreUsedAreReadAgainWhileTheOldOnesServe) {
  first_keys();
  const std::string old = key();
  advance_ms(600 * second_ms - 1);
  EXPECT_EQ(given(ask()), old);
  expect_no_reading();
  advance_ms(1);
  EXPECT_EQ(given(ask()), old) << "nobody waits for the new ones";
  expect_reading();
  EXPECT_EQ(given(ask()), old);
  issuer_.key = test::new_p256_key();
  answer_keys();
  expect_taken(key());
  EXPECT_EQ(readings_, 2);
}

TEST_F(IssuerLinkTest, TheIssuerSaysForHowLongItsKeysAreGood) {
  first_keys("Cache-Control: public, max-age=120\r\n");
  advance_ms(119 * second_ms);
  ask();
  expect_no_reading();
  advance_ms(second_ms);
  ask();
  expect_reading();
}

TEST_F(IssuerLinkTest, KeysServeThroughAnOutageOfADayAndNoLonger) {
  first_keys();
  advance_ms(600 * second_ms);
  EXPECT_EQ(given(ask()), key());
  expect_reading();
  answer_down();
  advance_ms(24 * hour_ms - 600 * second_ms - 1);
  EXPECT_EQ(given(ask()), key());
  expect_reading();
  answer_down();
  advance_ms(1);
  const size_t late = ask();
  EXPECT_FALSE(is_answered(late)) << "they are asked for once more before anybody is refused";
  expect_reading();
  answer_down();
  ASSERT_TRUE(answered_soon(late));
  EXPECT_EQ(given(late), IssuerLink::keys_outdated);
  const size_t again = ask();
  expect_reading();
  answer_keys();
  ASSERT_TRUE(answered_soon(again));
  EXPECT_EQ(given(again), key()) << "and the door opens again";
}

TEST_F(IssuerLinkTest, WhoeverMissesAKeyWaitsForThoseThatAreOnTheirWay) {
  first_keys();
  EXPECT_EQ(given(ask(true)), key()) << "they came just now";
  expect_no_reading();
  advance_ms(5 * second_ms);
  const size_t first = ask(true), second = ask(true);
  EXPECT_EQ(given(ask()), key()) << "who misses none does not wait";
  expect_reading();
  EXPECT_FALSE(is_answered(first) || is_answered(second));
  issuer_.key = test::new_p256_key();
  answer_keys();
  ASSERT_TRUE(answered_soon(second));
  EXPECT_EQ(given(first), key());
  EXPECT_EQ(given(second), key());
  EXPECT_EQ(readings_, 2) << "one for both";
}

TEST_F(IssuerLinkTest, WhoeverMissesAKeyWaitsForThoseThatAreReadBesideOthersToo) {
  first_keys("Cache-Control: max-age=60\r\n");
  advance_ms(60 * second_ms);
  ask();
  expect_reading();
  const size_t missing = ask(true);
  EXPECT_FALSE(is_answered(missing));
  issuer_.key = test::new_p256_key();
  answer_keys();
  ASSERT_TRUE(answered_soon(missing));
  EXPECT_EQ(given(missing), key());
}

TEST_F(IssuerLinkTest, WhoeverWaitsIsToldWhenTheIssuerIsNoLongerWhatItWas) {
  const size_t waiting = ask();
  link_->end();
  ASSERT_TRUE(is_answered(waiting));
  EXPECT_EQ(answers_[waiting]->error().fault, SignInFault::login_unknown);
}

}  // namespace
}  // namespace hawser::access
