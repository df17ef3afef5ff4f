// SPDX-License-Identifier: Apache-2.0
// The program hawserctl against a real admin socket.
#include <sys/wait.h>

#include <atomic>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <thread>

#include "admin_fixture.h"
#include "control/admin_server.h"

namespace hawser::control {
namespace {

struct Ran {
  int exit_code = -1;
  std::string out;
  std::string err;
};

class HawserctlTest : public AdminFixture {
 protected:
  HawserctlTest()
      : server_(AdminServer::open(loop_, folder_ / "admin.sock", api_, refused_).value()) {}

  // Runs it with its output in files, turning the engine's loop meanwhile.
  Ran run(const std::string& arguments, const std::string& environment = "") {
    return run_with("--admin unix:" + (folder_ / "admin.sock") + " " + arguments, environment);
  }
  Ran run_with(const std::string& arguments, const std::string& environment = "") {
    return run_into(folder_ / "out", arguments, environment);
  }
  Ran run_into(const std::string& out, const std::string& arguments,
               const std::string& environment = "") {
    const std::string err = folder_ / "err";
    const std::string line =
        environment + " " HAWSERCTL " " + arguments + " >" + out + " 2>" + err + " </dev/null";
    std::atomic<bool> ended{false};
    int status = -1;
    std::thread program([&] {
      status = std::system(line.c_str());
      ended = true;
    });
    EXPECT_TRUE(test::run_until(loop_, [&] { return ended.load(); }));
    program.join();
    return {WEXITSTATUS(status), out == "/dev/full" ? "" : contents(out), contents(err)};
  }
  static std::string contents(const std::string& path) {
    std::ifstream file(path);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
  }

  core::Counter refused_;
  std::unique_ptr<AdminServer> server_;
};

testing::AssertionResult has(const std::string& text, const std::string& part) {
  if (text.find(part) != std::string::npos) return testing::AssertionSuccess();
  return testing::AssertionFailure() << "\"" << part << "\" is not in:\n" << text;
}

TEST_F(HawserctlTest, StatusReadsWell) {
  const Ran ran = run("status");
  EXPECT_EQ(ran.exit_code, 0) << ran.err;
  EXPECT_TRUE(has(ran.out, "state       ready, up 2 hours\n"));
  EXPECT_TRUE(has(ran.out, "connectors  0 connected of 0 enrolled, 0 channels\n"));
}

TEST_F(HawserctlTest, TokenCreatePrintsTheTokenAlone) {
  publish("wiki", "inside");
  const Ran ran = run("token create --group inside --ttl 10m");
  EXPECT_EQ(ran.exit_code, 0);
  EXPECT_EQ(ran.err, "");
  EXPECT_EQ(ran.out.size(), model::enrolment_token_chars + 1);
  const auto token = model::EnrolmentToken::parse(ran.out);
  ASSERT_TRUE(token.ok());
  const auto usable = tokens_.find_usable(*token, now_ms());
  ASSERT_TRUE(usable.ok());
  EXPECT_EQ(usable->group, "inside");
  EXPECT_EQ(usable->expires_ms, now_ms() + 600'000);
}

TEST_F(HawserctlTest, AGroupWithoutAppsIsPointedOut) {
  const Ran ran = run("token create --group typo");
  EXPECT_EQ(ran.exit_code, 0);
  EXPECT_TRUE(has(ran.err, "no app is published for the group \"typo\" yet"));
}

TEST_F(HawserctlTest, JsonIsTheEnginesAnswer) {
  const Ran ran = run("--json token create");
  EXPECT_EQ(ran.exit_code, 0);
  const auto answer = nlohmann::json::parse(ran.out, nullptr, false);
  ASSERT_FALSE(answer.is_discarded()) << ran.out;
  EXPECT_EQ(answer["group"], "default");
  EXPECT_FALSE(nlohmann::json::parse(run("status --json").out, nullptr, false).is_discarded());
}

TEST_F(HawserctlTest, ListsAreTables) {
  publish("wiki", "inside");
  const Enrolled connector = enrolled("inside");
  connect(connector.id);
  const Ran connectors = run("connector list");
  EXPECT_TRUE(has(connectors.out, "NAME        ID "));
  EXPECT_TRUE(
      has(connectors.out, "app-host-1  " + connector.id.to_string() + "  inside  connected"));
  EXPECT_TRUE(has(connectors.out, "192.0.2.7"));
  EXPECT_TRUE(
      has(run("app list").out, "wiki  wiki.example  inside  1           http://127.0.0.1:9000/\n"));
  EXPECT_TRUE(has(run("token list").out, "used"));
}

TEST_F(HawserctlTest, EmptyListsSayWhatToDo) {
  EXPECT_TRUE(has(run("connector list").out, "hawserctl token create"));
  EXPECT_EQ(run("token list").out, "no token is out\n");
  EXPECT_EQ(run("app list").out, "no app is published\n");
}

TEST_F(HawserctlTest, RevokesAConnectorByItsId) {
  const Enrolled connector = enrolled();
  const Ran ran = run("connector revoke " + connector.id.to_string());
  EXPECT_EQ(ran.exit_code, 0) << ran.err;
  EXPECT_EQ(host_.revoked, std::vector<model::Uuid>{connector.id});
}

TEST_F(HawserctlTest, RevokesATokenByItsId) {
  const NewToken token = make_token();
  EXPECT_EQ(run("token revoke " + token.record.id).exit_code, 0);
  EXPECT_TRUE(tokens_.list()->empty());
}

TEST_F(HawserctlTest, AccessTestSaysWhichRuleDecidesAndWhy) {
  publish_guarded();
  const std::string test = "access test --app guarded --ip 192.0.2.1 --path /a";
  const Ran weak = run(test + " --user ada --groups staff,choir --signed-in-ago 5m");
  EXPECT_EQ(weak.exit_code, 0) << weak.err;
  EXPECT_TRUE(has(weak.out, "sign in again, more strongly: rule \"staff\" asks for it\n"));
  EXPECT_TRUE(has(weak.out, "nobody  deny (shadow)  matches\n"));
  EXPECT_TRUE(has(weak.out, "staff   allow          not strongly enough: acr mfa\n"));
  EXPECT_TRUE(has(run(test + " --groups staff --acr mfa --amr pwd,otp --claim a=b --claim a=c").out,
                  "allow, by rule \"staff\"\n"));
  EXPECT_TRUE(has(run(test + " --user ada --method POST").out, "deny: no rule matches\n"));
  EXPECT_TRUE(has(run(test).out, "nobody has signed in: groups staff\n"));
  const auto answer = nlohmann::json::parse(run(test + " --json").out, nullptr, false);
  ASSERT_FALSE(answer.is_discarded());
  EXPECT_EQ(answer["verdict"], "sign_in");
}

TEST_F(HawserctlTest, AccessTestSaysWhatTheEngineAnswersBeforeAnyRule) {
  publish_guarded();
  host_.refused = model::AccessAnswer{};
  host_.refused->verdict = "refused";
  host_.refused->status = 501;
  host_.refused->message = "the method is not known";
  EXPECT_EQ(run("access test --app guarded --ip ::1 --method get").out,
            "the engine answers 501 before any rule is asked: the method is not known\n");
}

TEST_F(HawserctlTest, AnAccessTestThatIsNotWholeIsRefused) {
  publish_guarded();
  const Ran no_address = run("access test --app guarded --ip 192.0.2");
  EXPECT_EQ(no_address.exit_code, 2);
  EXPECT_TRUE(has(no_address.err, "--ip: ")) << no_address.err;
  const Ran no_method = run("access test --app guarded --ip ::1 --method 'G T'");
  EXPECT_EQ(no_method.exit_code, 2);
  EXPECT_TRUE(has(no_method.err, "--method: \"G T\" is no method")) << no_method.err;
  EXPECT_EQ(run("access test --app guarded").exit_code, 2);
  EXPECT_EQ(run("access test --app guarded --ip ::1 --claim kind").exit_code, 2);
  EXPECT_EQ(run("access test --app guarded --ip ::1 --signed-in-ago soon").exit_code, 2);
  const Ran ran = run("access test --app other --ip ::1");
  EXPECT_EQ(ran.exit_code, 1);
  EXPECT_TRUE(has(ran.err, "(app_unknown)"));
}

TEST_F(HawserctlTest, TheAuditListsWhereNobodyIsAsked) {
  EXPECT_EQ(run("audit").out, "no app is passthrough\n\nno rule is a shadow\n");
  publish("wiki", "inside");
  publish_guarded();
  const Ran ran = run("audit");
  EXPECT_TRUE(has(ran.out, "wiki         wiki.example\n"));
  EXPECT_TRUE(has(ran.out, "nobody       deny    guarded  guarded.example\n"));
}

TEST_F(HawserctlTest, ARefusalIsToldAndFails) {
  const Ran ran = run("token revoke 0123456789abcdef");
  EXPECT_EQ(ran.exit_code, 1);
  EXPECT_EQ(ran.out, "");
  EXPECT_TRUE(has(ran.err, "(token_unknown)"));
}

TEST_F(HawserctlTest, AnIdThatIsNoneNeverGoesIntoAPath) {
  const Ran ran = run("connector revoke ../tokens");
  EXPECT_EQ(ran.exit_code, 2);
  EXPECT_TRUE(has(ran.err, "connector list"));
}

TEST_F(HawserctlTest, ACommandThatIsNoneIsNamed) {
  for (const char* line : {"tokn list", "tokn"}) {
    const Ran ran = run(line);
    EXPECT_EQ(ran.exit_code, 2);
    EXPECT_TRUE(has(ran.err, "there is no command \"tokn\"")) << line;
  }
  EXPECT_TRUE(has(run("token frob").err, "there is no command \"frob\""));
}

TEST_F(HawserctlTest, ATokenThatNobodyGotIsEnded) {
  const std::string socket = " --admin unix:" + (folder_ / "admin.sock");
  EXPECT_EQ(run_into("/dev/full", socket + " token create").exit_code, 1);
  EXPECT_TRUE(tokens_.list()->empty());
}

TEST_F(HawserctlTest, AnEngineThatIsNotThereIsToldWithTheRemedy) {
  const Ran ran = run_with("--admin unix:" + (folder_ / "none.sock") + " status");
  EXPECT_EQ(ran.exit_code, 1);
  EXPECT_TRUE(has(ran.err, "No such file"));
  EXPECT_TRUE(has(ran.err, "Is the engine running?"));
}

TEST_F(HawserctlTest, TheEnvironmentNamesTheSocketToo) {
  const Ran ran = run_with("app list", "HAWSER_ADMIN=unix:" + (folder_ / "admin.sock"));
  EXPECT_EQ(ran.exit_code, 0) << ran.err;
}

TEST_F(HawserctlTest, WrongUseEndsWithTwo) {
  EXPECT_EQ(run_with("").exit_code, 2);
  EXPECT_EQ(run_with("tokens list").exit_code, 2);
  EXPECT_EQ(run("token create --ttl soon").exit_code, 2);
  EXPECT_EQ(run_with("--admin https://edge.example status").exit_code, 2);
  EXPECT_EQ(run_with("--help").exit_code, 0);
}

TEST_F(HawserctlTest, MemoryIsATableWithItsSum) {
  host_.held.add_heap(3 * 1024 * 1024, 0);
  host_.held.add_objects(core::MemoryPurpose::sessions, 1024, 1024);
  host_.held.set_resident_bytes(4 * 1024 * 1024);
  const Ran ran = run("memory");
  EXPECT_EQ(ran.exit_code, 0) << ran.err;
  EXPECT_TRUE(has(ran.out, "PURPOSE    MEMORY"));
  EXPECT_TRUE(has(ran.out, "sessions   1.0 MiB  1,024 sessions  clients' sessions"));
  EXPECT_TRUE(has(ran.out, "other      2.0 MiB  -               whatever else"));
  EXPECT_TRUE(has(ran.out, "sum 3.0 MiB; resident 4.0 MiB, as the kernel counts it\n"));
  EXPECT_EQ(run("memory now").exit_code, 2);
}

TEST_F(HawserctlTest, EventsAreListedOneALine) {
  model::Event event;
  event.kind = model::EventKind::administered;
  event.reason = "token_created";
  event.object = "0011223344556677";
  event.actor = "ada";
  for (int64_t minute = 0; minute < 3; ++minute) {
    event.time_ms = core::SystemClock::instance().wall_ms() - minute * 60'000;
    journal_.on_event(event);
  }
  clock_.set_wall_ms(core::SystemClock::instance().wall_ms());
  pass(EventJournal::write_delay_ms + 10);
  const Ran ran = run("event list --since 1h");
  EXPECT_EQ(ran.exit_code, 0) << ran.err;
  EXPECT_EQ(std::count(ran.out.begin(), ran.out.end(), '\n'), 3);
  EXPECT_TRUE(has(ran.out, "  token_created; 0011223344556677; by ada"));
  EXPECT_EQ(nlohmann::json::parse(run("--json event list --limit 1").out)["metadata"]["sequence"],
            3);
  EXPECT_EQ(run("event list --kind denied").out, "");
  EXPECT_EQ(run("event list --kind nonsense").exit_code, 1);
  EXPECT_EQ(run("event list --since yesterday").exit_code, 2);
}

TEST_F(HawserctlTest, TheStoryOfARequestIsForPeople) {
  model::RequestStory story;
  story.time_ms = 1'700'000'000'000;
  story.app = "guarded";
  story.verdict = "deny";
  story.rule = "nobody";
  story.client_ip = "192.0.2.7";
  story.host = "guarded.example";
  story.method = "GET";
  story.path = "/a\x1b[2J";
  story.ended = true;
  story.status = 403;
  story.answer = "access_denied";
  story.ended_by = "complete";
  story.steps.push_back({"nobody", model::RuleEffect::deny, false, "matched", ""});
  host_.stories.push_back(story);
  const Ran ran = run("explain 018bcfe5-6800-7000-8000-000000000001");
  EXPECT_EQ(ran.exit_code, 0) << ran.err;
  EXPECT_TRUE(has(ran.out, "deny, by rule \"nobody\"\n")) << "it has no message: " << ran.out;
  EXPECT_TRUE(has(ran.out, "status 403 after 0 ms, answered by the engine: access_denied\n"));
  EXPECT_TRUE(has(ran.out, "nobody has signed in"));
  EXPECT_EQ(ran.out.find('\x1b'), std::string::npos);
}

TEST_F(HawserctlTest, NothingFromElsewhereControlsTheTerminal) {
  ConnectorRecord record;
  record.id = random_uuid();
  record.name = "evil\x1b[2J";
  ASSERT_TRUE(commit(*registry_.add(record, now_ms())).ok());
  EXPECT_EQ(run("connector list").out.find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace hawser::control
