// SPDX-License-Identifier: Apache-2.0
// Parameters of a query or of a form's body (application/x-www-form-urlencoded). Owner: nobody.
// Thread: any.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace hawser::message {

// The decoded value. Nothing where the name is absent, stands twice, or its value is not well
// encoded: then nobody knows which one was meant.
std::optional<std::string> query_value(std::string_view query, std::string_view name);
// Whether it stands there at all, however often and however well encoded its value is.
bool query_names(std::string_view query, std::string_view name);

}  // namespace hawser::message
