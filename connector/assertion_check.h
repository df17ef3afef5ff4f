// SPDX-License-Identifier: Apache-2.0
// Whether the assertion that an engine sends along (X-Hawser-Assertion) says of a person what the
// person's own ID token says: an engine that was broken into signs whatever it wants. Owner: nobody
// (a function). Thread: any.
#pragma once

#include <string>
#include <string_view>

#include "connector/trusted_issuer.h"
#include "core/result.h"
#include "model/app.h"
#include "token/id_token.h"

namespace hawser::connector {

struct AssertedOf {
  const model::App& app;
  const TrustedIssuer& issuer;
  const token::IdToken& token;  // the person's
  const std::string& user;
  const std::string& session;  // hex
};

// Its signature is for the application to check. An error names the claim that differs.
core::Result<void> check_assertion(std::string_view compact, const AssertedOf& person);

}  // namespace hawser::connector
