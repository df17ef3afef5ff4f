// SPDX-License-Identifier: Apache-2.0
// Writes files in MaxMind's format 2.0 (https://maxmind.github.io/MaxMind-DB/). Owner: the test.
// Thread: any.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace hawser::test {

struct CountryDb {
  std::vector<std::pair<std::string, std::string>> networks;  // "192.0.2.0/24", "AT"
  bool by_maxmind = true;  // {country: {iso_code: AT}}; else {country_code: AT}
  bool ipv6 = true;        // an IPv6 tree, with IPv4 below ::/96
  int record_bits = 24;    // or 28, 32

  std::string bytes() const;
};

}  // namespace hawser::test
