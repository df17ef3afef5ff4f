// SPDX-License-Identifier: Apache-2.0
// Prints the tables of raw messages as JSON, for the tests that send them through the real
// programs: one object a case, raw bytes and expectations in hexadecimal.
#include <cstdio>
#include <string>
#include <string_view>

#include "http/request_cases.h"
#include "http/response_cases.h"

namespace hawser::test {
namespace {

std::string hex(std::string_view bytes) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string out;
  for (const char c : bytes) {
    const auto octet = static_cast<uint8_t>(c);
    out += digits[octet >> 4];
    out += digits[octet & 15];
  }
  return out;
}

void print(const char* kind, const std::string& name, const std::string& section,
           const std::string& raw, const std::string& expected, const std::string& more) {
  std::printf(R"({"kind": "%s", "name": "%s", "section": "%s", "raw": "%s", "expected": "%s"%s})"
              "\n",
              kind, name.c_str(), section.c_str(), hex(raw).c_str(), hex(expected).c_str(),
              more.c_str());
}

void print_requests(const char* kind, const std::vector<RequestCase>& cases) {
  for (const RequestCase& each : cases)
    print(kind, each.name, each.section, each.raw, each.expected, {});
}

void print_responses(const std::vector<ResponseCase>& cases) {
  for (const ResponseCase& each : cases) {
    print("responses", each.name, each.section, each.raw, each.expected,
          R"(, "method": ")" + std::string(message::text_of(each.method)) + R"(", "upgrade": )" +
              (each.upgrade ? "true" : "false"));
  }
}

void print_all() {
  print_requests("lines", request_line_cases());
  print_requests("targets", request_target_cases());
  print_requests("hosts", request_host_cases());
  print_requests("fields", request_field_cases());
  print_requests("lengths", request_length_cases());
  print_requests("codings", request_coding_cases());
  print_requests("chunks", request_chunk_cases());
  print_requests("connections", request_connection_cases());
  print_responses(response_head_cases());
  print_responses(response_interim_cases());
  print_responses(response_body_cases());
}

}  // namespace
}  // namespace hawser::test

int main() { hawser::test::print_all(); }
