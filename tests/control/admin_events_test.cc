// SPDX-License-Identifier: Apache-2.0
// Events and the story of a request, over the admin API's socket.
#include <nlohmann/json.hpp>
#include <optional>

#include "admin_fixture.h"
#include "control/admin_server.h"
#include "core/socket.h"
#include "event_fixture.h"

namespace hawser::control {
namespace {

using nlohmann::json;

// Reads whatever comes.
class Listening final : private core::TransportListener {
 public:
  Listening(core::Loop& loop, const std::string& path, const std::string& target)
      : transport_(core::Socket::connect(loop, *core::Address::parse("unix:" + path))) {
    transport_->set_listener(*this);
    transport_->write_copy("GET " + target + " HTTP/1.1\r\nHost: hawser\r\n\r\n");
  }
  // Lines of the answer's content, without its chunks' own lines.
  size_t events() const {
    size_t count = 0;
    for (size_t at = got.find("\"activity_id\""); at != std::string::npos;
         at = got.find("\"activity_id\"", at + 1))
      ++count;
    return count;
  }
  void stall() { transport_->pause(core::PauseReason::busy); }
  void go_on() { transport_->resume(core::PauseReason::busy); }

  std::string got;
  bool ended = false;

 private:
  void on_bytes(core::Slice bytes) override { got += bytes.view(); }
  void on_end() override { ended = true; }
  void on_broken(const core::Error&) override { ended = true; }
  std::unique_ptr<core::Transport> transport_;
};

class AdminEventsTest : public AdminFixture {
 protected:
  std::string path() const { return folder_ / "admin.sock"; }
  std::unique_ptr<Listening> ask(const std::string& target) {
    return std::make_unique<Listening>(loop_, path(), target);
  }
  void tell(size_t count, const std::string& user = "ada") {
    for (size_t i = 0; i < count; ++i) {
      model::Event event = denial(user);
      event.kind = model::EventKind::signed_in;
      event.time_ms = now_ms();
      journal_.on_event(std::move(event));
    }
    while (journal_.chain().last() < told_ + count) pass(EventJournal::write_delay_ms + 10);
    told_ += count;
  }
  bool until(const std::function<bool()>& predicate) { return test::run_until(loop_, predicate); }
  Answer call(const std::string& method, const std::string& target, const std::string& query = "") {
    Caught<Answer> caught;
    api_.handle({method, target, query, "", now_ms(), {}}, caught.done());
    return *caught;
  }

  core::Counter refused_;
  size_t told_ = 0;
  std::unique_ptr<AdminServer> server_ =
      AdminServer::open(loop_, folder_ / "admin.sock", api_, refused_).value();
};

TEST_F(AdminEventsTest, AListEndsWithTheLastEvent) {
  tell(150);
  const auto list = ask("/v1/events");
  ASSERT_TRUE(until([&] { return list->ended; }));
  EXPECT_EQ(list->events(), 150u);
  EXPECT_NE(list->got.find("application/x-ndjson"), std::string::npos);
  EXPECT_TRUE(list->got.ends_with("\r\n0\r\n\r\n"));
}

TEST_F(AdminEventsTest, TheCursorTheLimitAndTheFiltersNameWhichOnes) {
  tell(5, "ada");
  tell(5, "bob");
  const auto count = [&](const std::string& query) {
    const auto list = ask("/v1/events?" + query);
    EXPECT_TRUE(until([&] { return list->ended; }));
    return list->events();
  };
  EXPECT_EQ(count("after=8"), 2u);
  EXPECT_EQ(count("limit=3"), 3u);
  EXPECT_EQ(count("user=bob"), 5u);
  EXPECT_EQ(count("user=bob&after=8"), 2u);
  EXPECT_EQ(count("kind=denied"), 0u);
  EXPECT_EQ(count("app=wiki&kind=signed_in"), 10u);
  EXPECT_EQ(count("since=" + std::to_string(now_ms() + 1)), 0u);
  EXPECT_EQ(count("since=" + std::to_string(now_ms() - 60'000)), 10u);
}

TEST_F(AdminEventsTest, WhoFollowsHearsOfEventsAsTheyCome) {
  tell(1);
  const auto follower = ask("/v1/events?follow=true");
  ASSERT_TRUE(until([&] { return follower->events() == 1; }));
  tell(2);
  ASSERT_TRUE(until([&] { return follower->events() == 3; }));
  EXPECT_FALSE(follower->ended);
}

TEST_F(AdminEventsTest, WhoReadsSlowlyLosesNothingAndHoldsUpNobody) {
  const auto slow = ask("/v1/events?follow=true");
  ASSERT_TRUE(until([&] { return slow->got.find("\r\n\r\n") != std::string::npos; }));
  slow->stall();
  tell(4'000);
  const auto quick = ask("/v1/events");
  ASSERT_TRUE(until([&] { return quick->ended; }));
  EXPECT_EQ(quick->events(), 4'000u);
  slow->go_on();
  ASSERT_TRUE(until([&] { return slow->events() == 4'000; }));
}

TEST_F(AdminEventsTest, WhoLooksForWhatIsRareGivesOthersTheirTurnMeanwhile) {
  constexpr size_t records_a_turn = 64;
  tell(4'000);
  const auto rare = ask("/v1/events?kind=denied");
  size_t turns = 0;
  for (; !rare->ended && turns < 100'000; ++turns) loop_.turn(false);
  EXPECT_TRUE(rare->ended);
  EXPECT_EQ(rare->events(), 0u);
  EXPECT_GE(turns, 4'000 / records_a_turn);
}

TEST_F(AdminEventsTest, FollowersAreBoundedAndWhoGoesMakesRoom) {
  std::vector<std::unique_ptr<Listening>> followers;
  for (size_t i = 0; i < EventJournal::readers_limit; ++i) {
    followers.push_back(ask("/v1/events?follow=true"));
    ASSERT_TRUE(until([&] { return !followers.back()->got.empty(); }));
  }
  EXPECT_EQ(call("GET", "/v1/events", "follow=true").status, 503);
  EXPECT_EQ(call("GET", "/v1/events").status, 200);
  followers.pop_back();
  EXPECT_TRUE(until([&] { return call("GET", "/v1/events", "follow=true").status == 200; }));
}

TEST_F(AdminEventsTest, AQuestionThatCannotBeMeantIsRefused) {
  for (const char* query : {"after=-1", "after=x", "follow=perhaps", "kind=nothing", "color=red",
                            "user=a&user=b", "limit=99999999999999999999"})
    EXPECT_EQ(code_of(call("GET", "/v1/events", query)), "bad_query") << query;
  EXPECT_EQ(code_of(call("GET", "/v1/events/verify")), "no_such_method");
  EXPECT_EQ(code_of(call("GET", "/v1/requests/abc")), "bad_id");
}

TEST_F(AdminEventsTest, VerifyingTellsWhatItFound) {
  tell(3);
  std::optional<Answer> answer;
  api_.handle({"POST", "/v1/events/verify"}, [&](const Answer& told) { answer = told; });
  for (int i = 0; i < 10 && !answer; ++i) pass(20);
  ASSERT_TRUE(answer);
  const json report = json::parse(answer->body);
  EXPECT_EQ(report["good"], true);
  EXPECT_EQ(report["count"], 3);
  EXPECT_EQ(report["last"], 3);
  EXPECT_EQ(report["key"], journal_.chain().key_id());
}

TEST_F(AdminEventsTest, TheStoryOfARequestHasWhatWorkersAndEventsRemember) {
  const std::string id = "018bcfe5-6800-7000-8000-000000000001";
  clock_.set_wall_ms(0x018bcfe56800);
  EXPECT_EQ(code_of(call("GET", "/v1/requests/" + id)), "request_unknown");
  tell(1);
  model::RequestStory story;
  story.app = "wiki";
  story.verdict = "allow";
  story.steps.push_back({"staff", model::RuleEffect::allow, false, "matched", ""});
  host_.stories.push_back(story);
  const json told = json::parse(call("GET", "/v1/requests/" + id).body);
  EXPECT_EQ(told["stories"][0]["verdict"], "allow");
  EXPECT_EQ(told["stories"][0]["steps"][0]["finding"], "matched");
  ASSERT_EQ(told["events"].size(), 1u);
  EXPECT_EQ(told["events"][0]["metadata"]["correlation_uid"], id);
}

}  // namespace
}  // namespace hawser::control
