// SPDX-License-Identifier: Apache-2.0
#include "way/engine_side.h"

#include <map>
#include <utility>

#include "channel/link.h"
#include "core/socket.h"
#include "model/identity.h"
#include "relay/relay_worker.h"

namespace hawser::bench {

namespace {

constexpr char engine_id[] = "7b1c0000-0000-4000-8000-0000000000e1";

core::ListeningSocket listening() {
  return core::open_listening(core::Address::parse("127.0.0.1:0").value()).value();
}

std::shared_ptr<tls::Context> client_tls(const test::TestAuthority& authority) {
  tls::ServerOptions options;
  options.certificates = {authority.server(public_host)};
  options.alpn = {"http/1.1"};
  return tls::Context::server(options).value();
}

std::shared_ptr<tls::Context> channel_tls(const test::TestAuthority& authority) {
  tls::ServerOptions options;
  options.certificates = {
      authority.channel_peer(model::engine_uri_prefix(trust_domain) + engine_id)};
  options.tls13_only = true;
  options.alpn = {std::string(model::channel_alpn)};
  options.client_certificate = tls::PeerCertificate::required;
  options.trust_pem = authority.certificate_pem();
  options.session_tickets = false;
  return tls::Context::server(options).value();
}

model::App published(const std::string& origin_url) {
  model::App app;
  app.name = "wiki";
  app.host = model::HostPattern::parse(public_host).value();
  app.origins = {model::Origin::parse_url(origin_url).value()};
  app.revision = model::content_revision(app);
  return app;
}

// What a worker tells the engine: nothing here needs to know.
class NoEngine final : public relay::EngineLink {
 public:
  void channel_opened(uint32_t, uint64_t, const relay::ConnectorIdentity&, bool) override {}
  void channel_closed(uint32_t, uint64_t) override {}
  void open_worker_link(uint32_t, uint32_t, core::Fd) override {}
  void renew(uint32_t, const std::string&, const std::string&, std::string,
             std::function<void(relay::ControlAnswer)> done) override {
    done({503, "{}"});
  }
  void health(const std::string&, std::string) override {}
  void events(uint32_t, std::vector<model::Event>) override {}
  void drained(uint32_t) override {}
};

// One channel before its hand-over to the worker: TLS, then HELLO.
class Arriving final : private core::TransportListener, private channel::LinkListener {
 public:
  Arriving(relay::RelayWorker& worker, uint64_t number, std::unique_ptr<tls::Stream> stream)
      : worker_(worker), number_(number), stream_(std::move(stream)) {
    stream_->set_listener(*this);
  }

 private:
  void on_ready() override {
    channel::LinkOptions options;
    options.side = channel::Side::engine;
    link_ = channel::Link::make(std::move(stream_), *this, no_bodies_, options);
  }
  void on_bytes(core::Slice) override {}
  void on_end() override {}
  void on_broken(const core::Error&) override {}
  void on_hello(const channel::Hello& hello) override {
    hello_ = hello;
    link_->transport().loop().defer_call([this] { hand_over(); });
  }
  void on_open(channel::Stream&, message::RequestHead&, channel::OpenInfo&) override {}
  void on_lost(const core::Error&) override {}

  void hand_over() {
    const auto transport = link_->release_transport();
    auto released = static_cast<tls::Stream&>(*transport).release();
    relay::ConnectorIdentity identity;
    identity.id = connector_id;
    identity.tenant = std::string(model::default_tenant);
    identity.group = std::string(model::default_group);
    channel::Welcome welcome;
    welcome.engine_id = engine_id;
    welcome.worker_count = 1;
    welcome.channels_wanted = 2;
    worker_.adopt_channel(number_, std::move(released.value()), std::move(identity), hello_,
                          welcome);
  }

  relay::RelayWorker& worker_;
  uint64_t number_;
  core::Budget no_bodies_{0};
  std::unique_ptr<tls::Stream> stream_;
  std::unique_ptr<channel::Link> link_;
  channel::Hello hello_;
};

}  // namespace

class EngineSide::Parts final : private core::AcceptListener {
 public:
  Parts(Side& side, core::Fd clients, int connectors, const test::TestAuthority& authority,
        const std::string& origin_url, const SignedIn* session)
      : loop_(side.loop()),
        tls_(channel_tls(authority)),
        worker_(loop_, side.sink(), metrics_, engine_,
                options(std::move(clients), authority, origin_url, session)),
        acceptor_(loop_, connectors, *this) {}

 private:
  static relay::RelayWorkerOptions options(core::Fd clients, const test::TestAuthority& authority,
                                           const std::string& origin_url, const SignedIn* session) {
    relay::RelayWorkerOptions made;
    made.client_listeners.push_back(std::move(clients));
    model::App app = published(origin_url);
    if (session != nullptr) session->guard(app);
    made.settings.snapshot = model::Snapshot::make({app}, {SignedIn::provider()});
    if (session != nullptr) made.settings.keys = session->keys();
    made.settings.client_tls = client_tls(authority);
    return made;
  }
  void on_accepted(core::Fd fd, const core::Address&) override {
    auto stream = tls::Stream::accept(core::Socket::adopt(loop_, fd.release()).value(), tls_);
    const uint64_t number = arriving_.size() + 1;
    arriving_.push_back(std::make_unique<Arriving>(worker_, number, std::move(stream)));
  }

  core::Loop& loop_;
  core::MetricRegistry registry_;
  relay::RelayMetrics metrics_{registry_};
  NoEngine engine_;
  std::shared_ptr<tls::Context> tls_;
  relay::RelayWorker worker_;
  std::vector<std::unique_ptr<Arriving>> arriving_;
  core::Acceptor acceptor_;
};

EngineSide::EngineSide(const test::TestAuthority& authority, const std::string& origin_url,
                       bool signed_in)
    : clients_(listening()), connectors_(listening()) {
  side_.start([this, &authority, origin_url, signed_in] {
    parts_ = std::make_unique<Parts>(side_, std::move(clients_.fd), connectors_.fd.get(), authority,
                                     origin_url, signed_in ? &session_ : nullptr);
  });
  side_.on_thread([] {});  // `authority` is read until then
}

EngineSide::~EngineSide() {
  side_.stop([this] { parts_.reset(); });
}

}  // namespace hawser::bench
