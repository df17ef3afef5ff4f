// SPDX-License-Identifier: Apache-2.0
// What every reader of a configuration file promises: an error names its place, what was found and
// what is expected, in one line; and a line of comment before the file moves the places by one and
// changes nothing else. Owner: nobody (functions). Thread: the harness's.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "config/error.h"
#include "support/check.h"

namespace hawser::fuzz {

inline void check_errors(const config::ConfigErrors& errors, std::string_view text) {
  require(!errors.empty(), "a file that is refused has an error");
  const auto lines = static_cast<int>(std::count(text.begin(), text.end(), '\n') +
                                      std::count(text.begin(), text.end(), '\r') + 1);
  for (const config::ConfigError& error : errors) {
    const std::string shown = error.to_string();
    require(error.at.line > 0 && error.at.line <= lines + 1, "an error has its line", shown);
    require(error.at.column > 0, "an error has its column", shown);
    require(!error.found.empty(), "an error says what was found", shown);
    require(!error.expected.empty(), "an error says what is expected", shown);
    require(std::all_of(shown.begin(), shown.end(),
                        [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != 0x7f; }),
            "an error is one line of plain text", shown);
  }
}

// Planted: an error in the last line is told for the line before it.
inline int line_of(const config::ConfigError& error, size_t index) {
  return planted_fault && index > 0 ? std::max(error.at.line - 1, 1) : error.at.line;
}

// Without the words that name other lines.
inline std::string text_of(const config::ConfigErrors& errors, int lines_before) {
  std::string text;
  for (size_t i = 0; i < errors.size(); ++i) {
    const config::ConfigError& error = errors[i];
    // What a file lacks as a whole is told for its beginning, whatever stands there.
    const bool of_the_file = error.at.line == 1 && error.at.column == 1;
    const bool moved = lines_before > 0 && !of_the_file;
    const int line = moved ? line_of(error, i) - lines_before : error.at.line;
    text += std::to_string(line) + ':' + std::to_string(error.at.column) + ' ' + error.key +
            " found " + error.found + '\n';
  }
  return text;
}

// `read`: text to a Result whose errors are ConfigErrors; `shown`: what was read as text.
template <class Read, class Shown>
void check_config(std::string_view text, Read read, Shown shown) {
  const auto once = read(text);
  if (!once.ok()) check_errors(once.error(), text);
  // Neither a mark of the byte order nor a directive may stand behind a comment.
  if (text.starts_with("\xef\xbb\xbf") || text.starts_with("\xfe\xff") ||
      text.starts_with("\xff\xfe") || text.starts_with('\0') || text.starts_with('%'))
    return;
  const auto again = read("# a line\n" + std::string(text));
  require(once.ok() == again.ok(), "a comment changes no verdict");
  if (!once.ok())
    return require_same(text_of(once.error(), 0), text_of(again.error(), 1), "the same errors");
  require_same(shown(*once), shown(*again), "the same settings");
}

}  // namespace hawser::fuzz
