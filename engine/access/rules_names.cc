// SPDX-License-Identifier: Apache-2.0
#include "access/rules_names.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <tuple>

#include "tls/digest.h"

namespace hawser::access {
namespace {

// Names can hold any character, so each goes into the digest behind its length.
void append_name(std::string& text, std::string_view name) {
  text += std::to_string(name.size());
  text += ':';
  text += name;
}

std::optional<std::string> text_of(const token::Claims& value) {
  if (value.is_string()) return value.get_ref<const std::string&>();
  if (value.is_boolean() || value.is_number()) return value.dump();
  return std::nullopt;
}

}  // namespace

std::string PersonMarks::to_bytes(size_t names) const {
  std::string bytes((names + 7) / 8, '\0');
  for (size_t i = 0; i < bytes.size(); ++i)
    bytes[i] = static_cast<char>(static_cast<uint8_t>(words_[i / 8] >> (i % 8 * 8)));
  return bytes;
}

core::Result<PersonMarks> PersonMarks::from_bytes(std::string_view bytes, size_t names) {
  if (names > limit || bytes.size() != (names + 7) / 8)
    return core::Error{"marks of another number of names"};
  PersonMarks marks;
  for (size_t i = 0; i < bytes.size(); ++i)
    marks.words_[i / 8] |= uint64_t{static_cast<uint8_t>(bytes[i])} << (i % 8 * 8);
  for (size_t bit = names; bit < bytes.size() * 8; ++bit)
    if (marks.has(bit)) return core::Error{"a mark behind the last name"};
  return marks;
}

RuleNames::RuleNames(const std::vector<model::AccessRule>& rules) {
  std::set<std::string> groups;
  std::set<ClaimValue> claims;
  for (const model::AccessRule& rule : rules) {
    groups.insert(rule.who.groups.begin(), rule.who.groups.end());
    for (const model::ClaimValues& claim : rule.who.claims)
      for (const std::string& value : claim.values) claims.insert({claim.claim, value});
  }
  // The configuration's reader keeps to the limit; names beyond it are nobody's.
  for (const std::string& group : groups)
    if (size() < PersonMarks::limit) groups_.push_back(group);
  for (const ClaimValue& claim : claims)
    if (size() < PersonMarks::limit) claims_.push_back(claim);
  digest_ = make_digest();
}

uint64_t RuleNames::make_digest() const {
  std::string text;
  for (const std::string& group : groups_) append_name(text, group);
  text += '\n';
  for (const ClaimValue& claim : claims_) {
    append_name(text, claim.claim);
    append_name(text, claim.value);
  }
  const auto hash = tls::sha256(text);
  uint64_t digest = 0;
  for (size_t i = 0; i < sizeof digest; ++i) digest = digest << 8 | hash[i];
  return digest;
}

size_t RuleNames::bit_of_group(std::string_view group) const {
  const auto found = std::lower_bound(groups_.begin(), groups_.end(), group);
  if (found == groups_.end() || *found != group) return size();
  return static_cast<size_t>(found - groups_.begin());
}

size_t RuleNames::bit_of_claim(std::string_view claim, std::string_view value) const {
  const auto key = std::tie(claim, value);
  const auto found =
      std::lower_bound(claims_.begin(), claims_.end(), key, [](const ClaimValue& a, const auto& b) {
        return std::tuple<std::string_view, std::string_view>(a.claim, a.value) < b;
      });
  if (found == claims_.end() || found->claim != claim || found->value != value) return size();
  return groups_.size() + static_cast<size_t>(found - claims_.begin());
}

void RuleNames::mark_groups(std::span<const std::string> groups, PersonMarks& marks) const {
  for (const std::string& group : groups) {
    const size_t bit = bit_of_group(group);
    if (bit != size()) marks.set(bit);
  }
}

PersonMarks RuleNames::marks_of(std::span<const std::string> groups,
                                std::span<const model::ClaimValues> claims) const {
  PersonMarks marks;
  mark_groups(groups, marks);
  for (const model::ClaimValues& claim : claims) {
    for (const std::string& value : claim.values) {
      const size_t bit = bit_of_claim(claim.claim, value);
      if (bit != size()) marks.set(bit);
    }
  }
  return marks;
}

PersonMarks RuleNames::marks_of(std::span<const std::string> groups,
                                const token::Claims& claims) const {
  PersonMarks marks;
  mark_groups(groups, marks);
  if (!claims.is_object()) return marks;
  for (size_t i = 0; i < claims_.size(); ++i) {
    const auto found = claims.find(claims_[i].claim);
    if (found == claims.end()) continue;
    const auto is_value = [&](const token::Claims& value) {
      return text_of(value) == claims_[i].value;
    };
    const bool has =
        found->is_array() ? std::any_of(found->begin(), found->end(), is_value) : is_value(*found);
    if (has) marks.set(groups_.size() + i);
  }
  return marks;
}

}  // namespace hawser::access
