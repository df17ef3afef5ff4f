// SPDX-License-Identifier: Apache-2.0
// What the gate costs a request: of an app that is open to all, and of one that people sign in to,
// with the session's cookie among others and one rule for a group that decides. The head of 20
// fields is made anew for each, which both pay. Run with --benchmark_enable_random_interleaving
// and quote the difference.
#include <benchmark/benchmark.h>

#include <memory>
#include <string>

#include "access/gate.h"
#include "access/session_facts.h"

namespace hawser::access {
namespace {

constexpr char host[] = "wiki.example";

model::Provider provider() {
  model::Provider provider;
  provider.name = "main";
  provider.issuer = "https://login.example";
  return provider;
}

model::App app(model::Access access) {
  model::App app;
  app.name = "wiki";
  app.host = model::HostPattern::parse(host).value();
  app.access = access;
  app.sign_in.provider = "main";
  model::AccessRule rule;
  rule.name = "staff";
  rule.who.groups = {"staff"};
  if (access == model::Access::rules) app.rules = {rule};
  app.revision = model::content_revision(app);
  return app;
}

class Admitted final : public GateListener {
 public:
  void on_admitted(Admission admission) override {
    benchmark::DoNotOptimize(admission);
    ++count;
  }
  void on_answered(Answer) override {}
  void on_form_wanted(FormWanted) override {}
  size_t count = 0;
};

struct Door {
  explicit Door(model::Access access)
      : snapshot(model::Snapshot::make({app(access)}, {provider()})) {
    gate.apply(snapshot);
    gate.apply(keys);
  }
  std::string cookie() const {
    const model::App& wiki = *snapshot->find_app("wiki");
    SessionFacts facts;
    facts.session = std::string(16, '\x01');
    facts.subject = "8d2f6c1e-9a53-4b1c-8a57-1d4d2f3e9b10";
    facts.user = "ada.lovelace@example.org";
    facts.acr = "urn:example:mfa";
    facts.amr = {"pwd", "mfa"};
    facts.issued_s = facts.signed_in_s = loop.wall_ms() / 1000;
    facts.expires_s = facts.issued_s + 8 * 3600;
    mark(facts, RuleNames(wiki.rules), wiki.identity, provider(), {{"groups", {"staff", "choir"}}});
    return "theme=dark; " + SessionCookie::name("wiki") + "=" +
           SessionCookie::seal(*keys, "wiki", host, facts).value() + "; lang=en";
  }

  core::Loop loop;
  core::LogSink sink;
  core::Log log{sink, loop};
  std::shared_ptr<const model::Snapshot> snapshot;
  std::shared_ptr<const KeyRing> keys = std::make_shared<const KeyRing>(KeyRing().rotated(0, 1, 1));
  Gate gate{loop, log, nullptr};
};

message::RequestHead request(const std::string& cookie) {
  message::RequestHead head;
  head.method = message::Method::get;
  head.target.authority.host = host;
  head.target.path = head.target.canonical_path = "/some/path/to/a/page";
  for (int i = 2; i < 20; ++i)
    head.fields.add("X-Field-" + std::to_string(i), "a value of usual length");
  head.fields.add(message::FieldName::cookie, cookie);
  return head;
}

void decide(benchmark::State& state, model::Access access, bool with_session) {
  Door door(access);
  Admitted admitted;
  const message::RequestHead prepared =
      request(with_session ? door.cookie() : std::string("theme=dark; lang=en"));
  const model::App& wiki = *door.snapshot->find_app("wiki");
  for (auto _ : state) {
    message::RequestHead head = prepared;
    door.gate.decide({&wiki, head, "2001:db8::1", "0190a5b0-0000-7000-8000-000000000000"},
                     admitted);
  }
  if (admitted.count != static_cast<size_t>(state.iterations()))
    state.SkipWithError("every request is let in");
}
BENCHMARK_CAPTURE(decide, passthrough, model::Access::passthrough, false);
BENCHMARK_CAPTURE(decide, signed_in, model::Access::rules, true);

}  // namespace
}  // namespace hawser::access
