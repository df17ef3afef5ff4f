// SPDX-License-Identifier: Apache-2.0
#include "model/quantity.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <span>

namespace hawser::model {
namespace {

struct Unit {
  std::string_view name;
  uint64_t factor;
  std::string_view look_alikes;  // lower case, each between spaces: what people write for it
};

constexpr Unit duration_units[] = {
    {"ms", 1, " ms msec millis milliseconds "},
    {"s", 1000, " s sec secs second seconds "},
    {"m", 60'000, " m min mins minute minutes "},
    {"h", 3'600'000, " h hr hrs hour hours "},
    {"d", 86'400'000, " d day days "},
};
constexpr Unit size_units[] = {
    {"K", uint64_t{1} << 10, " k kb kib "},
    {"M", uint64_t{1} << 20, " m mb mib "},
    {"G", uint64_t{1} << 30, " g gb gib "},
    {"T", uint64_t{1} << 40, " t tb tib "},
};

std::string simplified_unit(std::string_view unit) {
  std::string simple;
  for (const char c : unit) {
    if (c == ' ') continue;
    simple += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return simple;
}

core::Error advice(std::string_view digits, std::string_view unit, std::span<const Unit> units,
                   std::string_view unit_names) {
  if (digits.empty()) return {"begin with a whole number, then one of " + std::string(unit_names)};
  if (unit.empty()) return {"add a unit: " + std::string(unit_names)};
  if (unit.front() == '.' || unit.front() == ',') return {"use a whole number and a smaller unit"};
  const std::string simple = simplified_unit(unit);
  for (const Unit& known : units) {
    if (known.look_alikes.find(' ' + simple + ' ') != std::string_view::npos) {
      return {"write `" + std::string(digits) + std::string(known.name) + "`"};
    }
  }
  return {"use one number and one unit: " + std::string(unit_names)};
}

core::Result<uint64_t> parse(std::string_view text, std::span<const Unit> units,
                             std::string_view unit_names) {
  const auto after =
      std::find_if_not(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  const auto digit_count = static_cast<size_t>(after - text.begin());
  const std::string_view digits = text.substr(0, digit_count);
  const std::string_view unit = text.substr(digit_count);
  const auto known =
      std::find_if(units.begin(), units.end(), [&](const Unit& u) { return u.name == unit; });
  if (digits.empty() || known == units.end()) return advice(digits, unit, units, unit_names);
  uint64_t number = 0;
  const auto [end, code] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (code != std::errc{} || number > std::numeric_limits<uint64_t>::max() / known->factor) {
    return core::Error{"the number is too large"};
  }
  return number * known->factor;
}

std::string format(uint64_t value, std::span<const Unit> units, std::string_view plain_unit) {
  for (auto unit = units.rbegin(); unit != units.rend(); ++unit) {
    if (value != 0 && value % unit->factor == 0) {
      return std::to_string(value / unit->factor) + std::string(unit->name);
    }
  }
  return std::to_string(value) + std::string(plain_unit);
}

}  // namespace

core::Result<uint64_t> parse_duration_ms(std::string_view text) {
  return parse(text, duration_units, "ms, s, m, h or d");
}

core::Result<uint64_t> parse_size_bytes(std::string_view text) {
  return parse(text, size_units, "K, M, G or T");
}

std::string format_duration(uint64_t duration_ms) {
  return format(duration_ms, duration_units, "ms");
}

std::string format_size(uint64_t size_bytes) { return format(size_bytes, size_units, " bytes"); }

}  // namespace hawser::model
