// SPDX-License-Identifier: Apache-2.0
// ResponseCase: raw bytes of an origin, the request that they answer, and what a strict reader
// makes of them (in the words of ResponseTranscript). Owner: the tests. Thread: any.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "message/head.h"

namespace hawser::test {

struct ResponseCase {
  std::string name;
  std::string section;
  std::string raw;
  std::string expected;
  message::Method method = message::Method::get;
  bool upgrade = false;
};

inline void PrintTo(const ResponseCase& shown, std::ostream* out) { *out << shown.section; }

std::vector<ResponseCase> response_head_cases();
std::vector<ResponseCase> response_interim_cases();
std::vector<ResponseCase> response_body_cases();

}  // namespace hawser::test
