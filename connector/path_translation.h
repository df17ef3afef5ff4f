// SPDX-License-Identifier: Apache-2.0
// Paths of one prefix as paths of another, and relative references resolved (RFC 3986 5.2). Owner:
// nobody (functions). Thread: any.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace hawser::connector {

// The part of `path` behind `prefix`, which ends with "/"; percent-encoding of what needs none
// makes no difference, an encoded slash is none. `prefix` without its last slash leaves nothing
// behind.
std::optional<std::string_view> behind_prefix(std::string_view path, std::string_view prefix);

// `path`, which is below `from`, below `to`; none if it is not below `from`. Dot segments are
// resolved first, for they decide where it is.
std::optional<std::string> move_path(std::string_view path, std::string_view from,
                                     std::string_view to);

// An absolute path without "." and ".." segments, however these are encoded.
std::string without_dot_segments(std::string_view path);

// What a relative path means where `base` was asked for.
std::string resolve_path(std::string_view base, std::string_view relative);

}  // namespace hawser::connector
