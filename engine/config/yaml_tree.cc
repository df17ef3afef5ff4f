// SPDX-License-Identifier: Apache-2.0
#include "config/yaml_tree.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <sstream>
#include <utility>

#include "config/yaml_builder.h"

namespace hawser::config {
namespace {

constexpr size_t shown_limit = 60;

Location location_of_byte(std::string_view text, size_t index) {
  const std::string_view before = text.substr(0, index);
  const auto lines = std::count(before.begin(), before.end(), '\n');
  const size_t line_begin = before.rfind('\n') + 1;  // npos + 1 is 0
  return {static_cast<int>(lines) + 1, static_cast<int>(index - line_begin) + 1};
}

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

// How many bytes of UTF-8 text begin here; 0 where it is none, or a control character.
size_t text_bytes_at(std::string_view text, size_t index) {
  const auto first = static_cast<unsigned char>(text[index]);
  if (first < 0x80) {
    const bool allowed = first == '\t' || first == '\n' || first == '\r';
    return (first >= 0x20 && first != 0x7f) || allowed ? 1 : 0;
  }
  const size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || index + length > text.size()) return 0;
  for (size_t i = 1; i < length; ++i) {
    if (!is_continuation(text[index + i])) return 0;
  }
  const auto second = static_cast<unsigned char>(text[index + 1]);
  const bool is_overlong = (first == 0xe0 && second < 0xa0) || (first == 0xf0 && second < 0x90);
  const bool is_no_scalar = (first == 0xed && second >= 0xa0) || (first == 0xf4 && second >= 0x90);
  return is_overlong || is_no_scalar ? 0 : length;
}

bool check_bytes(std::string_view text, const std::string& file, ConfigErrors& errors) {
  if (text.size() > yaml_file_limit_bytes) {
    errors.push_back({file, {}, "", "more than 8 MiB", "a configuration file", ""});
    return false;
  }
  for (size_t i = 0; i < text.size();) {
    const size_t length = text_bytes_at(text, i);
    if (length == 0) {
      errors.push_back({file, location_of_byte(text, i), "", "a byte that is no text",
                        "UTF-8 without control characters", "save the file as UTF-8 text"});
      return false;
    }
    i += length;
  }
  return true;
}

std::string_view line_at(std::string_view text, int line) {
  size_t begin = 0;
  for (; line > 1 && begin != text.npos; --line) {
    const size_t end = text.find('\n', begin);
    begin = end == text.npos ? text.npos : end + 1;
  }
  if (begin == text.npos) return {};
  return text.substr(begin, text.find('\n', begin) - begin);
}

ConfigError syntax_error(std::string_view text, const std::string& file, const YAML::Exception& e) {
  Location at;
  if (!e.mark.is_null()) at = {e.mark.line + 1, e.mark.column + 1};
  std::string remedy = "check the indentation, quotes and brackets up to here";
  if (line_at(text, at.line).find("[::") != std::string_view::npos) {
    remedy = "an IPv6 address needs quotes: \"[::]:8443\"";
  } else if (line_at(text, at.line).find('\t') != std::string_view::npos) {
    remedy = "indent with spaces, not with tabs";
  }
  return {file, at, "", "what YAML does not allow (" + e.msg + ")", "well-formed YAML", remedy};
}

}  // namespace

std::optional<YamlNode> parse_yaml(std::string_view text, const std::string& file,
                                   ConfigErrors& errors) {
  if (!check_bytes(text, file, errors)) return std::nullopt;
  YamlBuilder builder(file, errors);
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const StopReading&) {
    return std::nullopt;
  } catch (const YAML::Exception& e) {
    errors.push_back(syntax_error(text, file, e));
    return std::nullopt;
  }
  YamlNode root = builder.take_root();
  if (root.kind == YamlNode::Kind::null) {
    root.kind = YamlNode::Kind::map;
    root.at = {1, 1};
  }
  return root;
}

std::string describe(const YamlNode& node) {
  switch (node.kind) {
    case YamlNode::Kind::list:
      return node.items.empty() ? "an empty list" : "a list";
    case YamlNode::Kind::map:
      return node.entries.empty() ? "an empty map" : "a map";
    case YamlNode::Kind::scalar:
      break;
    case YamlNode::Kind::null:
    case YamlNode::Kind::refused:
      return "nothing";
  }
  std::string shown = "\"";
  for (const char c : node.text) {
    if (shown.size() > shown_limit && !is_continuation(c)) return shown + "…\"";
    shown += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  }
  return shown + '"';
}

}  // namespace hawser::config
