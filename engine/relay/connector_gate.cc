// SPDX-License-Identifier: Apache-2.0
#include "relay/connector_gate.h"

#include <utility>

#include "core/socket.h"
#include "core/timer_wheel.h"
#include "model/identity.h"
#include "tls/certificate.h"

namespace hawser::relay {

namespace {

// A channel's socket: a control frame must not stand behind a bulk of unsent bytes, and a silent
// peer is noticed.
constexpr uint32_t channel_notsent_bytes = 128 * 1024;
constexpr uint32_t channel_user_timeout_ms = 20'000;

}  // namespace

// One connection before its hand-over: first TLS, then HELLO.
class PendingConnector final : private core::TransportListener, private channel::LinkListener {
 public:
  PendingConnector(ConnectorGate& gate, uint64_t number, std::unique_ptr<tls::Stream> stream)
      : gate_(gate),
        number_(number),
        deadline_([this] { give_up("no handshake and HELLO in time"); }),
        stream_(std::move(stream)) {
    address_ = stream_->peer().to_string();
    deadline_.arm(gate_.loop_.timers(), gate_.options_.handshake_timeout_ms);
    stream_->set_listener(*this);
  }

  uint64_t number() const { return number_; }
  void make_room() {
    if (over_) return gate_.remove(*this);
    give_up("others wait, and it was the oldest without a HELLO");
  }

 private:
  void on_ready() override {
    secured_ = true;
    const std::string& protocol = stream_->handshake().alpn;
    if (protocol == model::enrolment_alpn) {
      gate_.enrolment_.serve(std::move(stream_));
      return gate_.remove(*this);
    }
    if (protocol != model::channel_alpn)
      return give_up("the peer speaks neither hawser/1 nor hawser-enrol/1");
    auto admitted = gate_.admit(*stream_);
    if (!admitted.ok()) return refuse(admitted.error().reason);
    identity_ = std::move(*admitted);
    identity_.address = address_;
    channel::LinkOptions options;
    options.side = channel::Side::engine;
    link_ = channel::Link::make(std::move(stream_), *this, gate_.no_bodies_, options);
  }
  void on_bytes(core::Slice) override {}
  void on_end() override { give_up("the peer ended the connection"); }
  void on_broken(const core::Error& why) override { give_up(why.reason); }

  void on_hello(const channel::Hello& hello) override {
    const std::string& wanted = hello.engine_wanted;
    if (!wanted.empty() && wanted != gate_.options_.engine_id)
      return refuse("the connector looks for engine " + wanted);
    hello_ = hello;
    gate_.loop_.defer_call([&gate = gate_, number = number_] {
      const auto found = gate.pending_.find(number);
      if (found != gate.pending_.end()) found->second->hand_over();
    });
  }
  void on_open(channel::Stream& stream, message::RequestHead&, channel::OpenInfo&) override {
    stream.reset({message::ExchangeError::of(message::ErrorCode::protocol_violation), true});
  }
  void on_lost(const core::Error& why) override {
    if (over_) return gate_.remove(*this);  // it was told why, and has gone
    give_up(why.reason);
  }

  void hand_over() {
    std::unique_ptr<core::Transport> transport =
        link_ != nullptr ? link_->release_transport() : nullptr;
    auto* const stream =
        static_cast<tls::Stream*>(transport.get());  // this is what the link was made on
    auto released = stream != nullptr ? stream->release() : std::nullopt;
    if (!released.has_value()) return give_up("bytes stood between HELLO and WELCOME");
    gate_.on_arrival_({std::move(*released), std::move(identity_), std::move(hello_)});
    gate_.remove(*this);
  }

  // Told to the peer too, so that the reason shows in its log.
  void refuse(const std::string& why) {
    if (link_ == nullptr && stream_ != nullptr) {
      channel::LinkOptions options;
      options.side = channel::Side::engine;
      link_ = channel::Link::make(std::move(stream_), *this, gate_.no_bodies_, options);
    }
    tell(why);
    link_->refuse(why);
  }

  void give_up(const std::string& why) {
    if (over_) return;
    tell(why);
    gate_.remove(*this);
  }

  void tell(const std::string& why) {
    over_ = true;
    gate_.refused_.add();
    // Anybody can be refused before the handshake is through: that is counted, and no line each.
    core::LogLine(gate_.log_, secured_ ? core::Level::warn : core::Level::debug,
                  "connector_refused")
        .text("address", address_)
        .text("reason", why);
  }

  ConnectorGate& gate_;
  uint64_t number_;
  core::Deadline deadline_;
  std::string address_;
  std::unique_ptr<tls::Stream> stream_;
  std::unique_ptr<channel::Link> link_;
  ConnectorIdentity identity_;
  channel::Hello hello_;
  bool secured_ = false;  // TLS is up, so the certificate was good
  bool over_ = false;
};

ConnectorGate::ConnectorGate(core::Loop& loop, core::Log& log, control::ConnectorRegistry& registry,
                             control::EnrolmentServer& enrolment, core::Counter& refused,
                             Options options, std::function<void(Arrival)> on_arrival)
    : loop_(loop),
      log_(log),
      registry_(registry),
      enrolment_(enrolment),
      refused_(refused),
      options_(std::move(options)),
      on_arrival_(std::move(on_arrival)) {}

ConnectorGate::~ConnectorGate() = default;

void ConnectorGate::listen(int fd) {
  acceptors_.push_back(std::make_unique<core::Acceptor>(loop_, fd, *this));
}

void ConnectorGate::on_accepted(core::Fd fd, const core::Address& /*peer*/) {
  auto socket = core::Socket::adopt(loop_, fd.release());
  if (!socket.ok()) return;
  (*socket)->set_notsent_lowat(channel_notsent_bytes);
  (*socket)->set_user_timeout(channel_user_timeout_ms);
  if (pending_.size() >= pending_limit) pending_.begin()->second->make_room();
  const uint64_t number = next_pending_++;
  pending_[number] = std::make_unique<PendingConnector>(
      *this, number, tls::Stream::accept(std::move(*socket), tls_));
}

void ConnectorGate::on_accept_trouble(const core::Error& why) {
  core::LogLine(log_, core::Level::error, "accept_failed").text("reason", why.reason);
}

void ConnectorGate::remove(const PendingConnector& pending) {
  auto gone = pending_.extract(pending.number());
  if (!gone.empty()) loop_.defer_delete(std::move(gone.mapped()));
}

core::Result<ConnectorIdentity> ConnectorGate::admit(const tls::Stream& stream) {
  const tls::Handshake& handshake = stream.handshake();
  const auto identity = model::parse_connector_uri(handshake.peer_uri_san, options_.trust_domain);
  if (!identity.ok()) return identity.error();
  const auto facts = tls::read_certificate_pem(handshake.peer_certificate_pem);
  if (!facts.ok()) return facts.error();
  const auto record = registry_.admit(identity->connector, facts->sha256_hex, loop_.wall_ms());
  if (!record.ok()) return core::Error{record.error().code + ": " + record.error().detail};
  ConnectorIdentity admitted;
  admitted.id = record->id.to_string();
  admitted.tenant = record->tenant;
  admitted.group = record->group;
  admitted.name = record->name;
  admitted.certificate_sha256 = facts->sha256_hex;
  return admitted;
}

}  // namespace hawser::relay
