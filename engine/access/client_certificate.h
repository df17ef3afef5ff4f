// SPDX-License-Identifier: Apache-2.0
// ClientCertificate: what a client showed when its TLS connection began, and who that is by the
// authorities of the apps that it asks for, checked once for each. Owner: the client session.
// Thread: the worker's own.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tls/client_authority.h"

namespace hawser::access {

class ClientCertificate {
 public:
  using Checked = core::Result<tls::ClientAuthority::Client, tls::ClientAuthority::Fault>;
  using Authority = std::shared_ptr<const tls::ClientAuthority>;

  // `chain_der` is not empty.
  explicit ClientCertificate(std::vector<std::string> chain_der)
      : chain_der_(std::move(chain_der)) {}

  // The answer stays until the next call.
  const Checked& check(const Authority& authority, int64_t now_ms);

 private:
  static constexpr size_t known_limit = 8;  // apps of one connection
  struct Known {
    Authority authority;
    Checked checked;
  };

  std::vector<std::string> chain_der_;
  std::vector<Known> known_;
};

}  // namespace hawser::access
