// SPDX-License-Identifier: Apache-2.0
#include "message/path_prefix.h"

#include <algorithm>

namespace hawser::message {
namespace {

bool covers_without_parameters(std::string_view prefix, std::string_view path) {
  size_t same = 0;  // of the prefix
  for (size_t i = 0; i < path.size() && same < prefix.size();) {
    if (path[i] == ';') {
      i = std::min(path.find('/', i), path.size());
      // Nothing but parameters between two slashes: those who cut them off make one of the two.
      if (i < path.size() && same > 0 && prefix[same - 1] == '/') ++i;
    } else if (path[i++] != prefix[same++]) {
      return false;
    }
  }
  return same + 1 >= prefix.size();
}

}  // namespace

bool covers(std::string_view prefix, std::string_view path) {
  if (path.starts_with(prefix)) return true;
  if (path == "*") return prefix == "/";  // OPTIONS for the whole server
  return path.size() + 1 == prefix.size() && prefix.starts_with(path);
}

bool covers_but_for_parameters(std::string_view prefix, std::string_view path) {
  return path.find(';') != std::string_view::npos && !covers(prefix, path) &&
         covers_without_parameters(prefix, path);
}

}  // namespace hawser::message
