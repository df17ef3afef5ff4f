// SPDX-License-Identifier: Apache-2.0
// Field lines: RFC 9112 5, RFC 9110 5.
#include "http/request_cases.h"

namespace hawser::test {

namespace {
constexpr const char* bad = "error bad_request";
constexpr const char* fine = "GET wiki.example / none '' keep;";

RequestCase field(std::string name, std::string section, const std::string& line,
                  std::string expected) {
  return {std::move(name), std::move(section),
          "GET / HTTP/1.1\r\nHost: wiki.example\r\n" + line + "\r\nX-After: 1\r\n\r\n",
          std::move(expected)};
}

std::string many_fields(size_t count) {
  std::string raw = "GET / HTTP/1.1\r\nHost: wiki.example\r\n";
  for (size_t i = 1; i < count; ++i) raw += "X-" + std::to_string(i) + ": v\r\n";
  return raw + "\r\n";
}
std::string head_of_bytes(size_t bytes) {
  const std::string before = "GET / HTTP/1.1\r\nHost: wiki.example\r\nX-Long: ";
  return before + std::string(bytes - before.size() - 4, 'v') + "\r\n\r\n";
}
}  // namespace

std::vector<RequestCase> request_field_cases() {
  using namespace std::string_literals;
  return {
      field("plain", "RFC 9112 5", "X-A: b", fine),
      field("no_blank_after_colon", "RFC 9112 5", "X-A:b", fine),
      field("many_blanks", "RFC 9112 5", "X-A: \t  b \t ", fine),
      field("empty_value", "RFC 9110 5.5", "X-A:", fine),
      field("blank_value", "RFC 9110 5.5", "X-A: \t ", fine),
      field("tab_inside_value", "RFC 9110 5.5", "X-A: b\tc", fine),
      field("high_octets_in_value", "RFC 9110 5.5", "X-A: caf\xc3\xa9 \xff\x80", fine),
      field("all_token_marks_in_name", "RFC 9110 5.1", "!#$%&'*+-.^_`|~0aZ: b", fine),
      field("colons_in_value", "RFC 9110 5.5", "X-A::b:c", fine),
      field("quoted_value", "RFC 9110 5.6.4", "X-A: \"b\\\"c\"", fine),
      field("unbalanced_quote", "RFC 9110 5.6.4", "X-A: \"b", fine),
      field("blank_before_colon", "RFC 9112 5.1", "X-A : b", bad),
      field("tab_before_colon", "RFC 9112 5.1", "X-A\t: b", bad),
      field("blank_in_name", "RFC 9112 5.1", "X A: b", bad),
      field("no_colon", "RFC 9112 5", "X-A", bad),
      field("no_colon_but_equals", "RFC 9112 5", "X-A=b", bad),
      field("empty_name", "RFC 9112 5", ": b", bad),
      field("colon_alone", "RFC 9112 5", ":", bad),
      field("obs_fold_by_space", "RFC 9112 5.2", "X-A: b\r\n c", bad),
      field("obs_fold_by_tab", "RFC 9112 5.2", "X-A: b\r\n\tc", bad),
      field("obs_fold_of_empty_value", "RFC 9112 5.2", "X-A:\r\n b", bad),
      field("obs_fold_with_colon", "RFC 9112 5.2", "X-A: b\r\n Content-Length: 5", bad),
      field("blank_line_that_is_not_empty", "RFC 9112 5.2", "X-A: b\r\n ", bad),
      field("name_with_parenthesis", "RFC 9110 5.1", "X(A): b", bad),
      field("name_with_quotes", "RFC 9110 5.1", "\"X-A\": b", bad),
      field("name_with_slash", "RFC 9110 5.1", "X/A: b", bad),
      field("name_with_brackets", "RFC 9110 5.1", "X[A]: b", bad),
      field("name_with_braces", "RFC 9110 5.1", "X{A}: b", bad),
      field("name_with_at", "RFC 9110 5.1", "X@A: b", bad),
      field("name_with_semicolon", "RFC 9110 5.1", "X;A: b", bad),
      field("name_with_equals", "RFC 9110 5.1", "X=A: b", bad),
      field("name_with_comma", "RFC 9110 5.1", "X,A: b", bad),
      field("name_with_less_than", "RFC 9110 5.1", "X<A: b", bad),
      field("name_with_question_mark", "RFC 9110 5.1", "X?A: b", bad),
      field("name_with_backslash", "RFC 9110 5.1", "X\\A: b", bad),
      field("name_with_nul", "RFC 9110 5.1", "X\0A: b"s, bad),
      field("name_with_high_octet", "RFC 9110 5.1", "X\xc3\xa9: b", bad),
      field("name_with_del", "RFC 9110 5.1", "X\x7f: b", bad),
      field("name_with_cr", "RFC 9112 2.2", "X\rA: b", bad),
      field("value_with_nul", "RFC 9110 5.5", "X-A: b\0c"s, bad),
      field("value_with_cr", "RFC 9110 5.5", "X-A: b\rc", bad),
      field("value_with_lf", "RFC 9110 5.5", "X-A: b\nc", bad),
      field("value_with_lf_and_field", "RFC 9110 5.5", "X-A: b\nContent-Length: 5", bad),
      field("value_with_bell", "RFC 9110 5.5", "X-A: b\ac", bad),
      field("value_with_escape", "RFC 9110 5.5", "X-A: b\x1b[0m", bad),
      field("value_with_vertical_tab", "RFC 9110 5.5", "X-A: b\vc", bad),
      field("value_with_form_feed", "RFC 9110 5.5", "X-A: b\fc", bad),
      field("value_with_backspace", "RFC 9110 5.5", "X-A: b\bc", bad),
      field("value_with_del", "RFC 9110 5.5", "X-A: b\x7f", bad),
      field("value_with_x01", "RFC 9110 5.5", "X-A: \x01", bad),
      field("value_ends_with_cr", "RFC 9110 5.5", "X-A: b\r", bad),
      {"first_line_starts_with_blank", "RFC 9112 2.2",
       "GET / HTTP/1.1\r\n Host: wiki.example\r\n\r\n", bad},
      {"blank_line_after_request_line", "RFC 9112 2.2",
       "GET / HTTP/1.1\r\n \r\nHost: wiki.example\r\n\r\n", bad},
      {"second_request_line_as_field", "RFC 9112 5",
       "GET / HTTP/1.1\r\nGET /2 HTTP/1.1\r\nHost: wiki.example\r\n\r\n", bad},
      {"most_fields", "RFC 9110 5.4", many_fields(200), fine},
      {"one_field_too_many", "RFC 6585 5", many_fields(201), "error head_too_large"},
      {"far_too_many_fields", "RFC 6585 5", many_fields(3000), "error head_too_large"},
      {"largest_head", "RFC 9110 5.4", head_of_bytes(65536), fine},
      {"head_one_too_large", "RFC 6585 5", head_of_bytes(65537), "error head_too_large"},
      {"head_far_too_large", "RFC 6585 5", head_of_bytes(300000), "error head_too_large"},
      {"endless_line", "RFC 6585 5",
       "GET / HTTP/1.1\r\nHost: wiki.example\r\nX-A: " + std::string(100000, 'a'),
       "error head_too_large"},
      {"endless_name", "RFC 6585 5",
       "GET / HTTP/1.1\r\nHost: wiki.example\r\n" + std::string(100000, 'a'),
       "error head_too_large"},
  };
}

}  // namespace hawser::test
