// SPDX-License-Identifier: Apache-2.0
// The public URL of the host that a request named: what leads back to us begins with it. Owner:
// nobody. Thread: any.
#pragma once

#include <string>

#include "message/head.h"

namespace hawser::access {

// "https://wiki.example:8443"
inline std::string base_url_of(const message::RequestHead& head) {
  return "https://" + head.target.authority.canonical("https");
}

}  // namespace hawser::access
