// SPDX-License-Identifier: Apache-2.0
// FoldedName: a field's name as a gateway or a framework may see it that makes variables of names
// (CGI, WSGI): without regard to case, every character that is neither letter nor digit as "-",
// without such characters at both ends and without a leading "HTTP-". Two names that fold to one
// can be taken for one another. Owner: who asks. Thread: any.
#pragma once

#include <cstddef>
#include <string_view>

namespace hawser::http {

class FoldedName {
 public:
  explicit FoldedName(std::string_view name);
  // Lower-case, with "-" alone as a separator; cut where it is longer than any name of interest.
  std::string_view text() const { return {text_, size_}; }

 private:
  static constexpr size_t limit_bytes = 48;
  char text_[limit_bytes];
  size_t size_ = 0;
};

}  // namespace hawser::http
