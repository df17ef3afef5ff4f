// SPDX-License-Identifier: Apache-2.0
// What the application is told of a person: the values of its `identity` fields, from the claims of
// a token. Owner: nobody. Thread: any.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/app_access.h"
#include "token/claims.h"

namespace hawser::token {

// One text for each field, in their order; "" where the person has no such claim. A list is told
// with "," between its members: one that has a comma itself is left out, for it would pass for two.
// `list_claim` is a list even where it is a single text.
std::vector<std::string> identity_values(const std::vector<model::IdentityField>& fields,
                                         std::string_view list_claim, const Claims& claims);

// What the values stand for: claim, value, claim, value. Nothing where they are of other fields.
std::vector<std::string> claims_told(const std::vector<model::IdentityField>& fields,
                                     const std::vector<std::string>& values);

// The same as claims of a token of ours; several fields of one claim together tell of it.
Claims told_claims(const std::vector<model::IdentityField>& fields,
                   const std::vector<std::string>& values);

// Changes with the fields.
std::string identity_text(const std::vector<model::IdentityField>& fields);

// `email_verified` is there and does not say that somebody has: the address might be another's.
// Some issuers write it as a text.
bool is_email_unverified(const Claims& claims);

}  // namespace hawser::token
