// SPDX-License-Identifier: Apache-2.0
// TextMap: a hash map with strings for keys, which is asked with views of them.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace hawser::core {

struct TextHash {
  using is_transparent = void;  // NOLINT(readability-identifier-naming): the standard's name
  size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};

template <class Value>
using TextMap = std::unordered_map<std::string, Value, TextHash, std::equal_to<>>;

}  // namespace hawser::core
