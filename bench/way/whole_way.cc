// SPDX-License-Identifier: Apache-2.0
#include "way/whole_way.h"

#include "core/check.h"

namespace hawser::bench {
namespace {

constexpr size_t body_bytes = 1024;

std::string request_of_20_fields(const std::string& cookie) {
  std::string text =
      "GET /some/path/to/a/page?with=a&query=string HTTP/1.1\r\nHost: " + std::string(public_host) +
      "\r\n";
  for (int i = 2; i < 20; ++i)
    text += "X-Field-" + std::to_string(i) + ": a value of usual length\r\n";
  return text + "Cookie: " + cookie + "\r\n\r\n";
}

}  // namespace

WholeWay::WholeWay(size_t connections, bool signed_in, size_t warm_up_requests)
    : origin_(loop_, body_bytes), engine_(authority_, origin_.url(), signed_in) {
  request_ = request_of_20_fields(signed_in ? engine_.cookie() : "theme=dark; lang=en");
  tls::ClientOptions options;
  options.trust_pem = authority_.certificate_pem();
  options.alpn = {"http/1.1"};
  const auto context = tls::Context::client(options).value();
  for (size_t i = 0; i < connections; ++i) {
    clients_.push_back(std::make_unique<LoadClient>(loop_, engine_.client_address(), context,
                                                    public_host, body_bytes,
                                                    [this](LoadClient& client) {
                                                      ++answered_;
                                                      client.ask(request_);
                                                    }));
  }
  HAWSER_ASSERT(test::run_until(loop_, [this] { return all_ready(); }));
  for (const auto& client : clients_) client->ask(request_);
  for (size_t i = 0; i < warm_up_requests; ++i) await_answer();
}

void WholeWay::await_answer() {
  ++awaited_;
  while (answered_ < awaited_) {
    loop_.turn(true);
    for (const auto& client : clients_) HAWSER_ASSERT(!client->failed());
  }
}

bool WholeWay::all_ready() const {
  for (const auto& client : clients_)
    if (!client->ready()) return false;
  return true;
}

}  // namespace hawser::bench
