// SPDX-License-Identifier: Apache-2.0
// RequestCase: raw bytes of a client, the sections that decide, and what a strict reader makes of
// them (in the words of RequestTranscript). Owner: the tests. Thread: any.
#pragma once

#include <ostream>
#include <string>
#include <vector>

namespace hawser::test {

struct RequestCase {
  std::string name;     // letters, digits and underscores
  std::string section;  // "RFC 9112 3.2"
  std::string raw;
  std::string expected;
};

inline void PrintTo(const RequestCase& shown, std::ostream* out) { *out << shown.section; }

std::vector<RequestCase> request_line_cases();
std::vector<RequestCase> request_target_cases();
std::vector<RequestCase> request_host_cases();
std::vector<RequestCase> request_field_cases();
std::vector<RequestCase> request_length_cases();
std::vector<RequestCase> request_coding_cases();
std::vector<RequestCase> request_chunk_cases();
std::vector<RequestCase> request_connection_cases();

}  // namespace hawser::test
