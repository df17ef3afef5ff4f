// SPDX-License-Identifier: Apache-2.0
// What so many people who are signed in cost an engine: their rows in its store, a request of each
// by its cookie, and then their revocations. Figures are of the whole process's resident memory,
// bytes for each session; below 1 means that nothing is kept of one.
#include <benchmark/benchmark.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#include "access/gate.h"
#include "access/session_facts.h"
#include "control/sessions.h"
#include "control/sqlite_store.h"
#include "core/check.h"
#include "core/metrics.h"
#include "tls/digest.h"
#include "way/engine_side.h"
#include "way/signed_in.h"

namespace hawser::bench {
namespace {

// What a provider's token and claims take, sealed.
constexpr size_t sealed_bytes = 3000;

class Folder {
 public:
  Folder() {
    std::string name = std::filesystem::temp_directory_path() / "hawser-bench-XXXXXX";
    HAWSER_ASSERT(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::string file(const char* name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

class Admitted final : public access::GateListener {
 public:
  void on_admitted(access::Admission) override { ++count; }
  void on_answered(access::Answer) override { ++refused; }
  void on_form_wanted(access::FormWanted) override { ++refused; }
  size_t count = 0;
  size_t refused = 0;
};

std::string id_of(size_t number) {
  const auto digest = tls::sha256(std::to_string(number));
  return {reinterpret_cast<const char*>(digest.data()), 16};
}

class Crowd {
 public:
  Crowd() {
    app_.name = "wiki";
    app_.host = model::HostPattern::parse(public_host).value();
    person_.guard(app_);
    gate_.apply(model::Snapshot::make({app_}, {SignedIn::provider()}));
    gate_.apply(person_.keys());
    store_ = control::SqliteStore::open(loop_, folder_.file("state.db")).value();
    sessions_ = std::make_unique<control::Sessions>(*store_);
  }

  void sign_in(size_t number) {
    control::SessionRecord record;
    record.id = tls::hex(id_of(number));
    record.app = app_.name;
    record.provider = app_.sign_in.provider;
    record.subject = record.user = "user-" + std::to_string(number) + "@example.org";
    record.created_ms = record.checked_ms = loop_.wall_ms();
    record.expires_ms = record.created_ms + 8 * 3'600'000;
    record.sealed = std::string(sealed_bytes, 's');
    sessions_->create(std::move(record), loop_.wall_ms(),
                      [](const control::Outcome<void>& saved) { HAWSER_ASSERT(saved.ok()); });
    loop_.turn(false);
  }

  void ask(size_t number, access::GateListener& listener) {
    access::SessionFacts facts;
    facts.session = id_of(number);
    facts.subject = facts.user = "user-" + std::to_string(number) + "@example.org";
    facts.issued_s = facts.checked_s = facts.signed_in_s = loop_.wall_ms() / 1000;
    facts.expires_s = facts.issued_s + 8 * 3600;
    access::mark(facts, access::RuleNames(app_.rules), app_.identity, SignedIn::provider(),
                 {{"groups", {"staff"}}});
    message::RequestHead head;
    head.method = message::Method::get;
    head.target.authority.host = public_host;
    head.target.path = head.target.canonical_path = "/";
    head.fields.add(
        message::FieldName::cookie,
        access::SessionCookie::name(app_.name) + "=" +
            access::SessionCookie::seal(*person_.keys(), app_.name, public_host, facts).value());
    gate_.decide({&app_, head, "2001:db8::1", "0190a5b0-0000-7000-8000-000000000000"}, listener);
  }

  void revoke(size_t number) {
    access::RevokedSessions one;
    one.add(id_of(number), loop_.wall_ms() / 1000 + 8 * 3600);
    gate_.revoke(one);
  }

 private:
  Folder folder_;
  core::Loop loop_;
  core::LogSink sink_;
  core::Log log_{sink_, loop_};
  SignedIn person_;
  model::App app_;
  access::Gate gate_{loop_, log_, nullptr};
  std::unique_ptr<control::SqliteStore> store_;
  std::unique_ptr<control::Sessions> sessions_;
};

// Of each, after the first tenth has filled what is kept for good anyway (SQLite's pages, pools).
template <class Each>
double bytes_of_each(size_t count, Each&& each) {
  const size_t first = count / 10;
  size_t i = 0;
  for (; i < first; ++i) each(i);
  const uint64_t before = core::resident_bytes();
  for (; i < count; ++i) each(i);
  const auto more = static_cast<double>(core::resident_bytes()) - static_cast<double>(before);
  return more / static_cast<double>(count - first);
}

void sessions(benchmark::State& state) {
  const auto count = static_cast<size_t>(state.range(0));
  for (auto _ : state) {
    Crowd crowd;
    Admitted before;
    Admitted after;
    state.counters["row_bytes"] = bytes_of_each(count, [&](size_t i) { crowd.sign_in(i); });
    state.counters["request_bytes"] = bytes_of_each(count, [&](size_t i) { crowd.ask(i, before); });
    state.counters["revoked_bytes"] = bytes_of_each(count, [&](size_t i) { crowd.revoke(i); });
    for (size_t i = 0; i < count; ++i) crowd.ask(i, after);
    if (before.count != count || after.refused != count)
      state.SkipWithError("each is let in until it is revoked");
  }
}
BENCHMARK(sessions)->Arg(100'000)->ArgName("sessions")->Iterations(1)->Unit(benchmark::kSecond);

}  // namespace
}  // namespace hawser::bench
