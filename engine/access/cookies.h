// SPDX-License-Identifier: Apache-2.0
// Cookies of a request: finding ours, and keeping them from whatever stands behind us. Owner:
// nobody. Thread: any.
#pragma once

#include <optional>
#include <string_view>

#include "message/fields.h"

namespace hawser::access {

// What the names of all our cookies begin with; browsers let only a host itself set such
// (RFC 6265bis 4.1.3.2).
inline constexpr std::string_view own_cookie_prefix = "__Host-hawser-";

// The one of that name; nothing where it stands twice, as no browser sends ours. Valid until the
// fields change.
std::optional<std::string_view> find_cookie(const message::Fields& fields, std::string_view name);
// Removes ours from Cookie, whatever their case, and leaves every other byte as it came.
void remove_own_cookies(message::Fields& fields);
// Removes Set-Cookie lines by which an application would change ours.
void refuse_own_cookies(message::Fields& fields);

}  // namespace hawser::access
