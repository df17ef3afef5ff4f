// SPDX-License-Identifier: Apache-2.0
#include "way/load.h"

#include <algorithm>
#include <utility>

#include "core/socket.h"

namespace hawser::bench {

namespace {
constexpr std::string_view head_end = "\r\n\r\n";
}

class LoadOrigin::Session final : private core::TransportListener {
 public:
  Session(std::unique_ptr<core::Transport> transport, const std::string& response)
      : response_(response), transport_(std::move(transport)) {
    transport_->set_listener(*this);
  }

 private:
  void on_bytes(core::Slice bytes) override {
    received_ += bytes.view();
    size_t taken = 0;
    for (size_t at; (at = received_.find(head_end, taken)) != std::string::npos;) {
      taken = at + head_end.size();
      transport_->write_copy(response_);
    }
    received_.erase(0, taken);
  }
  void on_end() override { transport_->end(); }
  void on_broken(const core::Error&) override {}

  const std::string& response_;
  std::string received_;
  std::unique_ptr<core::Transport> transport_;
};

LoadOrigin::LoadOrigin(core::Loop& loop, size_t body_bytes)
    : loop_(loop),
      response_(
          "HTTP/1.1 200 OK\r\nServer: bench\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
          "Content-Type: application/octet-stream\r\nContent-Length: " +
          std::to_string(body_bytes) + std::string(head_end) + std::string(body_bytes, 'x')),
      listening_(core::open_listening(core::Address::parse("127.0.0.1:0").value()).value()),
      acceptor_(loop, listening_.fd.get(), *this) {}

LoadOrigin::~LoadOrigin() = default;

std::string LoadOrigin::url() const { return "http://" + listening_.address.to_string(); }

void LoadOrigin::on_accepted(core::Fd fd, const core::Address&) {
  sessions_.push_back(
      std::make_unique<Session>(core::Socket::adopt(loop_, fd.release()).value(), response_));
}

LoadClient::LoadClient(core::Loop& loop, const core::Address& address,
                       std::shared_ptr<tls::Context> context, const std::string& host,
                       size_t body_bytes, std::function<void(LoadClient&)> on_answer)
    : body_bytes_(body_bytes),
      on_answer_(std::move(on_answer)),
      stream_(
          tls::Stream::connect(core::Socket::connect(loop, address), std::move(context), host)) {
  stream_->set_listener(*this);
}

void LoadClient::on_bytes(core::Slice bytes) {
  std::string_view rest = bytes.view();
  while (!rest.empty() && !failed_) {
    if (body_left_ == 0) {
      take_head(rest);
      continue;
    }
    const size_t taken = std::min(body_left_, rest.size());
    body_left_ -= taken;
    rest.remove_prefix(taken);
    if (body_left_ == 0) on_answer_(*this);
  }
}

void LoadClient::take_head(std::string_view& bytes) {
  const size_t before = head_.size();
  head_ += bytes;
  const size_t end = head_.find(head_end);
  if (end == std::string::npos) return bytes.remove_prefix(bytes.size());
  bytes.remove_prefix(end + head_end.size() - before);
  failed_ = !head_.starts_with("HTTP/1.1 200 ");
  body_left_ = body_bytes_;
  head_.clear();
}

}  // namespace hawser::bench
