// SPDX-License-Identifier: Apache-2.0
// Problem: what a program is told instead of a page, as application/problem+json (RFC 9457). Owner:
// nobody. Thread: any.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hawser::access {

inline constexpr std::string_view problem_type = "application/problem+json";

struct Problem {
  int status = 0;
  std::string_view title;
  std::string_view detail;
  std::string_view reason;                                          // its name
  std::vector<std::pair<std::string_view, std::string_view>> more;  // members of this kind alone
};

std::string json_of(const Problem& problem, std::string_view request_id);

}  // namespace hawser::access
