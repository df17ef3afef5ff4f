// SPDX-License-Identifier: Apache-2.0
// Where a browser goes once it is signed in: wherever it was asked to, as long as that is a page of
// the same host. Owner: nobody. Thread: any.
#pragma once

#include <optional>
#include <string>

namespace hawser::access {

// Path and query as `wanted` has them, to be put behind a host's URL. What is no path, would be
// read in two ways, is too long or is a page of our own leads to `fallback`.
std::string checked_return(const std::optional<std::string>& wanted, const std::string& fallback);

}  // namespace hawser::access
