// SPDX-License-Identifier: Apache-2.0
// EventFixture: a chain of events in a store of a test's own. Owner: the test. Thread: the test's
// own.
#pragma once

#include <sqlite3.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "control/event_chain.h"
#include "control/event_json.h"
#include "control/event_verifier.h"
#include "control_fixture.h"

namespace hawser::control {

inline model::Event denial(const std::string& user, const std::string& client_ip = "192.0.2.7") {
  model::Event event;
  event.kind = model::EventKind::denied;
  event.time_ms = 1'700'000'000'000;
  event.request_id = "018bcfe5-6800-7000-8000-000000000001";
  event.app = "wiki";
  event.provider = "main";
  event.user = user;
  event.session = "00112233445566778899aabbccddeeff";
  event.client_ip = client_ip;
  event.acr = "urn:example:pwd";
  event.amr = {"pwd", "otp"};
  event.host = "wiki.example";
  event.method = "GET";
  event.path = "/reports/";
  event.rule = "staff";
  event.reason = "denied_by_rule";
  return event;
}

class EventFixture : public StoreFixture {
 protected:
  static constexpr const char* engine_id = "0b4c2f6e-8a51-4d3b-9f0e-6c1d2a3b4c5d";

  EventFixture() { open_chain(); }

  void open_chain() {
    chain_.reset();
    auto opened = EventChain::open(*store_, engine_id, "0.1.0");
    ASSERT_TRUE(opened.ok()) << opened.error().reason;
    chain_ = std::move(opened).value();
  }
  void append(const std::vector<model::Event>& events) {
    std::optional<StoreResult<void>> done;
    chain_->append(events, clock_.wall_ms(),
                   [&](const StoreResult<void>& result) { done = result; });
    ASSERT_TRUE(done && done->ok()) << (done ? done->error().reason : "not answered");
  }
  void append_some(size_t count) {
    for (size_t i = 0; i < count; ++i) {
      append({denial("user-" + std::to_string(chain_->last() + 1))});
      clock_.advance_ms(1000);
    }
  }
  uint64_t prune(int64_t before_ms, uint64_t most = UINT64_MAX) {
    std::optional<StoreResult<uint64_t>> done;
    chain_->prune(before_ms, most, [&](const StoreResult<uint64_t>& gone) { done = gone; });
    EXPECT_TRUE(done && done->ok());
    return done && done->ok() ? **done : 0;
  }
  std::vector<EventChain::Record> all() {
    auto records = chain_->read(0, 10'000);
    EXPECT_TRUE(records.ok());
    return std::move(records).value();
  }
  EventReport verify() {
    EventVerifier verifier(loop_, *chain_);
    std::optional<StoreResult<EventReport>> report;
    verifier.start([&](const StoreResult<EventReport>& told) { report = told; });
    for (int i = 0; i < 100 && !report; ++i) {
      clock_.advance_ms(20);
      loop_.timers().run_due();
    }
    EXPECT_TRUE(report && report->ok());
    return report ? **report : EventReport();
  }
  // "12 missing: 12", "whole".
  std::string finding() {
    const EventReport report = verify();
    if (!report.first_break) return "whole";
    return std::to_string(report.first_break->sequence) + " " + report.first_break->what;
  }

  // What somebody does to the file behind the engine's back.
  void run_sql(const std::string& sql) {
    sqlite3* database = nullptr;
    ASSERT_EQ(sqlite3_open(store_path().c_str(), &database), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK)
        << sqlite3_errmsg(database);
    EXPECT_GT(sqlite3_changes(database), 0) << sql;
    sqlite3_close(database);
  }
  static std::string key_of(uint64_t sequence) {
    const std::string digits = std::to_string(sequence);
    return "CAST('events/" + std::string(engine_id) + "/" + std::string(20 - digits.size(), '0') +
           digits + "' AS BLOB)";
  }
  static std::string mark_of(const std::string& what) {
    return "CAST('event-" + what + "/" + engine_id + "' AS BLOB)";
  }

  std::unique_ptr<EventChain> chain_;
};

}  // namespace hawser::control
