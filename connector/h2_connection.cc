// SPDX-License-Identifier: Apache-2.0
#include "connector/h2_connection.h"

#include <utility>

namespace hawser::connector {

using message::ErrorCode;
using message::ExchangeError;

// One exchange on it. The stream is opened with the request's head.
class H2Exchange final : public OriginExchange, private http::H2ClientStreamEvents {
 public:
  explicit H2Exchange(H2Connection& connection)
      : connection_(&connection), key_(connection.key()), refused_due_([this] {
          fail(ExchangeError::of(ErrorCode::origin_closed, "the connection takes no more streams"));
        }) {
    next_ = connection.exchanges_;
    if (next_ != nullptr) next_->previous_ = this;
    connection.exchanges_ = this;
  }
  ~H2Exchange() override {
    abort();
    if (connection_ != nullptr) connection_->leave(*this);
  }

  void set_listener(OriginListener* listener) override { listener_ = listener; }

  void send_head(const message::RequestHead& head, std::string_view host,
                 std::string_view /*upgrade*/) override {
    sent_ = true;
    if (connection_ == nullptr) return;  // it has been told
    stream_ = connection_->session_.open(head, host, *this);
    reused_ = connection_->session_.used();
    if (stream_ != nullptr) return;
    refusal_ = http::H2Refusal::refused;
    refused_due_.arm(connection_->transport_->loop().timers(), 0);
  }
  void send_body(core::Slice content) override {
    if (stream_ != nullptr) stream_->send_body(core::ByteChain(std::move(content)));
  }
  void send_end(const message::Fields& trailers) override {
    if (stream_ != nullptr) stream_->send_end(trailers);
  }
  bool over_high_mark() const override { return stream_ != nullptr && stream_->output_full(); }
  void allow_body(uint64_t bytes) override {
    if (stream_ != nullptr) stream_->allow_body(bytes);
  }
  // HTTP/2 has no 101 (RFC 9113 8.6).
  void begin_tunnel() override {}
  void end_tunnel() override {}
  void abort() override {
    if (stream_ != nullptr) std::exchange(stream_, nullptr)->detach();
  }
  bool reusable() const override {
    return !sent_ && connection_ != nullptr && connection_->session_.usable();
  }
  bool takes_more() const override { return stream_ != nullptr; }
  bool response_started() const override { return head_seen_; }
  bool reused() const override { return reused_; }
  http::H2Refusal refusal() const override { return refusal_; }
  bool shared() const override { return true; }
  const std::string& key() const override { return key_; }

  // From the connection: it is gone. Exchanges with a stream hear it from that.
  void on_connection_over(const std::string& reason) {
    connection_ = nullptr;
    if (sent_) return;
    reused_ = true;  // nothing of this one has left
    fail(ExchangeError::of(ErrorCode::origin_closed, reason));
  }

 private:
  friend class H2Connection;

  void on_interim(message::ResponseHeadPtr head) override {
    if (listener_ != nullptr) listener_->on_origin_interim(std::move(head));
  }
  void on_head(message::ResponseHeadPtr head) override {
    head_seen_ = true;
    if (listener_ != nullptr) listener_->on_origin_head(std::move(head));
  }
  void on_body(core::Slice content) override {
    if (listener_ != nullptr) listener_->on_origin_body(std::move(content));
  }
  void on_response_end(const message::Fields& trailers) override {
    if (listener_ != nullptr) listener_->on_origin_end(trailers);
  }
  void on_stream_drained() override {
    if (listener_ != nullptr) listener_->on_origin_drained();
  }
  void on_response_failed(const ExchangeError& error, http::H2Refusal refusal) override {
    stream_ = nullptr;
    refusal_ = refusal;
    fail(error);
  }
  void on_stream_over() override {
    stream_ = nullptr;
    fail(ExchangeError::of(ErrorCode::origin_closed, "the origin takes no more of the request"));
  }
  void fail(const ExchangeError& error) {
    if (listener_ != nullptr) listener_->on_origin_failed(error);
  }

  H2Connection* connection_;  // null once it is gone
  H2Exchange* previous_ = nullptr;
  H2Exchange* next_ = nullptr;
  std::string key_;
  OriginListener* listener_ = nullptr;
  http::H2ClientStream* stream_ = nullptr;
  core::Deadline refused_due_;
  bool sent_ = false;
  bool head_seen_ = false;
  bool reused_ = false;
  http::H2Refusal refusal_ = http::H2Refusal::none;
};

H2Connection::H2Connection(std::string key, std::unique_ptr<core::Transport> transport,
                           message::HeadPool& heads, std::string_view scheme,
                           uint64_t idle_timeout_ms, H2ConnectionOwner& owner)
    : key_(std::move(key)),
      idle_timeout_ms_(idle_timeout_ms),
      owner_(owner),
      transport_(std::move(transport)),
      session_(*transport_, heads, scheme, *this),
      idle_due_([this] { close(); }) {
  transport_->set_listener(*this);
  update_idle();
}

H2Connection::~H2Connection() {
  while (exchanges_ != nullptr) {
    H2Exchange* const exchange = std::exchange(exchanges_, exchanges_->next_);
    exchange->abort();
    exchange->connection_ = nullptr;
  }
}

std::unique_ptr<OriginExchange> H2Connection::join() {
  auto exchange = std::make_unique<H2Exchange>(*this);
  update_idle();
  return exchange;
}

void H2Connection::leave(H2Exchange& exchange) {
  (exchange.previous_ != nullptr ? exchange.previous_->next_ : exchanges_) = exchange.next_;
  if (exchange.next_ != nullptr) exchange.next_->previous_ = exchange.previous_;
  update_idle();
}

void H2Connection::on_stream_closed() { update_idle(); }

void H2Connection::update_idle() {
  if (over_) return;
  tell_idle(idle());
  if (!idle()) return idle_due_.disarm();
  idle_due_.arm(transport_->loop().timers(), session_.usable() ? idle_timeout_ms_ : 0);
}

void H2Connection::tell_idle(bool idle) {
  if (std::exchange(told_idle_, idle) != idle) owner_.on_h2_idle(idle);
}

void H2Connection::close() {
  session_.close();
  transport_->end();
  on_session_failed("nobody uses the connection");
}

void H2Connection::on_session_failed(const std::string& reason) {
  if (std::exchange(over_, true)) return;
  idle_due_.disarm();
  tell_idle(false);
  for (H2Exchange* exchange = std::exchange(exchanges_, nullptr); exchange != nullptr;) {
    H2Exchange* const next = exchange->next_;
    exchange->on_connection_over(reason);
    exchange = next;
  }
  owner_.on_h2_over(*this);
}

}  // namespace hawser::connector
