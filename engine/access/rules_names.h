// SPDX-License-Identifier: Apache-2.0
// RuleNames: the groups and the values of claims that some rule of an app names, in one order, so
// that what the rules have to know of a person is one bit for each. A session cookie keeps those
// bits alone, with the digest of the names that they stand for. Owner: Rules. Thread: any,
// immutable once made.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "model/access_rule.h"
#include "token/claims.h"

namespace hawser::access {

// Which of the names are a person's.
class PersonMarks {
 public:
  static constexpr size_t limit = model::rule_names_limit;

  void set(size_t bit) { words_[bit / 64] |= uint64_t{1} << (bit % 64); }
  bool has(size_t bit) const { return ((words_[bit / 64] >> (bit % 64)) & 1) != 0; }
  uint64_t word(size_t index) const { return words_[index]; }

  // One byte for eight of `names`, as many as there are; read back for the same names alone.
  std::string to_bytes(size_t names) const;
  static core::Result<PersonMarks> from_bytes(std::string_view bytes, size_t names);

  bool operator==(const PersonMarks&) const = default;

 private:
  std::array<uint64_t, limit / 64> words_{};
};

class RuleNames {
 public:
  struct ClaimValue {
    std::string claim;
    std::string value;
    auto operator<=>(const ClaimValue&) const = default;
  };

  explicit RuleNames(const std::vector<model::AccessRule>& rules);

  const std::vector<std::string>& groups_in_use() const { return groups_; }
  const std::vector<ClaimValue>& claims_in_use() const { return claims_; }  // by claim, then value
  size_t size() const { return groups_.size() + claims_.size(); }
  // Changes with the set of names, and with nothing else: marks are of no use under another one.
  uint64_t digest() const { return digest_; }

  // The bit of a name; size() where no rule uses it.
  size_t bit_of_group(std::string_view group) const;
  size_t bit_of_claim(std::string_view claim, std::string_view value) const;

  PersonMarks marks_of(std::span<const std::string> groups,
                       std::span<const model::ClaimValues> claims) const;
  // `claims`: of an ID token or the like. A claim may be a text, a number, a truth value (each as
  // JSON writes it) or a list of those; anything else has no value that a rule could name.
  PersonMarks marks_of(std::span<const std::string> groups, const token::Claims& claims) const;

 private:
  void mark_groups(std::span<const std::string> groups, PersonMarks& marks) const;
  uint64_t make_digest() const;

  std::vector<std::string> groups_;  // sorted, distinct
  std::vector<ClaimValue> claims_;   // sorted, distinct; their bits follow the groups'
  uint64_t digest_ = 0;
};

}  // namespace hawser::access
