// SPDX-License-Identifier: Apache-2.0
// Whether a path lies below a prefix, as routes and access rules mean it. Owner: nobody. Thread:
// any.
#pragma once

#include <string_view>

namespace hawser::message {

// Both canonical, and the prefix ends with "/": "/wiki/" covers "/wiki/…" and "/wiki" itself, "/"
// also "*". Path parameters (RFC 3986 3.3: "/wiki;v=1/…", "/;v=1/wiki/…") are passed over: some
// servers cut them off before they look, and what a rule for "/wiki/" keeps must not be had so.
bool covers(std::string_view prefix, std::string_view path);

}  // namespace hawser::message
