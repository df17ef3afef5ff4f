// SPDX-License-Identifier: Apache-2.0
// ConfigError: one thing that is wrong in a configuration file, where, and what to do about it.
// Owner: whoever holds it. Thread: any.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace hawser::config {

// Counted from 1; 0 where the trouble is not at a place inside the file.
struct Location {
  int line = 0;
  int column = 0;
  bool operator==(const Location&) const = default;
};

struct ConfigError {
  std::string file;
  Location at;
  std::string key;       // "apps[1].origins[0].url"; empty for the file as a whole
  std::string found;     // "\"10 s\"", "a list", "an unknown key"
  std::string expected;  // "a duration from 10ms to 1h"
  std::string remedy;    // "write `10s`", "did you mean `host`?"; may be empty

  // file:line:column: key: found …, expected …; remedy
  std::string to_string() const;
};

using ConfigErrors = std::vector<ConfigError>;

// More than that of one file is only counted: a wrong file shouldn't fill a terminal or the log.
inline constexpr size_t errors_shown_limit = 100;

// One line each, in the file's order, and a last line that counts them.
std::string render(ConfigErrors errors);

}  // namespace hawser::config
