// SPDX-License-Identifier: Apache-2.0
// AdminFixture: the admin API over a control plane of a test's own; the engine's running parts are
// what the test says. Owner: the test. Thread: the test's own.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "access/rules_question.h"
#include "control/admin_api.h"
#include "control_fixture.h"

namespace hawser::control {

class StagedHost final : public AdminHost {
 public:
  EngineStatus status() override { return engine; }
  void channels(ChannelsDone done) override { done(live); }
  void memory(MemoryDone done) override { done(held); }
  std::shared_ptr<const model::Snapshot> snapshot() override { return published; }
  core::Result<model::AccessAnswer> test_access(const model::App& app,
                                                const model::AccessQuestion& question,
                                                int64_t now_ms) override {
    if (refused) return *refused;
    return access::answer(app, question, nullptr, now_ms / 1000);
  }
  void on_connector_revoked(const model::Uuid& connector) override { revoked.push_back(connector); }
  Outcome<std::vector<SessionRecord>> sessions() override { return signed_in; }
  void revoke_sessions(const SessionFilter& filter, const AdminCaller&,
                       OutcomeDone<uint64_t> done) override {
    done(static_cast<uint64_t>(
        std::erase_if(signed_in, [&](const SessionRecord& s) { return filter.matches(s); })));
  }
  void explain(const std::string&, StoriesDone done) override { done(stories); }
  void on_admin_act(const AdminAct& act) override {
    acts.push_back(act.name + " " + act.object + " by " + act.caller.user);
  }

  EngineStatus engine;
  std::vector<LiveChannel> live;
  std::shared_ptr<const model::Snapshot> published = model::Snapshot::make({});
  std::vector<model::Uuid> revoked;
  std::vector<SessionRecord> signed_in;
  std::vector<std::string> acts;
  std::vector<model::RequestStory> stories;
  core::MemoryReport held;
  std::optional<model::AccessAnswer> refused;  // what a question is answered with, no rule asked
};

class AdminFixture : public ControlFixture {
 protected:
  AdminFixture() {
    host_.engine.version = "0.1.0";
    host_.engine.engine_id = "0b4c2f6e-8a51-4d3b-9f0e-6c1d2a3b4c5d";
    host_.engine.trust_domain = trust_domain;
    host_.engine.started_ms = now_ms() - 2 * static_cast<int64_t>(hour_ms);
    host_.engine.ready = true;
    host_.engine.client_listeners = {"[::]:8443"};
    host_.engine.connector_listeners = {"[::]:7443"};
  }

  void publish(const std::string& name, const std::string& group) {
    model::App app;
    app.name = name;
    app.group = group;
    app.host = *model::HostPattern::parse(name + ".example");
    app.origins = {*model::Origin::parse_url("http://127.0.0.1:9000")};
    std::vector<model::App> apps = host_.published->apps();
    apps.push_back(app);
    host_.published = model::Snapshot::make(std::move(apps));
  }
  // "guarded": whoever is of the staff gets in, and a shadow would deny everybody.
  void publish_guarded() {
    publish("guarded", "inside");
    std::vector<model::App> apps = host_.published->apps();
    model::App& app = apps.back();
    app.access = model::Access::rules;
    app.rules.resize(2);
    app.rules[0].name = "nobody";
    app.rules[0].effect = model::RuleEffect::deny;
    app.rules[0].shadow = true;
    app.rules[1].name = "staff";
    app.rules[1].who.groups = {"staff"};
    app.rules[1].strength.acr = {"mfa"};
    host_.published = model::Snapshot::make(std::move(apps));
  }
  void connect(const model::Uuid& connector) {
    LiveChannel channel;
    channel.connector = connector;
    channel.worker = 1;
    channel.peer = "192.0.2.7:50123";
    channel.since_ms = now_ms();
    host_.live.push_back(channel);
  }

  StagedHost host_;
  std::unique_ptr<EventChain> open_chain() {
    auto chain = EventChain::open(*store_, host_.engine.engine_id, "0.1.0");
    EXPECT_TRUE(chain.ok()) << chain.error().reason;
    return std::move(chain).value();
  }
  // Time goes on, and what is due then is done.
  void pass(uint64_t ms) {
    clock_.advance_ms(ms);
    loop_.timers().run_due();
  }

  core::LogSink log_sink_{2};
  core::Log log_{log_sink_, loop_};
  core::MetricRegistry registry_of_metrics_;
  core::MetricSet metrics_{registry_of_metrics_};
  std::unique_ptr<EventChain> chain_ = open_chain();
  EventJournal journal_{loop_, log_, *chain_, metrics_};
  AdminApi api_{host_, tokens_, registry_, journal_};
};

}  // namespace hawser::control
