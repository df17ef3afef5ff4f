// SPDX-License-Identifier: Apache-2.0
// ControlFixture: a state folder, its store and all that stands on it, on a clock that the test
// moves. Owner: the test. Thread: the test's own.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "control/authority.h"
#include "control/connector_registry.h"
#include "control/enrolment.h"
#include "control/sqlite_store.h"
#include "control/tokens.h"
#include "core/clock.h"
#include "core/loop.h"
#include "model/control_calls.h"
#include "support/temp_folder.h"
#include "support/test_loop.h"

namespace hawser::control {

inline constexpr uint64_t hour_ms = 60 * 60 * 1000;

// What was handed to a `done`, which has run before the call returned.
template <class R>
class Caught {
 public:
  auto done() {
    return [this](R result) { result_.emplace(std::move(result)); };
  }
  R& operator*() {
    EXPECT_TRUE(result_.has_value());
    return *result_;
  }
  R* operator->() { return &**this; }

 private:
  std::optional<R> result_;
};

class StoreFixture : public testing::Test {
 protected:
  explicit StoreFixture(int64_t wall_ms = 1'700'000'000'000)
      : clock_(1'000'000, wall_ms), store_(open_store()) {}

  std::unique_ptr<SqliteStore> open_store() {
    auto opened = SqliteStore::open(loop_, store_path());
    EXPECT_TRUE(opened.ok()) << opened.error().reason;
    return std::move(opened).value();
  }
  std::string store_path() const { return folder_ / "state.db"; }

  StoreResult<uint64_t> commit(std::vector<StoreWrite> writes) {
    Caught<StoreResult<uint64_t>> caught;
    store_->commit(std::move(writes), caught.done());
    return *caught;
  }
  StoreResult<uint64_t> put(const std::string& key, const std::string& value, uint64_t expected,
                            LeaseId lease = no_lease) {
    return commit({{key, value, expected, lease}});
  }
  StoreResult<uint64_t> remove(const std::string& key, uint64_t expected) {
    return commit({{key, std::nullopt, expected, no_lease}});
  }
  std::string value_of(const std::string& key) {
    auto entry = store_->get(key);
    EXPECT_TRUE(entry.ok());
    return entry.ok() && entry->has_value() ? (*entry)->value : "(none)";
  }

  test::TempFolder folder_;
  core::ManualClock clock_;
  core::Loop loop_{&clock_};
  std::unique_ptr<SqliteStore> store_;
};

class ControlFixture : public StoreFixture {
 protected:
  static constexpr const char* trust_domain = "edge.example";

  explicit ControlFixture(int64_t wall_ms = 1'700'000'000'000)
      : StoreFixture(wall_ms),
        authority_(open_authority()),
        tokens_(*store_, *authority_),
        registry_(*store_),
        enrolment_(*store_, *authority_, tokens_, registry_, {"edge.example:7443"}) {}

  int64_t now_ms() const { return clock_.wall_ms(); }

  std::unique_ptr<Authority> open_authority() {
    Caught<Outcome<std::unique_ptr<Authority>>> caught;
    Authority::open(*store_, trust_domain, clock_.wall_ms(), caught.done());
    EXPECT_TRUE(caught->ok()) << caught->error().detail;
    return std::move(*caught).value();
  }
  NewToken make_token(const std::string& group = "default", uint64_t ttl_ms = hour_ms) {
    Caught<Outcome<NewToken>> caught;
    tokens_.create(group, ttl_ms, now_ms(), caught.done());
    EXPECT_TRUE(caught->ok()) << caught->error().detail;
    return **caught;
  }
  static std::string new_key() { return *tls::make_private_key_pem(); }
  static std::string request_of(const std::string& key_pem) {
    return *tls::make_signing_request_pem(key_pem);
  }

  Answer enrol_body(const std::string& body) {
    Caught<Answer> caught;
    enrolment_.enrol(body, now_ms(), caught.done());
    return *caught;
  }
  Answer enrol(const std::string& token, const std::string& key_pem = new_key(),
               const std::string& name = "app-host-1") {
    return enrol_body(model::encode_enrol_request({token, request_of(key_pem), name}));
  }
  // A connector that has enrolled.
  struct Enrolled {
    model::Uuid id;
    std::string certificate_sha256_hex;
    std::string key_pem;
    model::EnrolAnswer answer;
  };
  Enrolled enrolled(const std::string& group = "default") {
    Enrolled result;
    result.key_pem = new_key();
    const Answer answer = enrol(make_token(group).text, result.key_pem);
    EXPECT_EQ(answer.status, 201) << answer.body;
    result.answer = *model::decode_enrol_answer(answer.body);
    result.id = *model::Uuid::parse(result.answer.connector_id);
    result.certificate_sha256_hex =
        tls::read_certificate_pem(result.answer.certificate_pem)->sha256_hex;
    return result;
  }
  Answer renew(const Enrolled& connector, const std::string& key_pem = new_key()) {
    Caught<Answer> caught;
    enrolment_.renew(connector.id, connector.certificate_sha256_hex,
                     model::encode_renew_request({request_of(key_pem)}), now_ms(), caught.done());
    return *caught;
  }
  // "" when a channel with the certificate is let in, else the refusal's name.
  std::string refusal_at_door(const model::Uuid& id, const std::string& certificate_sha256_hex) {
    auto admitted = registry_.admit(id, certificate_sha256_hex, now_ms());
    return admitted.ok() ? "" : admitted.error().code;
  }
  static std::string code_of(const Answer& answer) {
    auto problem = model::decode_problem(answer.body);
    if (!problem.ok() || answer.content_type != model::problem_content_type) return "(no problem)";
    EXPECT_EQ(problem->status, answer.status);
    return problem->code;
  }

  std::unique_ptr<Authority> authority_;
  Tokens tokens_;
  ConnectorRegistry registry_;
  Enrolment enrolment_;
};

}  // namespace hawser::control
