// SPDX-License-Identifier: Apache-2.0
// The header of the PROXY protocol, versions 1 and 2, with which a load balancer says for whom it
// connected (haproxy's proxy-protocol.txt). Strict: what the text does not allow is refused.
// Owner: nobody (a function). Thread: any.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "core/address.h"

namespace hawser::http {

struct ProxyHeader {
  enum class Status { need_more, complete, failed };
  Status status = Status::need_more;
  size_t bytes = 0;                     // of the header, once complete
  std::optional<core::Address> source;  // none: the balancer speaks for itself, or does not know
  const char* fault = "";               // once failed
};

inline constexpr size_t proxy_header_limit_bytes = 4096;  // version 2, its extensions included

// Reads what came of a connection so far. A connection that begins with anything else has failed at
// its first byte that differs.
ProxyHeader read_proxy_header(std::string_view bytes);

}  // namespace hawser::http
