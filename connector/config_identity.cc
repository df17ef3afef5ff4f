// SPDX-License-Identifier: Apache-2.0
#include "connector/config_identity.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "config/file.h"
#include "http/folded_name.h"
#include "message/characters.h"
#include "message/field_names.h"
#include "model/durations.h"
#include "tls/context.h"
#include "token/https_url.h"

namespace hawser::connector {
namespace {

using config::MapReader;
using config::Value;
using config::YamlNode;

constexpr size_t entry_limit = 100;
constexpr size_t list_limit = 100;
constexpr size_t field_limit = 32;
constexpr size_t text_limit_bytes = 255;

std::optional<std::string> read_text(const Value& value, std::string_view expected) {
  auto text = value.text(expected);
  if (!text) return std::nullopt;
  const bool plain = std::all_of(text->begin(), text->end(), [](char c) {
    return static_cast<unsigned char>(c) >= 0x20 && c != 0x7f;
  });
  if (plain && text->size() <= text_limit_bytes) return text;
  value.error_found("a text with control characters, or of more than 255 bytes",
                    std::string(expected), "");
  return std::nullopt;
}

void read_issuer(const Value& value, std::string& target) {
  auto text = read_text(value, "an issuer's https:// URL");
  if (!text) return;
  if (const auto url = token::HttpsUrl::parse(*text); !url)
    value.error("an issuer's https:// URL", url.error().reason);
  else if (text->find('?') != std::string::npos)
    value.error("an issuer's https:// URL", "leave out the query");
  else if (const size_t known = text->find("/.well-known/"); known != std::string::npos)
    value.error("an issuer's https:// URL",
                "leave out `" + text->substr(known) + "`: the issuer's description is found there");
  else
    target = std::move(*text);
}

void read_clients(const Value& value, std::vector<std::string>& target) {
  const auto list = value.list();
  if (!list) return;
  if (list->empty() || list->size() > list_limit) return value.error("1 to 100 client ids");
  for (const Value& item : *list)
    if (auto client = read_text(item, "a client's id at the issuer"))
      target.push_back(std::move(*client));
}

std::optional<std::string> read_whole(const Value& value, size_t limit_bytes,
                                      const std::string& expected) {
  const auto path = value.path();
  if (!path) return std::nullopt;
  auto text = config::read_file(*path, limit_bytes);
  if (text.ok()) return std::move(text).value();
  value.error_found(*path + ", which can't be read (" + text.error().reason + ")", expected,
                    "correct the path or the file's mode");
  return std::nullopt;
}

void read_authorities(const Value& value, std::string& target) {
  const std::string expected = "a PEM file of the authorities of the issuer's certificate";
  auto pem = read_whole(value, token::KeySet::limit_bytes, expected);
  if (!pem) return;
  tls::ClientOptions options;
  options.trust_pem = *pem;
  if (const auto context = tls::Context::client(options); context.ok())
    target = std::move(*pem);
  else
    value.error(expected, context.error().reason);
}

void read_pinned(const Value& value, std::shared_ptr<const token::KeySet>& target) {
  const std::string expected = "a file with the issuer's JWK Set";
  const auto text = read_whole(value, token::KeySet::limit_bytes, expected);
  if (!text) return;
  auto keys = token::KeySet::parse(*text);
  if (!keys) return value.error(expected, keys.error().reason);
  if (keys->keys().empty())
    return value.error(expected, "none of its keys can be used: save the issuer's `jwks_uri`");
  target = std::make_shared<const token::KeySet>(std::move(keys).value());
}

void read_origins(const Value& value, std::vector<OriginRule>& target) {
  const auto list = value.list();
  if (!list) return;
  if (list->empty() || list->size() > list_limit)
    return value.error("1 to 100 entries", "write `[any]`, or name what is guarded");
  target.clear();
  for (const Value& item : *list) {
    const auto rule =
        item.parsed<OriginRule>(&OriginRule::parse, "any, a network, an address or a host name");
    if (rule) target.push_back(*rule);
  }
}

bool may_tell(std::string_view name) {
  const http::FoldedName folded(name);
  const auto known = message::find_field_name(folded.text());
  return message::is_token(name) && !folded.text().empty() &&
         name.size() <= http::FoldedName::limit_bytes && !folded.text().starts_with("x-hawser-") &&
         (known == message::FieldName::other || known == message::FieldName::from);
}

void read_identity(const Value& value, std::vector<model::IdentityField>& target) {
  const YamlNode& node = value.node();
  if (node.kind != YamlNode::Kind::map || node.entries.size() > field_limit)
    return value.error("a map of at most 32 fields, each with a claim",
                       "write `{X-Forwarded-User: email}`");
  http::FoldedNames seen(node.entries.size());
  for (const config::YamlEntry& entry : node.entries) {
    const Value claim(entry.value, value.key() + "." + entry.key, value.context());
    if (!may_tell(entry.key) || seen.has(entry.key)) {
      claim.error_found("the field \"" + entry.key + "\"",
                        "a field's name without a meaning of its own, each once",
                        "name one as X-Forwarded-User");
      continue;
    }
    seen.add(entry.key);
    if (auto name = read_text(claim, "the name of a claim, as email"))
      target.push_back({entry.key, std::move(*name), {}});
  }
}

void read_seconds(MapReader& map, std::string_view key, uint64_t least_ms, uint64_t most_ms,
                  uint64_t& target_s) {
  const auto value = map.take(key);
  if (!value) return;
  if (const auto duration = value->duration_ms(least_ms, most_ms, false))
    target_s = *duration / 1000;
}

TrustedIssuer read_entry(const Value& value) {
  TrustedIssuer issuer;
  MapReader map(value);
  if (const auto name =
          map.require("issuer", "an issuer's https:// URL", "issuer: https://login.example"))
    read_issuer(*name, issuer.issuer);
  if (const auto clients = map.require("client_ids", "for which clients its tokens count here",
                                       "client_ids: [hawser]"))
    read_clients(*clients, issuer.client_ids);
  if (const auto ca = map.take_nullable("ca_file")) read_authorities(*ca, issuer.ca_pem);
  if (const auto keys = map.take_nullable("keys_file")) read_pinned(*keys, issuer.pinned);
  read_seconds(map, "max_age", model::minute_ms, 365 * model::day_ms, issuer.max_age_s);
  read_seconds(map, "clock_skew", 1000, 10 * model::minute_ms, issuer.clock_skew_s);
  for (const auto& [key, target] : {std::pair{"user_claim", &issuer.user_claim},
                                    std::pair{"groups_claim", &issuer.groups_claim}}) {
    const auto claim = map.take(key);
    if (!claim) continue;
    if (auto name = read_text(*claim, "the name of a claim")) *target = std::move(*name);
  }
  if (const auto origins = map.take("origins")) read_origins(*origins, issuer.origins);
  if (const auto fields = map.take_nullable("identity")) read_identity(*fields, issuer.identity);
  map.finish();
  return issuer;
}

}  // namespace

void read_verify_identity(MapReader& file, TrustedIssuers& target) {
  const auto value = file.take_nullable("verify_identity");
  if (!value) return;
  const auto list = value->list();
  if (!list) return;
  if (list->size() > entry_limit) return value->error("at most 100 issuers");
  for (const Value& item : *list) target.push_back(read_entry(item));
}

}  // namespace hawser::connector
