// SPDX-License-Identifier: Apache-2.0
// The whole way in one process on one loop: a client's TLS connection, the engine's session,
// exchange and channel, the connector's link and forwarder, and an origin on a real socket. Every
// hop can be cut into pieces of any size. Owner: the test. Thread: the loop's own.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "connector/forwarder_fixture.h"
#include "core/clock.h"
#include "core/io_faults.h"
#include "relay/bulk_tickets.h"
#include "relay/client_session.h"
#include "relay/connector_channel.h"
#include "relay/dispatcher.h"
#include "relay/exchange_index.h"
#include "relay/session_bindings.h"
#include "support/memory_pipe.h"
#include "support/test_authority.h"
#include "support/test_loop.h"

namespace hawser::test {

struct Pieces {
  size_t client = SIZE_MAX;      // between client and engine, of the TLS connection
  size_t channel = SIZE_MAX;     // between engine and connector
  size_t origin = SIZE_MAX;      // between connector and origin
  std::string alpn = {};         // what the client offers
  core::Clock* clock = nullptr;  // null: the system's
};

// What the engine's worker is otherwise: the owner of sessions and channels.
class EngineShell final : public relay::ClientSessionOwner,
                          public relay::ConnectorChannelOwner,
                          public relay::ControlHost,
                          public channel::LinkListener {
 public:
  explicit EngineShell(core::Loop& loop) : loop_(loop) {}

  void on_session_over(relay::ClientSession& over) override {
    if (session.get() == &over) loop_.defer_delete(std::move(session));
  }
  void on_channel_lost(relay::ConnectorChannel&) override {
    loop_.defer_delete(std::move(channel));
  }
  std::string config_json(const std::string&) override { return "{}"; }
  void renew(const std::string&, const std::string&, std::string,
             std::function<void(relay::ControlAnswer)> done) override {
    done({503, "{}"});
  }
  void health(const std::string&, std::string) override {}
  // Before the hand-over: the link that reads HELLO.
  void on_hello(const channel::Hello& said) override { hello = said; }
  void on_open(channel::Stream&, message::RequestHead&, channel::OpenInfo&) override {}
  void on_lost(const core::Error&) override {}

  std::unique_ptr<relay::ClientSession> session;
  std::unique_ptr<relay::ConnectorChannel> channel;
  std::optional<channel::Hello> hello;

 private:
  core::Loop& loop_;
};

class WholeWay {
 public:
  // `desk` outlives it.
  explicit WholeWay(const Pieces& pieces = {}, size_t engine_bytes = 64 * 1024 * 1024,
                    access::SignInDesk* desk = nullptr)
      : loop(pieces.clock),
        faults_(pieces.origin),
        origin(loop),
        engine_budget_(engine_bytes),
        desk_(desk),
        shell_(loop),
        connector_(loop, needs_) {
    if (pieces.origin != SIZE_MAX) loop.set_socket_faults(&faults_);
    publish(origin.url());
    join_connector(pieces.channel);
    join_client(pieces);
  }
  ~WholeWay() {
    client_.reset();
    settle(loop);
    if (shell_.session != nullptr)
      shell_.session->cut(message::ExchangeError::of(message::ErrorCode::cancelled));
    settle(loop);
    if (shell_.channel != nullptr) shell_.channel->close("the test is over");
    settle(loop);
    connector_.forwarders.clear();
    connector_.link.reset();
    settle(loop);
  }
  WholeWay(const WholeWay&) = delete;
  WholeWay& operator=(const WholeWay&) = delete;

  void send(std::string_view bytes) { client_->write_copy(bytes); }
  // The client takes nothing any more, as if its kernel had no room.
  void stall_client() { engine_end_->hold_output(true); }
  void end_client() { client_->end(); }
  void cut_client() { client_.reset(); }
  // As a drain that was too long does.
  void cut_session() {
    shell_.session->cut(message::ExchangeError::of(message::ErrorCode::draining));
  }
  // The app asks people to sign in from now on.
  void guard() { publish(origin.url(), model::Access::rules); }
  // As `change` has it, from now on.
  void publish(const std::function<void(model::App&)>& change,
               std::vector<model::Provider> providers = {}) {
    model::App app = published(origin.url());
    change(app);
    apply(std::move(app), std::move(providers));
  }
  // Nobody listens where the app says that its origin is.
  void lose_the_origins_address() { publish("http://127.0.0.1:1"); }
  template <class Predicate>
  bool until(Predicate predicate) {
    return run_until(loop, predicate);
  }
  // Everything that the client got, without the fields that differ from run to run.
  std::string client_got() const {
    std::string out;
    std::string_view rest = heard_.received;
    while (!rest.empty()) {
      const size_t line_end = std::min(rest.find('\n'), rest.size() - 1) + 1;
      const std::string_view line = rest.substr(0, line_end);
      if (!line.starts_with("Date: ") && !line.starts_with("X-Request-ID: ")) out += line;
      rest.remove_prefix(line_end);
    }
    return out;
  }
  const RecordingListener& client() const { return heard_; }
  core::Budget& engine_budget() { return engine_budget_; }
  core::Budget& connector_budget() { return connector_budget_; }
  std::string log() const { return log_.text(); }
  relay::RelayContext& engine() { return context_; }
  const ConnectorSide& connector() const { return connector_; }

  core::Loop loop;

 private:
  core::CuttingFaults faults_;

 public:
  RawOrigin origin;

 private:
  void publish(const std::string& url, model::Access access = model::Access::passthrough) {
    model::App app = published(url);
    app.access = access;
    apply(std::move(app), {});
  }
  static model::App published(const std::string& url) {
    model::App app;
    app.name = "wiki";
    app.host = *model::HostPattern::parse("wiki.example");
    app.origins = {*model::Origin::parse_url(url)};
    return app;
  }
  void apply(model::App app, std::vector<model::Provider> providers) {
    app.revision = model::content_revision(app);
    auto snapshot = model::Snapshot::make({std::move(app)}, std::move(providers));
    gate_.apply(snapshot);
    context_.router = std::make_shared<const relay::Router>(std::move(snapshot));
  }
  void join_connector(size_t pieces) {
    MemoryPipe pipe = MemoryPipe::make(loop, pieces);
    channel::LinkOptions options;
    options.side = channel::Side::engine;
    auto gate = channel::Link::make(std::move(pipe.a), shell_, no_bodies_, options);
    options.side = channel::Side::connector;
    connector_.link =
        channel::Link::make(std::move(pipe.b), connector_, connector_budget_, options);
    connector_.link->send_hello({});
    ASSERT_TRUE(until([&] { return shell_.hello.has_value(); }));
    relay::ConnectorIdentity identity;
    identity.id = "11111111-2222-4333-8444-555555555555";
    identity.group = "default";
    shell_.channel =
        std::make_unique<relay::ConnectorChannel>(context_, shell_, shell_, identity, *shell_.hello,
                                                  gate->release_transport(), channel::Welcome{});
    ASSERT_TRUE(until([&] { return connector_.link->established(); }));
  }
  void join_client(const Pieces& pieces) {
    MemoryPipe pipe = MemoryPipe::make(loop, pieces.client);
    engine_end_ = pipe.a.get();
    tls::ServerOptions server;
    server.certificates = {authority_.server("wiki.example")};
    tls::ClientOptions client;
    client.trust_pem = authority_.certificate_pem();
    if (!pieces.alpn.empty()) server.alpn = client.alpn = {pieces.alpn};
    shell_.session = std::make_unique<relay::ClientSession>(
        context_, shell_, tls::Stream::accept(std::move(pipe.a), *tls::Context::server(server)));
    client_ =
        tls::Stream::connect(std::move(pipe.b), *tls::Context::client(client), "wiki.example");
    client_->set_listener(heard_);
    ASSERT_TRUE(until([&] { return heard_.ready; }));
  }

  TestAuthority authority_;
  KeptLog log_;
  core::MetricRegistry registry_;
  // the engine
  core::Budget engine_budget_;
  core::Budget no_bodies_{0};
  message::HeadPool heads_;
  access::SignInDesk* desk_;
  access::Gate gate_{loop, log_.log(), desk_};
  relay::BulkTickets tickets_;
  relay::ExchangeIndex index_{loop, engine_budget_};
  relay::RelayMetrics metrics_{registry_};
  relay::RequestIds ids_{loop};
  relay::Dispatcher dispatcher_{loop, 10, metrics_.queued_exchanges,
                                [](uint32_t) { return nullptr; }};
  relay::SessionBindings bindings_{dispatcher_};
  relay::RelayContext context_{loop,      log_.log(), engine_budget_, heads_,   gate_, dispatcher_,
                               bindings_, tickets_,   index_,         metrics_, ids_,  nullptr,
                               {},        {},         false,          false};
  EngineShell shell_;
  // the connector
  core::MetricRegistry connector_registry_;
  core::MetricSet connector_set_{connector_registry_};
  connector::ExchangeMetricIds metric_ids_{connector_registry_};
  connector::ExchangeMetrics connector_metrics_{connector_set_, metric_ids_};
  core::Budget connector_budget_{64 * 1024 * 1024};
  connector::OriginPool pool_{loop, {}};
  connector::AppCache apps_{loop};
  connector::OriginPolicy policy_;
  connector::BoundConnections bound_{loop, {}};
  connector::ForwarderNeeds needs_{
      loop, heads_, pool_, apps_, policy_, log_.log(), connector_metrics_, bound_};
  ConnectorSide connector_;
  // the client
  MemoryTransport* engine_end_ = nullptr;  // of the pipe to the client, while the session lives
  RecordingListener heard_;
  std::unique_ptr<tls::Stream> client_;
};

}  // namespace hawser::test
