// SPDX-License-Identifier: Apache-2.0
// What a program hears whose access token or certificate does not open the app (RFC 6750 3, RFC
// 9470). Owner: nobody (functions). Thread: any.
#pragma once

#include <string_view>

#include "access/gate.h"
#include "model/access_rule.h"

namespace hawser::access {

// 401: `fault` names what is wrong with the token, `reason` says it in words.
Answer token_refusal(const Question& question, std::string_view fault, std::string_view reason);
// 401: the token is good, and a rule wants a stronger sign-in behind it.
Answer stronger_token_answer(const Question& question, const model::AccessRule& rule,
                             std::string_view user);
// 503: the issuer's keys are not to be had.
Answer keys_unavailable_answer(const Question& question, std::string_view fault);
// 403: the certificate that the client showed is not accepted.
Answer certificate_refusal(const PageWords& words, const Question& question,
                           const tls::ClientAuthority::Fault& fault, std::string_view time);

}  // namespace hawser::access
