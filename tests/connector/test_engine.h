// SPDX-License-Identifier: Apache-2.0
// TestEngine: the channel port of an engine, with real TLS and a real Link on each channel, that
// answers control calls as a test says. Owner: the test. Thread: the loop's own.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "channel/link_fixture.h"
#include "core/listening.h"
#include "core/socket.h"
#include "model/control_calls.h"
#include "model/identity.h"
#include "support/test_authority.h"
#include "tls/stream.h"

namespace hawser::test {

class TestEngine;

// One channel that a connector dialled.
class EngineChannel final : private core::TransportListener, public channel::LinkListener {
 public:
  EngineChannel(TestEngine& engine, core::Fd fd);

  void on_hello(const channel::Hello& got) override;
  void on_open(channel::Stream& stream, message::RequestHead& head,
               channel::OpenInfo& info) override;
  void on_attach(const std::string& ticket) override;
  void on_drain(const std::string& reason) override { drain_reason = reason; }
  void on_lost(const core::Error& why) override {
    lost = true;
    lost_reason = why.reason;
  }

  bool up() const { return link != nullptr && link->established() && !lost; }
  bool bulk() const { return hello.purpose == channel::Purpose::bulk; }

  channel::Hello hello;
  std::string peer_uri;
  std::string drain_reason;
  bool lost = false;
  std::string lost_reason;
  std::unique_ptr<channel::Link> link;

 private:
  void on_ready() override;
  void on_bytes(core::Slice) override {}
  void on_end() override { lost = true; }
  void on_broken(const core::Error& why) override { on_lost(why); }

  TestEngine& engine_;
  std::unique_ptr<tls::Stream> stream_;
  std::vector<std::unique_ptr<channel::RecordingStream>> calls_;
};

class TestEngine final : public core::AcceptListener {
 public:
  static constexpr char trust_domain[] = "edge.test";
  static constexpr char id[] = "7b1c0000-0000-4000-8000-0000000000e1";

  TestEngine(core::Loop& made_on, const TestAuthority& authority)
      : loop(made_on),
        listening_(core::open_listening(core::Address::parse("127.0.0.1:0").value()).value()),
        acceptor_(std::make_unique<core::Acceptor>(made_on, listening_.fd.get(), *this)) {
    tls::ServerOptions options;
    options.certificates = {
        authority.channel_peer("spiffe://" + std::string(trust_domain) + "/engine/" + id)};
    options.tls13_only = true;
    options.alpn = {"hawser/1"};
    options.refuse_unknown_alpn = true;
    options.client_certificate = tls::PeerCertificate::required;
    options.trust_pem = authority.certificate_pem();
    context = tls::Context::server(options).value();
    welcome.engine_id = id;
    welcome.channels_wanted = 1;
  }

  const core::Address& address() const { return listening_.address; }
  // What a control call is answered with: status and body.
  std::function<std::pair<uint16_t, std::string>(const std::string& target,
                                                 const std::string& body)>
      answer = [this](const std::string& target, const std::string&) {
        if (target == "/v1/config")
          return std::pair<uint16_t, std::string>(200, model::encode_config_answer(config));
        if (target == "/v1/apps/" + app.name)
          return std::pair<uint16_t, std::string>(200, model::encode_app(app));
        return std::pair<uint16_t, std::string>(404, "{}");
      };

  size_t channels_up(bool bulk = false) const {
    size_t count = 0;
    for (const auto& channel : channels) count += channel->up() && channel->bulk() == bulk ? 1 : 0;
    return count;
  }
  void stop_accepting() { acceptor_.reset(); }

  core::Loop& loop;
  std::shared_ptr<tls::Context> context;
  core::Budget budget{64 * 1024 * 1024};
  channel::Welcome welcome;
  model::App app;
  model::ConfigAnswer config;
  std::vector<std::string> targets;                 // of control calls
  std::map<std::string, channel::Stream*> tickets;  // offered
  std::vector<std::unique_ptr<EngineChannel>> channels;

 private:
  void on_accepted(core::Fd fd, const core::Address&) override {
    channels.push_back(std::make_unique<EngineChannel>(*this, std::move(fd)));
  }
  core::ListeningSocket listening_;
  std::unique_ptr<core::Acceptor> acceptor_;
};

inline EngineChannel::EngineChannel(TestEngine& engine, core::Fd fd) : engine_(engine) {
  auto socket = core::Socket::adopt(engine.loop, fd.release()).value();
  stream_ = tls::Stream::accept(std::move(socket), engine.context);
  stream_->set_listener(*this);
}

inline void EngineChannel::on_ready() {
  peer_uri = stream_->handshake().peer_uri_san;
  channel::LinkOptions options;
  options.side = channel::Side::engine;
  link = channel::Link::make(std::move(stream_), *this, engine_.budget, options);
}

inline void EngineChannel::on_hello(const channel::Hello& got) {
  hello = got;
  link->send_welcome(engine_.welcome);
}

inline void EngineChannel::on_attach(const std::string& ticket) {
  const auto offered = engine_.tickets.find(ticket);
  if (offered == engine_.tickets.end()) return link->close("no such ticket");
  link->accept_attached(*offered->second);
}

inline void EngineChannel::on_open(channel::Stream& stream, message::RequestHead& head,
                                   channel::OpenInfo&) {
  const std::string target = head.target.path;
  engine_.targets.push_back(target);
  calls_.push_back(std::make_unique<channel::RecordingStream>(engine_.loop));
  channel::RecordingStream& call = *calls_.back();
  call.use(stream);
  const auto reply = [this, &call, target] {
    const auto [status, body] = engine_.answer(target, call.body);
    if (status == 0) return;  // never
    message::ResponseHead response;
    response.status = status;
    response.body_length = message::BodyLength::known(body.size());
    call.stream->send_head(response, false, false, body.empty());
    if (!body.empty()) call.send_body(body);
  };
  if (stream.receiving_ended()) return reply();
  call.react = [reply](std::string_view event) {
    if (event == "end") reply();
  };
  stream.want_body();
}

}  // namespace hawser::test
