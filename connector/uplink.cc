// SPDX-License-Identifier: Apache-2.0
#include "connector/uplink.h"

#include <utility>

#include "core/socket.h"

namespace hawser::connector {

Uplink::Uplink(core::Loop& loop, core::Budget& budget, UplinkListener& listener, uint64_t number,
               const core::Address& address, const UplinkSecurity& security, channel::Hello hello)
    : loop_(loop),
      budget_(budget),
      listener_(listener),
      number_(number),
      address_(address),
      security_(security),
      hello_(std::move(hello)),
      handshake_due_([this] {
        lose({"no WELCOME in " + std::to_string(handshake_timeout_ms) + " ms", 0});
      }) {
  handshake_due_.arm(loop_.timers(), handshake_timeout_ms);
  std::unique_ptr<core::Socket> socket = core::Socket::connect(loop_, address_);
  socket->set_notsent_lowat(notsent_lowat_bytes);
  socket->set_user_timeout(user_timeout_ms);
  auto stream = tls::Stream::connect(std::move(socket), security_.context, "",
                                     "spiffe://" + security_.trust_domain + "/engine/");
  stream_ = stream.get();
  transport_ = std::move(stream);
  transport_->set_listener(*this);
}

Uplink::~Uplink() = default;

void Uplink::on_ready() {
  if (stream_->handshake().alpn != "hawser/1")
    return lose({"the engine does not speak hawser/1", 0});
  stream_ = nullptr;
  channel::LinkOptions options;
  options.side = channel::Side::connector;
  options.resets_per_second =
      1'000'000;  // all its clients' together, each of which may go any time
  link_ = channel::Link::make(std::move(transport_), *this, budget_, options);
  link_->send_hello(hello_);
}

// The engine waits for HELLO: what comes before it is not ours.
void Uplink::on_bytes(core::Slice) { lose({"bytes before HELLO", 0}); }
void Uplink::on_end() { lose({"the engine closed the connection during the handshake", 0}); }
void Uplink::on_broken(const core::Error& why) { lose(why); }

void Uplink::on_welcome(const channel::Welcome& welcome) {
  handshake_due_.disarm();
  welcome_ = welcome;
  welcomed_ = true;
  listener_.on_uplink_welcome(*this, welcome_);
}

void Uplink::on_open(channel::Stream& stream, message::RequestHead& head, channel::OpenInfo& info) {
  listener_.on_uplink_open(*this, stream, head, info);
}

void Uplink::on_session_end(uint64_t client_session) {
  listener_.on_uplink_session_end(*this, client_session);
}

void Uplink::on_config(uint64_t revision) { listener_.on_uplink_config(*this, revision); }

void Uplink::on_drain(const std::string& reason) { listener_.on_uplink_draining(*this, reason); }

void Uplink::on_bulk_offered(channel::Stream& stream, const std::string& ticket) {
  listener_.on_uplink_bulk_offered(*this, stream, ticket);
}

void Uplink::on_lost(const core::Error& why) { lose(why); }

void Uplink::on_idle() { listener_.on_uplink_idle(*this); }

void Uplink::drain(const std::string& reason) {
  if (established()) link_->drain(reason);
}

void Uplink::lose(const core::Error& why) {
  if (lost_) return;
  lost_ = true;
  handshake_due_.disarm();
  listener_.on_uplink_lost(*this, why);
}

}  // namespace hawser::connector
