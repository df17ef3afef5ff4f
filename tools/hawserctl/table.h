// SPDX-License-Identifier: Apache-2.0
// Table: rows in aligned columns for people, and times and sizes as they read best.
// Owner: the command that prints. Thread: main.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace hawser::ctl {

class Table {
 public:
  explicit Table(std::vector<std::string> headings) { rows_.push_back(std::move(headings)); }
  // As many cells as headings.
  void add(std::vector<std::string> cells);
  bool empty() const { return rows_.size() == 1; }
  std::string to_string() const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

// What came from elsewhere may hold anything: no control character reaches the terminal.
std::string printable(std::string_view text);

// "in 59 minutes", "3 days ago", "now".
std::string relative_time(int64_t when_ms, int64_t now_ms);
std::string span_of(int64_t ms);            // "59 minutes"
std::string readable_size(uint64_t bytes);  // "1.5 MiB"
std::string with_thousands(uint64_t number);
std::string counted(uint64_t number, std::string_view noun);  // "1 channel", "2 channels"

}  // namespace hawser::ctl
