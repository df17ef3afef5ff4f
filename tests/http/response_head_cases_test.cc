// SPDX-License-Identifier: Apache-2.0
// Status lines, fields and interim responses: RFC 9112 4 and 5, RFC 9110 15.
#include "http/response_cases.h"

namespace hawser::test {

namespace {
constexpr const char* bad = "error origin_bad_answer";
constexpr const char* fine = "200 0 '';";

ResponseCase line(std::string name, const std::string& status_line, std::string expected) {
  return {std::move(name), "RFC 9112 4", status_line + "\r\nContent-Length: 0\r\n\r\n",
          std::move(expected)};
}
ResponseCase field(std::string name, const std::string& text, std::string expected) {
  return {std::move(name), "RFC 9112 5",
          "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n" + text + "\r\n\r\n", std::move(expected)};
}
ResponseCase interim(std::string name, const std::string& raw, std::string expected) {
  return {std::move(name), "RFC 9110 15.2", raw, std::move(expected)};
}
ResponseCase upgrade(std::string name, const std::string& raw, std::string expected,
                     bool offered = true) {
  return {std::move(name),     "RFC 9110 15.2.2",    raw,
          std::move(expected), message::Method::get, offered};
}
std::string repeated(const std::string& text, size_t count) {
  std::string all;
  while (count-- > 0) all += text;
  return all;
}
const std::string ok = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
const std::string early_hints = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n";
const std::string go_on = "HTTP/1.1 100 Continue\r\n\r\n";
const std::string switching =
    "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n";
}  // namespace

std::vector<ResponseCase> response_head_cases() {
  using namespace std::string_literals;
  return {
      line("plain", "HTTP/1.1 200 OK", fine),
      line("http_1_0", "HTTP/1.0 200 OK", fine),
      line("later_minor_version", "HTTP/1.2 200 OK", fine),
      line("empty_reason", "HTTP/1.1 200 ", fine),
      line("long_reason", "HTTP/1.1 200 All is well, indeed", fine),
      line("tab_in_reason", "HTTP/1.1 200 a\tb", fine),
      line("high_octets_in_reason", "HTTP/1.1 200 caf\xc3\xa9", fine),
      line("lowest_final", "HTTP/1.1 200 OK", fine),
      line("highest", "HTTP/1.1 599 X", "599 0 '';"),
      line("unknown_code", "HTTP/1.1 299 X", "299 0 '';"),
      line("no_space_after_code", "HTTP/1.1 200", bad),
      line("two_spaces_before_code", "HTTP/1.1  200 OK", bad),
      line("tab_before_code", "HTTP/1.1\t200 OK", bad),
      line("tab_after_code", "HTTP/1.1 200\tOK", bad),
      line("leading_space", " HTTP/1.1 200 OK", bad),
      line("two_digits", "HTTP/1.1 20 OK", bad),
      line("four_digits", "HTTP/1.1 2000 OK", bad),
      line("letters", "HTTP/1.1 abc OK", bad),
      line("sign", "HTTP/1.1 +20 OK", bad),
      line("minus", "HTTP/1.1 -20 OK", bad),
      line("hexadecimal", "HTTP/1.1 0xc OK", bad),
      line("decimal_point", "HTTP/1.1 200.1 OK", bad),
      line("code_000", "HTTP/1.1 000 OK", bad),
      line("code_099", "HTTP/1.1 099 OK", bad),
      line("code_600", "HTTP/1.1 600 OK", bad),
      line("code_999", "HTTP/1.1 999 OK", bad),
      line("no_code", "HTTP/1.1 OK", bad),
      line("version_alone", "HTTP/1.1", bad),
      line("version_2", "HTTP/2 200 OK", bad),
      line("version_2_0", "HTTP/2.0 200 OK", bad),
      line("version_0_9", "HTTP/0.9 200 OK", bad),
      line("version_lower_case", "http/1.1 200 OK", bad),
      line("version_two_digits", "HTTP/1.10 200 OK", bad),
      line("version_leading_zero", "HTTP/01.1 200 OK", bad),
      line("other_protocol", "ICY 200 OK", bad),
      line("rtsp", "RTSP/1.0 200 OK", bad),
      line("nul_in_reason", "HTTP/1.1 200 a\0b"s, bad),
      line("control_in_reason", "HTTP/1.1 200 a\x01", bad),
      line("cr_in_reason", "HTTP/1.1 200 a\rb", bad),
      line("empty_line_before", "\r\nHTTP/1.1 200 OK", bad),
      line("endless", "HTTP/1.1 200 " + std::string(100000, 'a'), bad),
      {"http_0_9", "RFC 9112 4", "<html>hello</html>", bad},
      {"http_0_9_with_line_end", "RFC 9112 4", "<html>\r\nhello</html>\r\n\r\n", bad},
      {"request_instead", "RFC 9112 4", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", bad},
      {"tls_alert", "RFC 9112 4", "\x15\x03\x01\x00\x02\x02\x46"s, bad},
      {"nothing", "RFC 9112 8", "", "error origin_closed"},
      {"cut_in_status_line", "RFC 9112 8", "HTTP/1.1 20", "error origin_cut"},
      {"cut_in_fields", "RFC 9112 8", "HTTP/1.1 200 OK\r\nContent-Le", "error origin_cut"},
      {"cut_before_empty_line", "RFC 9112 8", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n",
       "error origin_cut"},
      {"bare_lf", "RFC 9112 2.2", "HTTP/1.1 200 OK\nContent-Length: 0\n\n", bad},
      {"bare_lf_after_field", "RFC 9112 2.2", "HTTP/1.1 200 OK\r\nContent-Length: 0\n\r\n", bad},
      {"bare_lf_ends_head", "RFC 9112 2.2", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\n", bad},
      {"bare_cr", "RFC 9112 2.2", "HTTP/1.1 200 OK\rContent-Length: 0\r\n\r\n", bad},
      field("plain_field", "X-A: b", fine),
      field("high_octets", "X-A: caf\xc3\xa9", fine),
      field("blank_before_colon", "X-A : b", bad),
      field("no_colon", "X-A", bad),
      field("empty_name", ": b", bad),
      field("obs_fold", "X-A: b\r\n c", bad),
      field("obs_fold_of_cookie", "Set-Cookie: a=b;\r\n\tPath=/", bad),
      field("nul_in_value", "X-A: \0"s, bad),
      field("control_in_value", "X-A: \x02", bad),
      field("cr_in_value", "X-A: a\rb", bad),
      field("name_not_a_token", "X(A): b", bad),
      field("two_cookies", "Set-Cookie: a=b\r\nSet-Cookie: c=d", fine),
      field("connection_not_a_token", "Connection: \"close\"", bad),
      field("connection_names_length", "Connection: Content-Length", bad),
      field("two_hundred_more", repeated("X: y\r\n", 200) + "Z: z", bad),
      field("too_large", "X: " + std::string(70000, 'x'), bad),
  };
}

std::vector<ResponseCase> response_interim_cases() {
  using namespace std::string_literals;
  const std::string no_content_expected = "204 none '';";
  return {
      interim("continue", go_on + ok, "100; 200 0 '';"),
      interim("early_hints", early_hints + ok, "103; 200 0 '';"),
      interim("processing", "HTTP/1.1 102 \r\n\r\n" + ok, "102; 200 0 '';"),
      interim("unknown", "HTTP/1.1 199 X\r\n\r\n" + ok, "199; 200 0 '';"),
      interim("eight", repeated(go_on, 8) + ok, repeated("100; ", 8) + "200 0 '';"),
      interim("nine", repeated(go_on, 9) + ok, repeated("100; ", 8) + " " + bad),
      interim("alone", go_on, "100;  error origin_cut"),
      interim("with_length", "HTTP/1.1 100 Continue\r\nContent-Length: 5\r\n\r\nhello" + ok, bad),
      interim("with_zero_length", "HTTP/1.1 100 Continue\r\nContent-Length: 0\r\n\r\n" + ok,
              "100; 200 0 '';"),
      interim("with_coding", "HTTP/1.1 103 X\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + ok,
              bad),
      interim("in_http_1_0", "HTTP/1.0 100 Continue\r\n\r\n" + ok, bad),
      interim("then_garbage", go_on + "hello\r\n\r\n", "100;  "s + bad),
      upgrade("switch", switching + "\r\n\x81\x05hello", "101 none raw '\x81\x05hello'"),
      upgrade("switch_without_bytes", switching + "\r\n", "101 none raw ''"),
      upgrade("switch_after_interim", early_hints + switching + "\r\n", "103; 101 none raw ''"),
      upgrade("switch_not_offered", switching + "\r\n", bad, false),
      upgrade("switch_without_connection", "HTTP/1.1 101 X\r\nUpgrade: websocket\r\n\r\n", bad),
      upgrade("switch_to_two",
              "HTTP/1.1 101 X\r\nConnection: Upgrade\r\nUpgrade: websocket, tcp\r\n\r\n", bad),
      upgrade("switch_to_two_in_two_lines", switching + "Upgrade: tcp\r\n\r\n", bad),
      field("location_twice", "Location: /a\r\nLocation: http://evil.example/", bad),
      field("location_twice_alike", "Location: /a\r\nLocation: /a", fine),
      field("content_type_twice", "Content-Type: text/html\r\nContent-Type: text/plain", bad),
      field("content_location_twice", "Content-Location: /a\r\nContent-Location: /b", bad),
      line("reset_content", "HTTP/1.1 205 Reset Content", "205 0 '';"),
      interim("reset_content_with_content", "HTTP/1.1 205 X\r\nContent-Length: 3\r\n\r\nabc", bad),
      upgrade("switch_without_upgrade", "HTTP/1.1 101 X\r\nConnection: Upgrade\r\n\r\n", bad),
      upgrade("switch_in_http_1_0",
              "HTTP/1.0 101 X\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n", bad),
      upgrade("switch_with_length", switching + "Content-Length: 5\r\n\r\nhello", bad),
      upgrade("switch_with_coding", switching + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", bad),
      upgrade("offer_declined", ok, fine),
      {"no_content", "RFC 9110 15.3.5", "HTTP/1.1 204 No Content\r\n\r\n", no_content_expected},
      {"no_content_with_zero_length", "RFC 9110 8.6",
       "HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n", no_content_expected},
      {"no_content_with_length", "RFC 9110 8.6",
       "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nhello", bad},
      {"no_content_with_coding", "RFC 9112 6.1",
       "HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", bad},
      {"not_modified", "RFC 9110 15.4.5", "HTTP/1.1 304 Not Modified\r\n\r\n", "304 none '';"},
      {"not_modified_with_length", "RFC 9110 8.6",
       "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", "304 none '';"},
      {"not_modified_with_coding", "RFC 9112 6.1",
       "HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n", "304 none '';"},
      {"not_modified_with_bad_length", "RFC 9110 8.6",
       "HTTP/1.1 304 Not Modified\r\nContent-Length: x\r\n\r\n", bad},
  };
}

}  // namespace hawser::test
