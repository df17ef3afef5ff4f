// SPDX-License-Identifier: Apache-2.0
#include "table.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>

namespace hawser::ctl {
namespace {

constexpr std::string_view gap = "  ";

// Characters, not bytes: UTF-8's continuation bytes take no place.
size_t width_of(std::string_view text) {
  return static_cast<size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<uint8_t>(c) & 0xc0) != 0x80; }));
}

bool is_c1(std::string_view text, size_t at) {
  return static_cast<uint8_t>(text[at]) == 0xc2 && at + 1 < text.size() &&
         static_cast<uint8_t>(text[at + 1]) < 0xa0;
}

}  // namespace

std::string printable(std::string_view text) {
  std::string shown;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<uint8_t>(text[i]);
    if (byte < 0x20 || byte == 0x7f) {
      shown += '?';
    } else if (is_c1(text, i)) {
      shown += '?';
      ++i;
    } else {
      shown += text[i];
    }
  }
  return shown;
}

void Table::add(std::vector<std::string> cells) {
  for (std::string& cell : cells) cell = printable(cell);
  rows_.push_back(std::move(cells));
}

std::string Table::to_string() const {
  std::vector<size_t> widths(rows_.front().size(), 0);
  for (const auto& row : rows_) {
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width_of(row[i]));
  }
  std::string text;
  for (const auto& row : rows_) {
    for (size_t i = 0; i < row.size(); ++i) {
      text += row[i];
      if (i + 1 == row.size()) break;  // no blanks at a line's end
      text.append(widths[i] - width_of(row[i]), ' ');
      text += gap;
    }
    text += '\n';
  }
  return text;
}

std::string span_of(int64_t ms) {
  struct Unit {
    int64_t ms;
    const char* name;
  };
  constexpr std::array<Unit, 4> units{{{24ll * 60 * 60 * 1000, "day"},
                                       {60ll * 60 * 1000, "hour"},
                                       {60'000, "minute"},
                                       {1000, "second"}}};
  for (const Unit& unit : units) {
    // From two on in the larger unit, so that at least that much precision is left.
    if (ms < 2 * unit.ms && unit.ms != 1000) continue;
    return counted(static_cast<uint64_t>((ms + unit.ms / 2) / unit.ms), unit.name);
  }
  return "";
}

std::string relative_time(int64_t when_ms, int64_t now_ms) {
  const int64_t away_ms = when_ms - now_ms;
  if (std::llabs(away_ms) < 1000) return "now";
  return away_ms > 0 ? "in " + span_of(away_ms) : span_of(-away_ms) + " ago";
}

std::string readable_size(uint64_t bytes) {
  constexpr std::array<const char*, 5> units{"bytes", "KiB", "MiB", "GiB", "TiB"};
  double value = static_cast<double>(bytes);
  size_t unit = 0;
  for (; value >= 1024 && unit + 1 < units.size(); ++unit) value /= 1024;
  char text[32];
  std::snprintf(text, sizeof(text), unit == 0 || value >= 100 ? "%.0f %s" : "%.1f %s", value,
                units[unit]);
  return text;
}

std::string with_thousands(uint64_t number) {
  std::string text = std::to_string(number);
  for (size_t at = text.size(); at > 3; at -= 3) text.insert(at - 3, ",");
  return text;
}

std::string counted(uint64_t number, std::string_view noun) {
  return with_thousands(number) + " " + std::string(noun) + (number == 1 ? "" : "s");
}

}  // namespace hawser::ctl
