// SPDX-License-Identifier: Apache-2.0
#include "config/error.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace hawser::config {

namespace {

// A file may hold anything: what is shown of it stays one line, and no terminal obeys it.
std::string without_controls(const std::string& text) {
  std::string out;
  for (const char c : text) {
    const auto octet = static_cast<unsigned char>(c);
    if (octet < 0x20 || octet == 0x7f) {
      out += fmt::format("\\x{:02x}", octet);
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace

std::string ConfigError::to_string() const {
  std::string line = file;
  if (at.line > 0) line += fmt::format(":{}:{}", at.line, at.column);
  line += ": ";
  if (!key.empty()) line += key + ": ";
  line += "found " + found;
  if (!expected.empty()) line += ", expected " + expected;
  if (!remedy.empty()) line += "; " + remedy;
  return without_controls(line);
}

std::string render(ConfigErrors errors) {
  std::stable_sort(errors.begin(), errors.end(), [](const ConfigError& a, const ConfigError& b) {
    return std::tie(a.at.line, a.at.column) < std::tie(b.at.line, b.at.column);
  });
  std::string text;
  for (size_t i = 0; i < std::min(errors.size(), errors_shown_limit); ++i) {
    text += errors[i].to_string() + '\n';
  }
  text += fmt::format("{} {}\n", errors.size(), errors.size() == 1 ? "error" : "errors");
  return text;
}

}  // namespace hawser::config
