// SPDX-License-Identifier: Apache-2.0
// HttpsUrl: an endpoint of a provider's. Owner: whoever holds it. Thread: any.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/result.h"

namespace hawser::token {

struct HttpsUrl {
  static constexpr size_t limit_bytes = 2048;

  std::string host;  // as model::parse_host() returns it
  uint16_t port = 443;
  std::string target;  // path and query, "/" at least

  // Printable ASCII of https:// without user name, password or fragment.
  static core::Result<HttpsUrl> parse(std::string_view url);
  std::string authority() const;  // for Host: the port only where it isn't 443
};

}  // namespace hawser::token
