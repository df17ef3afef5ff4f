// SPDX-License-Identifier: Apache-2.0
// make_country_file FILE NETWORK=COUNTRY...: writes a file in MaxMind's format, for tests/e2e.
#include <cstdio>
#include <fstream>
#include <string>

#include "support/country_db.h"

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fputs("usage: make_country_file FILE NETWORK=COUNTRY...\n", stderr);
    return 2;
  }
  hawser::test::CountryDb db;
  for (int i = 2; i < argc; ++i) {
    const std::string entry = argv[i];
    const size_t at = entry.find('=');
    if (at == std::string::npos) return 2;
    db.networks.emplace_back(entry.substr(0, at), entry.substr(at + 1));
  }
  std::ofstream file(argv[1], std::ios::binary);
  file << db.bytes();
  return file.flush() ? 0 : 1;
}
