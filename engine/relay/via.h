// SPDX-License-Identifier: Apache-2.0
// Via (RFC 9110 7.6.3): what was received, and by whom. Owner: nobody. Thread: any.
#pragma once

#include <string_view>

#include "message/head.h"

namespace hawser::relay {

// Of a message that came in this version.
constexpr std::string_view via_of(message::HttpVersion version) {
  switch (version) {
    case message::HttpVersion::http_1_0:
      return "1.0 hawser";
    case message::HttpVersion::http_1_1:
      return "1.1 hawser";
    case message::HttpVersion::http_2:
      return "2 hawser";
  }
  return "1.1 hawser";
}

}  // namespace hawser::relay
