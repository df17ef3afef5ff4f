// SPDX-License-Identifier: Apache-2.0
#include "report.h"

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <nlohmann/json.hpp>
#include <ostream>

namespace hawser::load {

namespace {

constexpr int least_width = 10;

int width_of(const std::string& name) {
  return std::max<int>(least_width, static_cast<int>(name.size()));
}

}  // namespace

void print_table(std::ostream& out, const std::vector<Row>& rows) {
  if (rows.empty()) return;
  for (const auto& [name, value] : rows.front()) out << std::setw(width_of(name) + 2) << name;
  out << '\n';
  for (const Row& row : rows) {
    for (const auto& [name, value] : row) {
      out << std::fixed << std::setprecision(value == std::floor(value) ? 0 : 2)
          << std::setw(width_of(name) + 2) << value;
    }
    out << '\n';
  }
}

void print_json(std::ostream& out, const std::vector<Row>& rows) {
  nlohmann::ordered_json all = nlohmann::ordered_json::array();
  for (const Row& row : rows) {
    nlohmann::ordered_json object;
    for (const auto& [name, value] : row) object[name] = value;
    all.push_back(std::move(object));
  }
  out << all.dump(1) << '\n';
}

}  // namespace hawser::load
