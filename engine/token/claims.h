// SPDX-License-Identifier: Apache-2.0
// The checks that every kind of token has in common, claim by claim (RFC 7519 4.1). Owner: nobody.
// Thread: any.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "token/fault.h"

namespace hawser::token {

using Claims = nlohmann::json;  // an object

// What time it is, and by how much the issuer's clock may differ from ours.
struct TokenTime {
  int64_t now_s = 0;  // since 1970-01-01 UTC
  int64_t skew_s = 60;
};

// An absent claim is nothing; one of another type is the error `malformed`.
Checked<std::optional<std::string>> text_claim(const Claims& claims, const char* name);
// A NumericDate (RFC 7519 2), rounded down; from 1970 to the year 9999.
Checked<std::optional<int64_t>> time_claim(const Claims& claims, const char* name);
// A text, or a list of texts.
Checked<std::vector<std::string>> texts_claim(const Claims& claims, const char* name);

Checked<void> check_issuer(const Claims& claims, std::string_view issuer);
// Meant for `audience`, perhaps among others.
Checked<void> check_audience(const Claims& claims, std::string_view audience);
// `exp`, which must be there; `nbf` and `iat` where they are. Answers with `exp`.
Checked<int64_t> check_times(const Claims& claims, const TokenTime& time);
// `sub`: 1 to 255 printable bytes (OpenID Connect Core 2).
Checked<std::string> check_subject(const Claims& claims);

}  // namespace hawser::token
