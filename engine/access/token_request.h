// SPDX-License-Identifier: Apache-2.0
// The request to a provider's token endpoint, and its answer (RFC 6749 4.1.3, 5). Owner: nobody.
// Thread: any.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "access/sign_in_fault.h"
#include "http/client.h"
#include "model/provider.h"
#include "token/fetch.h"

namespace hawser::access {

using Form = std::vector<std::pair<std::string_view, std::string>>;

// application/x-www-form-urlencoded.
std::string encode_form(const Form& form);
// A URL, perhaps with a query of its own, and the form behind it.
std::string with_query(const std::string& url, const Form& form);

// With the client's proof of itself added in the way that it was configured; `now_s` goes into a
// signed one.
core::Result<token::FetchRequest> token_request(const token::HttpsUrl& endpoint, Form form,
                                                const model::ProviderClient& client, int64_t now_s);

struct TokenAnswer {
  std::string id_token;
  std::string access_token;
  std::string refresh_token;
};
// For a code it must hold an ID token, for a refresh token it need not (Core 12.2).
enum class GrantType { code, refresh_token };
SignedIn<TokenAnswer> read_token_answer(const http::ClientResponse& response,
                                        GrantType grant = GrantType::code);

// A name that a provider chose (`error`), fit for a log and a page: at most 64 characters.
std::string plain_error_name(std::string_view error);

}  // namespace hawser::access
