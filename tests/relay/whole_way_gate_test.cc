// SPDX-License-Identifier: Apache-2.0
#include "access/sign_in_desk.h"
#include "whole_way_fixture.h"

namespace hawser::test {
namespace {

// Answers when the test says so.
class HeldDesk final : public access::SignInDesk {
 public:
  void ask_provider(std::string,
                    std::function<void(access::SignedIn<access::ProviderMetadata>)> done) override {
    asked = std::move(done);
  }
  void sign_in(access::Callback,
               std::function<void(access::SignedIn<access::SessionFacts>)>) override {}
  void renew(std::string, access::SessionFacts, access::Renewal,
             std::function<void(access::SignedIn<access::SessionFacts>)>) override {}
  void ask_id_token(std::string, std::function<void(access::SignedIn<std::string>)>) override {}
  void end_session(std::string,
                   std::function<void(access::SignedIn<access::EndedSession>)>) override {}
  void end_by_provider(std::string token,
                       std::function<void(access::SignedIn<void>)> done) override {
    logout_token = std::move(token);
    ended = std::move(done);
  }
  void ask_keys(
      access::KeySource, bool,
      std::function<void(access::SignedIn<std::shared_ptr<const token::KeySet>>)>) override {}

  void keep_form(access::KeptForm, std::function<void(bool)>) override {}
  void lend_form(std::string, std::function<void(access::LentForm)>) override {}
  void settle_form(std::string, bool) override {}

  std::function<void(access::SignedIn<access::ProviderMetadata>)> asked;
  std::string logout_token;
  std::function<void(access::SignedIn<void>)> ended;
};

size_t count(std::string_view text, std::string_view part) {
  size_t n = 0;
  for (size_t at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1)) ++n;
  return n;
}

TEST(WholeWayGate, AnAnswerIsForNobodyOnceTheRequestIsOver) {
  HeldDesk desk;
  WholeWay way({}, 64 * 1024 * 1024, &desk);
  way.guard();
  way.send("GET /.hawser/login?app=wiki HTTP/1.1\r\nHost: wiki.example\r\n\r\n");
  ASSERT_TRUE(way.until([&] { return desk.asked != nullptr; }));
  way.cut_session();
  desk.asked(
      access::SignInError{access::SignInFault::provider_unreachable, "", "in the same turn"});
  EXPECT_EQ(count(way.log(), "\"event\":\"request\""), 1u) << way.log();
  EXPECT_EQ(count(way.log(), "provider_unreachable"), 0u) << way.log();
}

constexpr const char* logout_request =
    "POST /.hawser/backchannel-logout HTTP/1.1\r\nHost: wiki.example\r\n";

TEST(WholeWayGate, AFormIsReadWholeBeforeTheGateIsAsked) {
  HeldDesk desk;
  WholeWay way({}, 64 * 1024 * 1024, &desk);
  way.send(std::string(logout_request) + "Expect: 100-continue\r\nContent-Length: 16\r\n\r\n");
  ASSERT_TRUE(way.until([&] { return way.client().received.starts_with("HTTP/1.1 100 "); }));
  EXPECT_EQ(way.engine_budget().used_bytes(), 16u);
  way.send("logout_token=a.b");
  ASSERT_TRUE(way.until([&] { return desk.ended != nullptr; }));
  EXPECT_EQ(desk.logout_token, "a.b");
  desk.ended({});
  EXPECT_TRUE(way.until([&] { return count(way.client_got(), "HTTP/1.1 200 ") == 1; }));
  EXPECT_EQ(way.engine_budget().used_bytes(), 0u);
}

TEST(WholeWayGate, AFormThatIsTooLongIsRefusedWhileItComes) {
  HeldDesk desk;
  WholeWay way({}, 64 * 1024 * 1024, &desk);
  way.send(std::string(logout_request) + "Transfer-Encoding: chunked\r\n\r\n5000\r\n" +
           std::string(0x5000, 'a') + "\r\n");
  EXPECT_TRUE(way.until([&] { return count(way.client_got(), "HTTP/1.1 413 ") == 1; }));
  EXPECT_EQ(desk.ended, nullptr);
  EXPECT_EQ(way.engine_budget().used_bytes(), 0u);
}

TEST(WholeWayGate, AFormBeyondTheBudgetIsRefused) {
  HeldDesk desk;
  WholeWay way({}, 1024, &desk);
  way.send(std::string(logout_request) + "Content-Length: 2000\r\n\r\n");
  EXPECT_TRUE(way.until([&] { return count(way.client_got(), "HTTP/1.1 503 ") == 1; }));
}

TEST(WholeWayGate, NoResponseOfAnOriginsSetsACookieOfOurs) {
  WholeWay way;
  way.send("GET / HTTP/1.1\r\nHost: wiki.example\r\nConnection: close\r\n\r\n");
  ASSERT_TRUE(way.until([&] {
    return way.origin.connections() > 0 && way.origin.session().received.ends_with("\r\n\r\n");
  }));
  way.origin.session().send(
      "HTTP/1.1 103 Early Hints\r\nSet-Cookie: __Host-hawser-wiki=early\r\nLink: </a>\r\n\r\n"
      "HTTP/1.1 200 OK\r\nSet-Cookie: __Host-hawser-wiki=late\r\nSet-Cookie: a=b\r\n"
      "Content-Length: 2\r\n\r\nok");
  ASSERT_TRUE(way.until([&] { return way.client().received.ends_with("ok"); }));
  EXPECT_EQ(count(way.client_got(), "Link: </a>"), 1u);
  EXPECT_EQ(count(way.client_got(), "__Host-hawser"), 0u) << way.client_got();
  EXPECT_EQ(count(way.client_got(), "Set-Cookie: a=b"), 1u);
}

}  // namespace
}  // namespace hawser::test
