// SPDX-License-Identifier: Apache-2.0
// Fetch: one request to a provider's endpoint: the name is resolved, each address tried until one
// completes its TLS handshake, the answer read whole, bounded in size and time. Redirects are not
// followed. Owner: the caller; destroying it cancels, in its own callback only through
// Loop::defer_delete. Thread: the loop's own.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/dns.h"
#include "core/loop.h"
#include "core/timer_wheel.h"
#include "http/client.h"
#include "tls/context.h"
#include "token/https_url.h"

namespace hawser::tls {
class Stream;
}

namespace hawser::token {

struct FetchRequest {
  HttpsUrl url;
  message::Method method = message::Method::get;
  message::Fields fields;  // Host and Content-Length are set by us
  std::string body;
  uint64_t timeout_ms = 10'000;  // for all of it
  size_t response_limit_bytes = 1024 * 1024;
};

class Fetch {
 public:
  using Done = std::function<void(core::Result<http::ClientResponse>)>;

  // `done` is called once, in a later turn. `context` verifies: it is one for clients, without ALPN
  // or with http/1.1.
  Fetch(core::Loop& loop, std::shared_ptr<tls::Context> context, FetchRequest request, Done done);
  ~Fetch();
  Fetch(const Fetch&) = delete;
  Fetch& operator=(const Fetch&) = delete;

 private:
  void on_resolved(core::DnsResult result);
  void try_next();
  void on_answer(core::Result<http::ClientResponse> response);
  void on_attempt_due();
  bool may_try_next() const;
  uint64_t remaining_ms() const;
  void finish(core::Result<http::ClientResponse> result);

  core::Loop& loop_;
  std::shared_ptr<tls::Context> context_;
  FetchRequest request_;
  Done done_;
  uint64_t due_ms_;
  std::vector<core::Address> addresses_;
  size_t next_address_ = 0;
  tls::Stream* stream_ = nullptr;  // the client's transport
  std::unique_ptr<http::Client> client_;
  std::unique_ptr<core::DnsQuery> query_;
  core::Deadline deadline_;
  core::Deadline attempt_due_;  // for the handshake with an address that is not the last
  std::string failures_;        // of the addresses that were tried before
};

}  // namespace hawser::token
