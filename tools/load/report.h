// SPDX-License-Identifier: Apache-2.0
// Report: rows of named numbers, printed as a table for people or as JSON for programs. Owner:
// main. Thread: main.
#pragma once

#include <iosfwd>
#include <string>
#include <utility>
#include <vector>

namespace hawser::load {

using Row = std::vector<std::pair<std::string, double>>;

// Every row has the same names.
void print_table(std::ostream& out, const std::vector<Row>& rows);
// One array of objects.
void print_json(std::ostream& out, const std::vector<Row>& rows);

}  // namespace hawser::load
