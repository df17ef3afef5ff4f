// SPDX-License-Identifier: Apache-2.0
// The chunked transfer coding: RFC 9112 7.1.
#include "http/request_cases.h"

namespace hawser::test {

namespace {
const std::string head =
    "POST / HTTP/1.1\r\nHost: wiki.example\r\nTransfer-Encoding: chunked\r\n\r\n";
const std::string begun = "POST wiki.example / chunked";

RequestCase accepted(std::string name, const std::string& content, const std::string& read,
                     const std::string& trailers = "") {
  return {std::move(name), "RFC 9112 7.1", head + content,
          begun + " '" + read + "'" + trailers + " keep;"};
}
RequestCase refused(std::string name, const std::string& content, const std::string& read = "") {
  return {std::move(name), "RFC 9112 7.1", head + content,
          begun + (read.empty() ? "" : " '" + read + "'") + " error bad_request"};
}
RequestCase cut(std::string name, const std::string& content, const std::string& read = "") {
  return {std::move(name), "RFC 9112 8", head + content,
          begun + (read.empty() ? "" : " '" + read + "'") + " error client_gone"};
}
RequestCase extension(std::string name, const std::string& text, bool valid) {
  const std::string content = "2" + text + "\r\nok\r\n0\r\n\r\n";
  return valid ? accepted(std::move(name), content, "ok") : refused(std::move(name), content);
}
const std::string next = "GET /next HTTP/1.1\r\nHost: wiki.example\r\n\r\n";
const std::string next_read = "GET wiki.example /next none '' keep;";
}  // namespace

std::vector<RequestCase> request_chunk_cases() {
  using namespace std::string_literals;
  return {
      accepted("empty", "0\r\n\r\n", ""),
      accepted("one", "5\r\nhello\r\n0\r\n\r\n", "hello"),
      accepted("two", "5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n", "hello world"),
      accepted("hex_lower_case", "a\r\n0123456789\r\n0\r\n\r\n", "0123456789"),
      accepted("hex_upper_case", "A\r\n0123456789\r\n0\r\n\r\n", "0123456789"),
      accepted("leading_zeros", "0005\r\nhello\r\n000\r\n\r\n", "hello"),
      accepted("sixteen_digits", "0000000000000005\r\nhello\r\n0\r\n\r\n", "hello"),
      accepted("content_with_line_ends", "6\r\na\r\nb\r\n\r\n0\r\n\r\n", "a\r\nb\r\n"),
      accepted("content_that_looks_like_the_end", "5\r\n0\r\n\r\n\r\n0\r\n\r\n", "0\r\n\r\n"),
      accepted("long", "4000\r\n" + std::string(0x4000, 'x') + "\r\n0\r\n\r\n",
               std::string(0x4000, 'x')),
      {"then_the_next_request", "RFC 9112 7.1", head + "2\r\nok\r\n0\r\n\r\n" + next,
       begun + " 'ok' keep;" + next_read},
      {"empty_line_and_next", "RFC 9112 2.2", head + "0\r\n\r\n\r\n" + next,
       begun + " '' keep;" + next_read},
      {"garbage_behind", "RFC 9112 7.1", head + "0\r\n\r\n\0"s,
       begun + " '' keep; error bad_request"},
      refused("no_size", "\r\nhello\r\n0\r\n\r\n"),
      refused("hex_prefix", "0x5\r\nhello\r\n0\r\n\r\n"),
      refused("plus", "+5\r\nhello\r\n0\r\n\r\n"),
      refused("minus", "-5\r\nhello\r\n0\r\n\r\n"),
      refused("blank_before", " 5\r\nhello\r\n0\r\n\r\n"),
      refused("tab_before", "\t5\r\nhello\r\n0\r\n\r\n"),
      refused("blank_behind", "5 \r\nhello\r\n0\r\n\r\n"),
      refused("tab_behind", "5\t\r\nhello\r\n0\r\n\r\n"),
      refused("blank_inside", "0 5\r\nhello\r\n0\r\n\r\n"),
      refused("underscore", "0_5\r\nhello\r\n0\r\n\r\n"),
      refused("no_hex", "g\r\nhello\r\n0\r\n\r\n"),
      refused("letter_behind", "5h\r\nhello\r\n0\r\n\r\n"),
      refused("comma", "5,5\r\nhello\r\n0\r\n\r\n"),
      refused("decimal_point", "5.0\r\nhello\r\n0\r\n\r\n"),
      refused("quoted", "\"5\"\r\nhello\r\n0\r\n\r\n"),
      refused("nul", "5\0\r\nhello\r\n0\r\n\r\n"s),
      refused("overflow_63", "8000000000000000\r\nhello\r\n0\r\n\r\n"),
      refused("overflow_64", "10000000000000000\r\nhello\r\n0\r\n\r\n"),
      refused("wraps_to_five", "10000000000000005\r\nhello\r\n0\r\n\r\n"),
      refused("all_ones", "ffffffffffffffff\r\nhello\r\n0\r\n\r\n"),
      refused("too_many_digits", "00000000000000005\r\nhello\r\n0\r\n\r\n"),
      refused("endless_zeros", std::string(1000, '0')),
      refused("bare_lf_after_size", "5\nhello\r\n0\r\n\r\n"),
      refused("bare_cr_after_size", "5\rhello\r\n0\r\n\r\n"),
      refused("cr_cr_lf_after_size", "5\r\r\nhello\r\n0\r\n\r\n"),
      refused("lf_cr_after_size", "5\n\rhello\r\n0\r\n\r\n"),
      refused("bare_lf_after_content", "5\r\nhello\n0\r\n\r\n", "hello"),
      refused("bare_cr_after_content", "5\r\nhello\r0\r\n\r\n", "hello"),
      refused("nothing_after_content", "5\r\nhello0\r\n\r\n", "hello"),
      refused("content_too_long", "5\r\nhello!\r\n0\r\n\r\n", "hello"),
      refused("content_too_short", "5\r\nhell\r\n0\r\n\r\n", "hell\r"),
      refused("blank_after_content", "5\r\nhello \r\n0\r\n\r\n", "hello"),
      refused("two_line_ends_after_content", "5\r\nhello\r\n\r\n0\r\n\r\n", "hello"),
      refused("bare_lf_after_last", "0\n\r\n"),
      refused("bare_lf_ends_all", "0\r\n\n"),
      refused("bare_lf_twice", "0\n\n"),
      refused("cr_cr_lf_ends_all", "0\r\n\r\r\n"),
      refused("garbage_for_trailers", "0\r\nhello\r\n\r\n"),
      cut("ends_before_the_first", ""),
      cut("ends_in_size", "5"),
      cut("ends_after_size", "5\r\n"),
      cut("ends_in_content", "5\r\nhel", "hel"),
      cut("ends_after_content", "5\r\nhello", "hello"),
      cut("ends_before_last_chunk", "5\r\nhello\r\n", "hello"),
      cut("ends_in_last_chunk", "5\r\nhello\r\n0\r\n", "hello"),
      cut("ends_in_last_line", "5\r\nhello\r\n0\r\n\r", "hello"),
      cut("ends_in_trailers", "0\r\nX-Sum: 1\r\n"),
      extension("ext_name", ";a", true),
      extension("ext_value", ";a=b", true),
      extension("ext_quoted_value", ";a=\"b c\\\"\\;\"", true),
      extension("ext_two", ";a=b;c", true),
      extension("ext_bad_blanks_are_read", " ; a = b ; c = \"d\"", true),
      extension("ext_longest", ";" + std::string(254, 'a'), true),
      extension("ext_too_long", ";" + std::string(256, 'a'), false),
      extension("ext_endless", ";a=" + std::string(100000, 'a'), false),
      extension("ext_empty", ";", false),
      extension("ext_two_empty", ";;", false),
      extension("ext_empty_second", ";a;", false),
      extension("ext_empty_value", ";a=", false),
      extension("ext_no_name", ";=b", false),
      extension("ext_open_quote", ";a=\"b", false),
      extension("ext_text_after_quotes", ";a=\"b\"c", false),
      extension("ext_blank_in_value", ";a=b c", false),
      extension("ext_trailing_blank", ";a ", false),
      extension("ext_with_lf", ";a\n", false),
      extension("ext_with_lf_in_quotes", ";a=\"\n\"", false),
      extension("ext_with_cr_in_quotes", ";a=\"\r\n\"", false),
      extension("ext_with_nul", ";a=\0"s, false),
      extension("ext_with_control", ";a=\x01", false),
      extension("ext_name_with_slash", ";a/b", false),
      accepted("trailer", "0\r\nX-Sum: abc\r\n\r\n", "", " {X-Sum: abc}"),
      accepted("two_trailers", "2\r\nok\r\n0\r\nX-A: 1\r\nX-B:2\r\n\r\n", "ok",
               " {X-A: 1}{X-B: 2}"),
      accepted("authorization_is_dropped", "0\r\nAuthorization: Basic x\r\nX-A: 1\r\n\r\n", "",
               " {X-A: 1}"),
      accepted("cookie_is_dropped", "0\r\nCookie: a=b\r\n\r\n", ""),
      accepted("forwarded_is_dropped", "0\r\nX-Forwarded-For: 192.0.2.1\r\n\r\n", ""),
      accepted("connection_is_dropped", "0\r\nConnection: close\r\n\r\n", ""),
      refused("content_length_in_trailers", "0\r\nContent-Length: 5\r\n\r\n"),
      refused("transfer_encoding_in_trailers", "0\r\nTransfer-Encoding: chunked\r\n\r\n"),
      refused("host_in_trailers", "0\r\nHost: other.example\r\n\r\n"),
      refused("trailer_blank_before_colon", "0\r\nX-A : 1\r\n\r\n"),
      refused("trailer_folded", "0\r\nX-A: 1\r\n 2\r\n\r\n"),
      refused("trailer_without_name", "0\r\n: 1\r\n\r\n"),
      refused("trailer_bare_lf", "0\r\nX-A: 1\n\r\n"),
      refused("trailer_with_nul", "0\r\nX-A: \0\r\n\r\n"s),
      {"trailers_too_large", "RFC 6585 5",
       head + "0\r\nX-A: " + std::string(20000, 'a') + "\r\n\r\n", begun + " error head_too_large"},
      {"trailers_endless", "RFC 6585 5", head + "0\r\n" + std::string(20000, 'a'),
       begun + " error head_too_large"},
  };
}

}  // namespace hawser::test
