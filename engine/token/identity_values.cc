// SPDX-License-Identifier: Apache-2.0
#include "token/identity_values.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

namespace hawser::token {
namespace {

constexpr std::string_view between = ",";

bool has_control_character(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f;
  });
}

// Blanks at the ends of a field's value are no part of it (RFC 9110 5.5).
std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

// "" for what no field could tell.
std::string scalar_text(const Claims& value) {
  std::string text;
  if (value.is_string()) text = value.get_ref<const std::string&>();
  if (value.is_boolean() || value.is_number()) text = value.dump();
  if (has_control_character(text)) return {};
  return std::string(trimmed(text));
}

class ListText {
 public:
  explicit ListText(const std::vector<std::string>& wanted) : wanted_(wanted) {}
  void add(const Claims& member) {
    const std::string text = scalar_text(member);
    const bool told =
        wanted_.empty() || std::find(wanted_.begin(), wanted_.end(), text) != wanted_.end();
    if (text.empty() || !told || text.find(between) != std::string::npos) return;
    if (!text_.empty()) text_ += between;
    text_ += text;
  }
  std::string text() && { return std::move(text_); }

 private:
  const std::vector<std::string>& wanted_;
  std::string text_;
};

std::string value_of(const model::IdentityField& field, std::string_view list_claim,
                     const Claims& claims) {
  const auto found = claims.find(field.claim);
  if (found == claims.end()) return {};
  const bool is_list = found->is_array() || !field.values.empty() || field.claim == list_claim;
  if (!is_list) return scalar_text(*found);
  ListText list(field.values);
  if (found->is_array()) {
    for (const Claims& member : *found) list.add(member);
  } else {
    list.add(*found);
  }
  return std::move(list).text();
}

// Several fields may tell of one claim, each another part of it.
std::string joined_parts(const std::string& before, const std::string& more) {
  if (before.empty() || before == more) return more;
  std::string all = before;
  std::string_view rest = more;
  const auto has = [&](std::string_view part) {
    return ("," + all + ",").find("," + std::string(part) + ",") != std::string::npos;
  };
  while (!rest.empty()) {
    const size_t end = std::min(rest.find(','), rest.size());
    const std::string_view part = rest.substr(0, end);
    if (!has(part)) all.append(",").append(part);
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return all;
}

void append_part(std::string& text, std::string_view part) {
  text += std::to_string(part.size());
  text += ':';
  text += part;
}

}  // namespace

std::vector<std::string> identity_values(const std::vector<model::IdentityField>& fields,
                                         std::string_view list_claim, const Claims& claims) {
  std::vector<std::string> values;
  values.reserve(fields.size());
  for (const model::IdentityField& field : fields)
    values.push_back(claims.is_object() ? value_of(field, list_claim, claims) : std::string());
  return values;
}

std::vector<std::string> claims_told(const std::vector<model::IdentityField>& fields,
                                     const std::vector<std::string>& values) {
  std::vector<std::string> told;
  if (fields.size() != values.size()) return told;
  told.reserve(2 * fields.size());
  for (size_t i = 0; i < fields.size(); ++i) {
    told.push_back(fields[i].claim);
    told.push_back(values[i]);
  }
  return told;
}

Claims told_claims(const std::vector<model::IdentityField>& fields,
                   const std::vector<std::string>& values) {
  Claims told = Claims::object();
  if (fields.size() != values.size()) return told;
  for (size_t i = 0; i < fields.size(); ++i) {
    if (values[i].empty()) continue;
    const std::string before = told.value(fields[i].claim, "");
    told[fields[i].claim] = joined_parts(before, values[i]);
  }
  return told;
}

std::string identity_text(const std::vector<model::IdentityField>& fields) {
  std::string text;
  for (const model::IdentityField& field : fields) {
    append_part(text, field.field);
    append_part(text, field.claim);
    for (const std::string& value : field.values) append_part(text, value);
    text += '\n';
  }
  return text;
}

bool is_email_unverified(const Claims& claims) {
  const auto verified = claims.find("email_verified");
  return verified != claims.end() && *verified != true && *verified != "true";
}

}  // namespace hawser::token
