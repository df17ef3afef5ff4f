// SPDX-License-Identifier: Apache-2.0
// Session index: a row beside each session's own for whom, for what its provider calls it and for
// its browser, so that a logout finds the sessions that it means without looking into all others.
// Such a row comes and goes with its session. Owner: nobody, keys only. Thread: any.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "control/session_filter.h"

namespace hawser::control {

// Of the rows that lead to the session.
std::vector<std::string> session_index_keys(const SessionRecord& record);
// With what the keys of all rows begin that lead to whom the filter names by a provider's word, or
// to whose browser; "" where it names nobody so.
std::string session_index_prefix(const SessionFilter& filter);

}  // namespace hawser::control
