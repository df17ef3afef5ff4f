// SPDX-License-Identifier: Apache-2.0
// FoldedName: a field's name as a gateway or a framework may see it that makes variables of names
// (CGI, WSGI): without regard to case, every character that is neither letter nor digit as "-",
// without such characters at both ends and without a leading "HTTP-". Two names that fold to one
// can be taken for one another. Owner: who asks. Thread: any.
#pragma once

#include <bitset>
#include <cstddef>
#include <string_view>
#include <vector>

#include "message/fields.h"

namespace hawser::http {

class FoldedName {
 public:
  static constexpr size_t limit_bytes = 48;

  explicit FoldedName(std::string_view name);
  // Lower-case, with "-" alone as a separator; cut where it is longer than any name of interest.
  std::string_view text() const { return {text_, size_}; }

 private:
  char text_[limit_bytes];
  size_t size_ = 0;
};

// Names that are ours to set: no other that could be taken for one of them may stand beside.
class FoldedNames {
 public:
  FoldedNames() = default;
  explicit FoldedNames(size_t expected) { names_.reserve(expected); }
  void add(std::string_view name);
  bool has(std::string_view name) const;
  void remove_from(message::Fields& fields) const;

 private:
  std::vector<FoldedName> names_;
  std::bitset<256> first_octets_;  // that a name may begin with which folds to one of them
};

}  // namespace hawser::http
