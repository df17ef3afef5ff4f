// SPDX-License-Identifier: Apache-2.0
#include "connector/assertion_check.h"

#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <optional>

#include "token/identity_values.h"
#include "token/signed_token.h"

namespace hawser::connector {
namespace {

using nlohmann::json;

// Of the assertion itself, and nothing about the person.
constexpr std::string_view of_the_token[] = {"iss", "iat", "nbf", "exp"};

// The engine tells the time of a sign-in by its own clock.
constexpr int64_t clocks_differ_most_s = 600;

bool is_of_the_token(std::string_view name) {
  return std::find(std::begin(of_the_token), std::end(of_the_token), name) !=
         std::end(of_the_token);
}

bool same_time(const json& value, const std::optional<int64_t>& signed_in_s) {
  if (!signed_in_s || !value.is_number_integer()) return false;
  const int64_t differ_s = value.get<int64_t>() - *signed_in_s;
  return differ_s >= -clocks_differ_most_s && differ_s <= clocks_differ_most_s;
}

}  // namespace

core::Result<void> check_assertion(std::string_view compact, const AssertedOf& person) {
  const auto assertion = token::read_signed_token(compact);
  if (!assertion) return core::Error{"it is none: " + assertion.error().reason};
  const token::Claims& said = assertion->claims;
  const auto values =
      token::identity_values(person.app.identity, person.issuer.groups_claim, person.token.claims);
  token::Claims expected = token::told_claims(person.app.identity, values);
  expected["aud"] = person.app.name;
  expected["sub"] = person.token.subject;
  expected["user"] = person.user;
  expected["sid"] = person.session;
  if (said.contains("acr")) expected["acr"] = person.token.acr;
  if (said.contains("amr")) expected["amr"] = person.token.amr;
  for (const auto& [name, value] : said.items()) {
    if (is_of_the_token(name)) continue;
    if (name == "auth_time") {
      if (!same_time(value, person.token.signed_in_s)) return core::Error{"auth_time"};
      continue;
    }
    const auto right = expected.find(name);
    if (right == expected.end() || *right != value) return core::Error{name};
  }
  for (const char* name : {"aud", "sub", "user", "sid"})
    if (!said.contains(name)) return core::Error{name};
  return {};
}

}  // namespace hawser::connector
