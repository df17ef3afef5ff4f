// SPDX-License-Identifier: Apache-2.0
#include "relay/sealed_row.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "control/store.h"
#include "model/json_members.h"

namespace hawser::relay {

constexpr std::string_view row_purpose = "session row";

std::string seal_row(const access::KeyRing& keys, const access::Tokens& tokens) {
  return seal_row(keys, nlohmann::json{{"claims", tokens.id_token.claims},
                                       {"id_token", tokens.id_token_text},
                                       {"refresh_token", tokens.refresh_token}});
}

std::string seal_row(const access::KeyRing& keys, const nlohmann::json& row) {
  return keys.seal(row_purpose, model::write_json(row));
}

std::optional<nlohmann::json> open_row(const access::KeyRing& keys, std::string_view sealed) {
  const auto opened = keys.open(row_purpose, sealed);
  if (!opened) return std::nullopt;
  auto row = model::parse_json_object(*opened, control::store_value_limit_bytes);
  if (!row) return std::nullopt;
  return std::move(row).value();
}

}  // namespace hawser::relay
