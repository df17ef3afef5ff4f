// SPDX-License-Identifier: Apache-2.0
#include "connector/response_rewrite.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

#include "message/characters.h"

namespace hawser::connector {

using message::equals_ignoring_case;
using message::FieldName;
using message::trim_blanks;

namespace {

using Rewritten = std::optional<std::string>;

// Where the URL of a Refresh field stands: "5; url=URL", quoted or not, or "5; URL" alone, as
// browsers read it.
std::string_view refresh_url(std::string_view value) {
  const size_t delimiter = value.find_first_of(";,");
  if (delimiter == std::string_view::npos) return {};
  std::string_view rest = trim_blanks(value.substr(delimiter + 1));
  if (rest.size() >= 3 && equals_ignoring_case(rest.substr(0, 3), "url")) {
    const std::string_view behind = trim_blanks(rest.substr(3));
    if (behind.starts_with('=')) rest = trim_blanks(behind.substr(1));
  }
  if (!rest.empty() && (rest.front() == '"' || rest.front() == '\'')) {
    const char quote = rest.front();
    rest.remove_prefix(1);
    rest = rest.substr(0, rest.find(quote));
  }
  return rest;
}

Rewritten rewrite_refresh(std::string_view value, const NameTranslation& names) {
  const std::string_view url = refresh_url(value);
  if (url.empty()) return std::nullopt;
  const Rewritten translated = names.to_public(url);
  if (!translated) return std::nullopt;
  const auto at = static_cast<size_t>(url.data() - value.data());
  std::string out(value.substr(0, at));
  out += *translated;
  out += value.substr(at + url.size());
  return out;
}

Rewritten rewrite_attribute(std::string_view name, std::string_view value,
                            const NameTranslation& names) {
  if (equals_ignoring_case(name, "domain")) return names.public_cookie_domain(value);
  if (equals_ignoring_case(name, "path")) return names.public_cookie_path(value);
  return std::nullopt;
}

// Browsers take a cookie of this name only with `Path=/` and without a Domain.
bool is_host_cookie(std::string_view cookie) {
  constexpr std::string_view prefix = "__host-";
  cookie = trim_blanks(cookie);
  return cookie.size() >= prefix.size() &&
         equals_ignoring_case(cookie.substr(0, prefix.size()), prefix);
}

Rewritten rewrite_cookie(std::string_view cookie, const NameTranslation& names) {
  if (is_host_cookie(cookie)) return std::nullopt;
  bool changed = false;
  size_t at = std::min(cookie.find(';'), cookie.size());
  std::string out(cookie.substr(0, at));
  while (at < cookie.size()) {
    const size_t end = std::min(cookie.find(';', at + 1), cookie.size());
    const std::string_view attribute = cookie.substr(at, end - at);  // with its ";"
    const size_t equals = std::min(attribute.find('='), attribute.size());
    Rewritten value;
    if (equals < attribute.size()) {
      value = rewrite_attribute(trim_blanks(attribute.substr(1, equals - 1)),
                                trim_blanks(attribute.substr(equals + 1)), names);
    }
    out += value ? attribute.substr(0, equals + 1) : attribute;
    if (value) out += *value;
    changed = changed || value.has_value();
    at = end;
  }
  if (!changed) return std::nullopt;
  return out;
}

Rewritten rewrite_field(const message::FieldView& field, const NameTranslation& names) {
  switch (field.id) {
    case FieldName::location:
    case FieldName::content_location:
      return names.to_public(field.value);
    case FieldName::access_control_allow_origin:
      return names.to_public_origin(field.value);
    case FieldName::refresh:
      return rewrite_refresh(field.value, names);
    case FieldName::set_cookie:
      return rewrite_cookie(field.value, names);
    default:
      return std::nullopt;
  }
}

}  // namespace

void rewrite_response_names(message::Fields& fields, const NameTranslation& names) {
  for (size_t i = 0; i < fields.size(); ++i) {
    if (const Rewritten value = rewrite_field(fields.at(i), names)) fields.set_value(i, *value);
  }
}

void rewrite_request_names(message::Fields& fields, const NameTranslation& names) {
  for (size_t i = 0; i < fields.size(); ++i) {
    const message::FieldView field = fields.at(i);
    if (field.id != FieldName::origin && field.id != FieldName::referer) continue;
    if (const Rewritten value = names.to_internal(field.value)) fields.set_value(i, *value);
  }
}

void rewrite_destination(message::Fields& fields, const NameTranslation& names) {
  for (size_t i = 0; i < fields.size(); ++i) {
    const message::FieldView field = fields.at(i);
    if (field.id != FieldName::destination) continue;
    if (const Rewritten value = names.to_destination(field.value)) fields.set_value(i, *value);
  }
}

}  // namespace hawser::connector
