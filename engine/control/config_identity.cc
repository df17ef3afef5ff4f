// SPDX-License-Identifier: Apache-2.0
#include "control/config_identity.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "control/config_texts.h"
#include "http/folded_name.h"
#include "message/characters.h"
#include "message/field_names.h"

namespace hawser::control {
namespace {

using config::MapReader;
using config::Value;
using config::YamlNode;

constexpr size_t field_limit = 32;  // of one app
constexpr std::string_view claim_expected = "the name of a claim, as email";

// Whole families of names that mean something by themselves, folded.
constexpr std::string_view families[] = {
    "access-control-", "content-",   "if-",           "proxy-",    "sec-",   "x-hawser-",
    "x-original-",     "x-rewrite-", "x-http-method", "x-method-", "accept-"};

// Why no application may be told of a person by this name; "" where it may.
std::string_view fault_of(std::string_view name) {
  if (!message::is_token(name)) return "a field's name of letters, digits and \"-\"";
  const http::FoldedName folded(name);
  const std::string_view text = folded.text();
  if (text.empty()) return "a field's name with letters or digits";
  if (name.size() > http::FoldedName::limit_bytes) return "a field's name of at most 48 bytes";
  const bool of_family =
      text == "proxy" || std::any_of(std::begin(families), std::end(families),
                                     [&](auto family) { return text.starts_with(family); });
  const message::FieldName known = message::find_field_name(text);
  const bool has_meaning = known != message::FieldName::other && known != message::FieldName::from;
  return of_family || has_meaning ? "a field that has no meaning of its own" : std::string_view();
}

bool is_told(std::string_view value) { return value.find(',') == std::string_view::npos; }

bool read_claim(const Value& value, model::IdentityField& target) {
  if (value.node().kind != YamlNode::Kind::map) {
    auto claim = read_text(value, {claim_expected});
    if (claim) target.claim = std::move(*claim);
    return claim.has_value();
  }
  MapReader map(value);
  const auto name = map.require("claim", std::string(claim_expected), "claim: groups");
  const auto values = map.take("values");
  map.finish();
  auto claim = name ? read_text(*name, {claim_expected}) : std::nullopt;
  if (!claim) return false;
  target.claim = std::move(*claim);
  return !values ||
         read_texts(*values, {"a value of this claim, without a comma", &is_told}, target.values);
}

void read_fields(const Value& value, std::vector<model::IdentityField>& target) {
  const YamlNode& node = value.node();
  if (node.kind != YamlNode::Kind::map)
    return value.error("a map of fields, each with a claim", "write `{X-Forwarded-User: email}`");
  if (node.entries.size() > field_limit) return value.error("at most 32 fields");
  std::map<std::string, std::string, std::less<>> seen;  // by the folded name
  for (const config::YamlEntry& entry : node.entries) {
    const Value claim(entry.value, fmt::format("{}.{}", value.key(), entry.key), value.context());
    if (const std::string_view expected = fault_of(entry.key); !expected.empty()) {
      claim.error_found(fmt::format("the field \"{}\"", entry.key), std::string(expected),
                        "name one of its own, as X-Forwarded-User");
      continue;
    }
    const http::FoldedName folded(entry.key);
    const auto [first, is_new] = seen.emplace(folded.text(), entry.key);
    if (!is_new) {
      claim.error_found(fmt::format("{} beside {}", entry.key, first->second),
                        "names that no application takes for one another", "remove one");
      continue;
    }
    model::IdentityField field;
    field.field = entry.key;
    if (read_claim(claim, field)) target.push_back(std::move(field));
  }
}

}  // namespace

std::vector<Value> read_identity(MapReader& map, model::App& app) {
  std::vector<Value> asked;
  const auto identity = map.take_nullable("identity");
  if (identity) read_fields(*identity, app.identity);
  if (identity && !identity->is_empty()) asked.push_back(*identity);
  if (const auto assertion = map.take("assertion")) {
    if (const auto on = assertion->flag()) app.assertion = *on;
    if (app.assertion) asked.push_back(*assertion);
  }
  if (const auto verify = map.take("verify_identity")) {
    if (const auto on = verify->flag()) app.verify_identity = *on;
    if (app.verify_identity) asked.push_back(*verify);
    if (app.verify_identity && map.has("machines")) {
      verify->error_found("`verify_identity: true` beside `machines`", "one of them",
                          "programs bring no ID token: publish another app for them");
    }
  }
  return asked;
}

}  // namespace hawser::control
