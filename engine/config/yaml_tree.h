// SPDX-License-Identifier: Apache-2.0
// YamlTree: a YAML document as plain nodes that know where they stand. What would make a file mean
// two things is an error here: a key given twice, a second document, anchors, aliases and tags (so
// that no document unfolds to more than it is), bytes that aren't text.
// Owner: the parse call. Thread: any.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/error.h"

namespace hawser::config {

struct YamlEntry;

struct YamlNode {
  // refused: an error has been told already, so nobody need tell another.
  enum class Kind { null, scalar, list, map, refused };
  Kind kind = Kind::null;
  Location at;
  std::string text;     // of a scalar
  bool quoted = false;  // a quoted scalar is always text, never a number or a truth value
  std::vector<YamlNode> items;
  std::vector<YamlEntry> entries;  // in the file's order, keys distinct
};

struct YamlEntry {
  std::string key;
  Location at;
  YamlNode value;
};

inline constexpr size_t yaml_file_limit_bytes = size_t{8} * 1024 * 1024;
inline constexpr size_t yaml_node_limit = 100'000;
inline constexpr size_t yaml_depth_limit = 16;

// The document's root; what is wrong is added to `errors` with `file` as its name. None when the
// text is no YAML or passes a limit. An empty document is a map without entries.
std::optional<YamlNode> parse_yaml(std::string_view text, const std::string& file,
                                   ConfigErrors& errors);

// "a list", "a map", "\"text\"", "nothing": for the `found` of an error.
std::string describe(const YamlNode& node);

}  // namespace hawser::config
