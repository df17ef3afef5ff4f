// SPDX-License-Identifier: Apache-2.0
// Forms that wait for a sign-in, by the worker that reads and sends them; the control thread
// answers when the test says so.
#include <gmock/gmock.h>

#include "access/form_ticket.h"
#include "access/login_state.h"
#include "access/page_texts.h"
#include "access/page_words.h"
#include "access/session_facts.h"
#include "access/sign_in_desk.h"
#include "tls/digest.h"
#include "whole_way_fixture.h"

namespace hawser::test {
namespace {

using access::FormTicket;
using access::SignInError;
using access::SignInFault;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* host = "wiki.example";
constexpr int64_t day_s = 24 * 3600;

class FormDesk final : public access::SignInDesk {
 public:
  template <class T>
  using Done = std::function<void(access::SignedIn<T>)>;

  void ask_provider(std::string, Done<access::ProviderMetadata> done) override {
    asked = std::move(done);
  }
  void sign_in(access::Callback, Done<access::SessionFacts> done) override {
    signed_in = std::move(done);
  }
  void renew(std::string, access::SessionFacts, access::Renewal,
             Done<access::SessionFacts> done) override {
    if (row) return done(*row);
    done(SignInError{SignInFault::login_unknown, "", "its row is gone"});
  }
  void ask_id_token(std::string, Done<std::string> done) override {
    done(SignInError{SignInFault::login_unknown, "", "its row is gone"});
  }
  void end_session(std::string, Done<access::EndedSession>) override {}
  void end_by_provider(std::string, Done<void>) override {}
  void ask_keys(access::KeySource, bool, Done<std::shared_ptr<const token::KeySet>>) override {}
  void keep_form(access::KeptForm form, std::function<void(bool)> done) override {
    kept_form = std::move(form);
    kept = std::move(done);
  }
  void lend_form(std::string, std::function<void(access::LentForm)> done) override {
    lent = std::move(done);
  }
  void settle_form(std::string, bool sent) override { settled.push_back(sent); }

  std::optional<access::SessionFacts> row;
  Done<access::ProviderMetadata> asked;
  Done<access::SessionFacts> signed_in;
  access::KeptForm kept_form;
  std::function<void(bool)> kept;
  std::function<void(access::LentForm)> lent;
  std::vector<bool> settled;
};

model::Provider provider(std::string issuer = "https://login.example") {
  model::Provider provider;
  provider.name = "main";
  provider.issuer = std::move(issuer);
  return provider;
}

class WholeWayForms : public ::testing::Test {
 protected:
  WholeWayForms() {
    way.engine().gate.apply(keys);
    publish(provider());
  }

  void publish(const model::Provider& from, std::vector<std::string> groups = {}) {
    way.publish(
        [&](model::App& app) {
          model::AccessRule strongly;
          strongly.name = "strongly";
          strongly.who.anyone_signed_in = true;
          strongly.paths = {"/strong/"};
          strongly.strength.acr = {"urn:example:mfa"};
          model::AccessRule anyone;
          anyone.name = "anyone";
          anyone.who.anyone_signed_in = groups.empty();
          anyone.who.groups = groups;
          app.access = model::Access::rules;
          app.sign_in.provider = from.name;
          app.rules = {strongly, anyone};
          app.timeouts.stream_idle_ms = 1000;
          current = app;
        },
        {from});
  }
  int64_t now_s() const { return clock.wall_ms() / 1000; }

  // Of a session that ended so long ago.
  std::string cookie(int64_t ended_s_ago = 1) const {
    return access::SessionCookie::name("wiki") + "=" +
           access::SessionCookie::seal(*keys, "wiki", host, session(ended_s_ago)).value();
  }
  access::SessionFacts session(int64_t ended_s_ago) const {
    access::SessionFacts facts;
    facts.session = std::string(16, 's');
    facts.subject = facts.user = "1";
    facts.expires_s = now_s() - ended_s_ago;
    facts.issued_s = facts.signed_in_s = facts.checked_s =
        std::min(now_s(), facts.expires_s - static_cast<int64_t>(current.session.idle_s));
    access::mark(facts, access::RuleNames(current.rules), current.identity, provider(), {});
    return facts;
  }
  FormTicket ticket(std::string issuer = provider().issuer) const {
    return {std::string(16, 'i'), std::string(32, 'k'), "wiki", std::move(issuer), "1",
            now_s() + 600};
  }
  std::string form_url() const {
    return "/.hawser/login?app=wiki&to=%2Fpost&form=" + ticket().seal(*keys, host);
  }

  void post(const std::string& cookies, const std::string& fields, const std::string& body = "",
            const std::string& path = "/post") {
    way.send("POST " + path +
             " HTTP/1.1\r\nHost: wiki.example\r\nAccept: text/html\r\nOrigin: "
             "https://wiki.example\r\nCookie: " +
             cookies + "\r\n" + fields + "\r\n\r\n" + body);
  }
  // What stands for the ticket's form, after the sign-in.
  void post_claim(const FormTicket& ticket) {
    const std::string claim = ticket.claim();
    post(cookie(-3600) + "; " + ticket.cookie_name() + "=" + ticket.seal(*keys, host),
         "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: " +
             std::to_string(claim.size()),
         claim);
  }
  void get(const std::string& target, const std::string& cookies = "a=b") {
    way.send("GET " + target + " HTTP/1.1\r\nHost: wiki.example\r\nAccept: text/html\r\nCookie: " +
             cookies + "\r\n\r\n");
  }
  bool client_got(std::string_view text) {
    return way.until([&] { return way.client_got().find(text) != std::string::npos; });
  }
  size_t used_bytes() { return way.engine_budget().used_bytes(); }

  // Certificates are of now.
  core::ManualClock clock{1'000'000, core::SystemClock::instance().wall_ms()};
  FormDesk desk;
  std::shared_ptr<const access::KeyRing> keys = std::make_shared<const access::KeyRing>(
      std::vector<access::SealingKey>{{1, 0, std::string(32, 'r')}});
  model::App current;
  WholeWay way{{.clock = &clock}, size_t{64} * 1024 * 1024, &desk};
};

// --- what is counted

TEST_F(WholeWayForms, WhoOnlyAnnouncesALongOneHoldsNextToNothing) {
  constexpr size_t step = 16 * 1024;
  post(cookie(), "Content-Length: 1000000\r\nExpect: 100-continue");
  ASSERT_TRUE(client_got("HTTP/1.1 100 ")) << way.client_got();
  EXPECT_EQ(used_bytes(), step);
  way.send(std::string(step, 'a'));
  EXPECT_TRUE(way.until([&] { return used_bytes() == 2 * step; })) << "as much again as has come";
  way.send(std::string(1'000'000 - step, 'a'));
  ASSERT_TRUE(way.until([&] { return desk.kept != nullptr; }));
  EXPECT_EQ(used_bytes(), 1'000'000u);
  desk.kept(true);
  EXPECT_TRUE(client_got("HTTP/1.1 303 "));
  EXPECT_EQ(used_bytes(), 0u);
}

TEST_F(WholeWayForms, OneOnItsWayToBeKeptIsCountedThoughItsSenderIsGone) {
  post(cookie(), "Content-Length: 5", "typed");
  ASSERT_TRUE(way.until([&] { return desk.kept != nullptr; }));
  EXPECT_EQ(used_bytes(), 5u);
  way.cut_session();
  settle(way.loop);
  EXPECT_EQ(used_bytes(), 5u) << "it is in the mailbox";
  desk.kept(true);
  EXPECT_EQ(used_bytes(), 0u);
}

TEST_F(WholeWayForms, OneThatIsRefusedIsCountedUntilThen) {
  post(cookie(), "Transfer-Encoding: chunked", "5\r\ntyped\r\n0\r\n\r\n");
  ASSERT_TRUE(way.until([&] { return desk.kept != nullptr; }));
  EXPECT_GT(used_bytes(), 0u);
  desk.kept(false);
  EXPECT_TRUE(client_got("form_no_room"));
  EXPECT_EQ(used_bytes(), 0u);
}

// --- whose it is

TEST_F(WholeWayForms, ASessionOfYesterdayIsRemembered) {
  post(cookie(day_s - 1), "Content-Length: 5", "typed");
  EXPECT_TRUE(way.until([&] { return desk.kept != nullptr; })) << way.client_got();
}

TEST_F(WholeWayForms, ACookieOfLongAgoOpensNoRoom) {
  post(cookie(day_s), "Content-Length: 5", "typed");
  EXPECT_TRUE(client_got("HTTP/1.1 401 "));
  EXPECT_THAT(way.client_got(), HasSubstr("Reason: <code>signed_out"));
  EXPECT_EQ(desk.kept, nullptr);
}

TEST_F(WholeWayForms, ARevokedSessionOpensNoRoomOnceItHasEndedEither) {
  const std::string old = cookie(-10);
  access::RevokedSessions revoked;
  revoked.add(std::string(16, 's'), now_s() + 10);
  way.engine().gate.revoke(revoked);
  clock.set_wall_ms(clock.wall_ms() + 100'000);
  way.engine().gate.revoke({});  // those that are long over are forgotten
  post(old, "Content-Length: 5", "typed");
  EXPECT_TRUE(client_got("HTTP/1.1 401 "));
  EXPECT_THAT(way.client_got(), HasSubstr("session_revoked"));
}

TEST_F(WholeWayForms, APersonOfAnotherProviderIsNobodyHere) {
  const std::string of_old = cookie();
  publish(provider("https://other.example"));  // where somebody else may be "1"
  post(of_old, "Content-Length: 5", "typed");
  EXPECT_TRUE(client_got("HTTP/1.1 401 "));
  EXPECT_EQ(desk.kept, nullptr);
}

TEST_F(WholeWayForms, WhoIsSignedInIsKnownThoughTheRulesNameOtherGroupsNow) {
  const std::string of_old = cookie(-3600);
  publish(provider(), {"staff"});
  desk.row = session(-3600);
  post(of_old, "Content-Length: 5", "typed", "/strong/post");
  EXPECT_TRUE(way.until([&] { return desk.kept != nullptr; })) << way.client_got();
}

TEST_F(WholeWayForms, AFormOfAnotherProvidersPersonIsNotSent) {
  post_claim(ticket("https://other.example"));
  EXPECT_TRUE(client_got("HTTP/1.1 409 "));
  EXPECT_THAT(way.client_got(), HasSubstr("Reason: <code>form_of_other"));
  EXPECT_EQ(desk.lent, nullptr);
}

// --- while it is lent

TEST_F(WholeWayForms, WaitingForTheControlThreadIsNobodysSilence) {
  post_claim(ticket());
  ASSERT_TRUE(way.until([&] { return desk.lent != nullptr; })) << way.client_got();
  clock.advance_ms(10 * current.timeouts.stream_idle_ms);
  settle(way.loop);
  EXPECT_EQ(way.client_got(), "");
  desk.lent(access::LentForm{access::LentForm::State::lost, {}});
  EXPECT_TRUE(client_got("form_lost"));
}

TEST_F(WholeWayForms, ARevocationMeanwhileKeepsTheFormAndAsksForASignIn) {
  const FormTicket kept = ticket();
  post_claim(kept);
  ASSERT_TRUE(way.until([&] { return desk.lent != nullptr; })) << way.client_got();
  access::RevokedSessions revoked;
  revoked.add(std::string(16, 's'), now_s() + 3600);
  way.engine().gate.revoke(revoked);
  access::ParkedForm form;
  form.target = "/post";
  form.body = "typed";
  desk.lent(
      {access::LentForm::State::lent, tls::aead_seal(kept.key, access::pack_form(form), kept.id)});
  EXPECT_TRUE(client_got("HTTP/1.1 303 "));
  EXPECT_THAT(way.client_got(), HasSubstr("&form="));
  EXPECT_EQ(desk.settled, std::vector<bool>{false});
  EXPECT_EQ(way.origin.connections(), 0u);
}

TEST_F(WholeWayForms, ASessionWithoutProofKeepsTheFormAndAsksForASignIn) {
  way.publish(
      [&](model::App& app) {
        app = current;
        app.verify_identity = true;
      },
      {provider()});
  post_claim(ticket());
  EXPECT_TRUE(client_got("HTTP/1.1 303 "));
  EXPECT_THAT(way.client_got(), HasSubstr("&form="));
  EXPECT_EQ(desk.lent, nullptr);
}

// --- what its sender reads

TEST_F(WholeWayForms, AProviderThatIsDownDoesNotKeepSecretThatTheFormIsKept) {
  get(form_url());
  ASSERT_TRUE(way.until([&] { return desk.asked != nullptr; }));
  desk.asked(SignInError{SignInFault::provider_unreachable, "", "down"});
  EXPECT_TRUE(client_got("HTTP/1.1 502 "));
  const access::PageWords& words = access::PageWords::english();
  EXPECT_THAT(way.client_got(), HasSubstr(words[access::Text::form_kept]));
  EXPECT_THAT(way.client_got(),
              HasSubstr("href=\"/.hawser/login?app=wiki&amp;to=%2Fpost&amp;form="));
}

TEST_F(WholeWayForms, WhereNothingIsKeptNothingIsSaidOfIt) {
  get("/.hawser/login?app=wiki&to=%2Fpost");
  ASSERT_TRUE(way.until([&] { return desk.asked != nullptr; }));
  desk.asked(SignInError{SignInFault::provider_unreachable, "", "down"});
  EXPECT_TRUE(client_got("HTTP/1.1 502 "));
  EXPECT_THAT(way.client_got(),
              Not(HasSubstr(access::PageWords::english()[access::Text::form_kept])));
}

TEST_F(WholeWayForms, OnceMoreToTheProviderIsForTheSameStrengthAndFragment) {
  const std::string browser = access::new_browser_secret();
  access::LoginState login;
  login.id = std::string(16, 'l');
  login.app = "wiki";
  login.provider = "main";
  login.return_to = "/strong/page";
  login.begun_s = now_s();
  login.acr_values = {"urn:example:mfa"};
  get("/.hawser/callback?code=c&state=" + login.seal(*keys, host, browser),
      std::string(access::LoginState::cookie_name) + "=" + browser + "; " +
          login.fragment_cookie() + "=1");
  ASSERT_TRUE(way.until([&] { return desk.signed_in != nullptr; })) << way.client_got();
  desk.signed_in(SignInError{SignInFault::provider_misconfigured,
                             std::string(access::consent_wanted), "none came"});
  ASSERT_TRUE(client_got("\r\n\r\n"));
  EXPECT_THAT(way.client_got(), HasSubstr("stronger=strongly"));
  EXPECT_THAT(way.client_got(), HasSubstr("sessionStorage.getItem(k)"));
}

}  // namespace
}  // namespace hawser::test
