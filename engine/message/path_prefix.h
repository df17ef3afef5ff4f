// SPDX-License-Identifier: Apache-2.0
// Whether a path lies below a prefix, as routes and access rules mean it. Owner: nobody. Thread:
// any.
#pragma once

#include <string_view>

namespace hawser::message {

// Both canonical, and the prefix ends with "/": "/wiki/" covers "/wiki/…" and "/wiki" itself, "/"
// also "*".
bool covers(std::string_view prefix, std::string_view path);

// Whether it does so for those alone who cut path parameters off before they look (RFC 3986 3.3:
// "/wiki;v=1/…", "/;v=1/wiki/…"), as some servers do. What a route or a rule for "/wiki/" keeps
// must not be had so, and what others read must not be taken for it.
bool covers_but_for_parameters(std::string_view prefix, std::string_view path);

}  // namespace hawser::message
