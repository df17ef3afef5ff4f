// SPDX-License-Identifier: Apache-2.0
// Content-Length, Transfer-Encoding, Connection: RFC 9112 6, 7 and 9.
#include "http/request_cases.h"

namespace hawser::test {

namespace {
constexpr const char* bad = "error bad_request";
constexpr const char* not_known = "error not_implemented";

RequestCase post(std::string name, std::string section, const std::string& fields,
                 const std::string& content, std::string expected) {
  return {std::move(name), std::move(section),
          "POST / HTTP/1.1\r\nHost: wiki.example\r\n" + fields + "\r\n" + content,
          std::move(expected)};
}
RequestCase refused(std::string name, std::string section, const std::string& fields) {
  return post(std::move(name), std::move(section), fields, "hello", bad);
}
RequestCase coding(std::string name, const std::string& value, std::string expected) {
  return post(std::move(name), "RFC 9112 6.1", "Transfer-Encoding:" + value + "\r\n", "0\r\n\r\n",
              std::move(expected));
}
RequestCase connection(std::string name, const std::string& version, const std::string& value,
                       std::string expected) {
  return {std::move(name), "RFC 9112 9.3",
          "GET / HTTP/" + version + "\r\nHost: wiki.example\r\nConnection: " + value + "\r\n\r\n",
          std::move(expected)};
}
const std::string next = "GET /next HTTP/1.1\r\nHost: wiki.example\r\n\r\n";
const std::string next_read = "GET wiki.example /next none '' keep;";
}  // namespace

std::vector<RequestCase> request_length_cases() {
  using namespace std::string_literals;
  return {
      post("known", "RFC 9112 6.2", "Content-Length: 5\r\n", "hello",
           "POST wiki.example / 5 'hello' keep;"),
      post("zero", "RFC 9112 6.2", "Content-Length: 0\r\n", "", "POST wiki.example / 0 '' keep;"),
      post("leading_zeros", "RFC 9110 8.6", "Content-Length: 0005\r\n", "hello",
           "POST wiki.example / 5 'hello' keep;"),
      post("blanks_around", "RFC 9112 5", "Content-Length: \t5\t \r\n", "hello",
           "POST wiki.example / 5 'hello' keep;"),
      post("then_the_next_request", "RFC 9112 6.3", "Content-Length: 5\r\n", "hello" + next,
           "POST wiki.example / 5 'hello' keep;" + next_read),
      post("content_that_looks_like_a_request", "RFC 9112 6.3",
           "Content-Length: " + std::to_string(next.size()) + "\r\n", next + next,
           "POST wiki.example / " + std::to_string(next.size()) + " '" + next + "' keep;" +
               next_read),
      post("empty_line_after_content", "RFC 9112 2.2", "Content-Length: 5\r\n", "hello\r\n" + next,
           "POST wiki.example / 5 'hello' keep;" + next_read),
      post("content_shorter_than_said", "RFC 9112 8", "Content-Length: 6\r\n", "hello",
           "POST wiki.example / 6 'hello' error client_gone"),
      post("content_missing", "RFC 9112 8", "Content-Length: 6\r\n", "",
           "POST wiki.example / 6 error client_gone"),
      post("bytes_beyond_content", "RFC 9112 6.3", "Content-Length: 4\r\n", "hello",
           "POST wiki.example / 4 'hell' keep; error bad_request"),
      {"get_with_content", "RFC 9110 9.3.1",
       "GET / HTTP/1.1\r\nHost: wiki.example\r\nContent-Length: 5\r\n\r\nhello",
       "GET wiki.example / 5 'hello' keep;"},
      {"trace_with_content", "RFC 9110 9.3.8",
       "TRACE / HTTP/1.1\r\nHost: wiki.example\r\nContent-Length: 5\r\n\r\nhello", bad},
      {"trace_with_zero_length", "RFC 9110 9.3.8",
       "TRACE / HTTP/1.1\r\nHost: wiki.example\r\nContent-Length: 0\r\n\r\n",
       "TRACE wiki.example / 0 '' keep;"},
      {"connect_with_content", "RFC 9110 9.3.6",
       "CONNECT wiki.example:443 HTTP/1.1\r\nHost: wiki.example\r\nContent-Length: 5\r\n\r\nhello",
       bad},
      {"post_in_http_1_0", "RFC 9112 6.3",
       "POST / HTTP/1.0\r\nHost: wiki.example\r\nContent-Length: 5\r\n\r\nhello",
       "POST wiki.example / 5 'hello' close;"},
      post("no_length_means_no_content", "RFC 9112 6.3", "", "hello",
           "POST wiki.example / none '' keep; error bad_request"),
      refused("twice", "RFC 9112 6.3", "Content-Length: 5\r\nContent-Length: 6\r\n"),
      refused("twice_the_same", "RFC 9112 6.3", "Content-Length: 5\r\nContent-Length: 5\r\n"),
      refused("twice_apart", "RFC 9112 6.3",
              "Content-Length: 5\r\nAccept: */*\r\ncontent-length: 5\r\n"),
      refused("list_of_same", "RFC 9112 6.3", "Content-Length: 5, 5\r\n"),
      refused("list_of_different", "RFC 9112 6.3", "Content-Length: 5,6\r\n"),
      refused("trailing_comma", "RFC 9112 6.3", "Content-Length: 5,\r\n"),
      refused("leading_comma", "RFC 9112 6.3", "Content-Length: ,5\r\n"),
      refused("empty", "RFC 9110 8.6", "Content-Length:\r\n"),
      refused("blank", "RFC 9110 8.6", "Content-Length:  \r\n"),
      refused("plus", "RFC 9110 8.6", "Content-Length: +5\r\n"),
      refused("minus", "RFC 9110 8.6", "Content-Length: -5\r\n"),
      refused("minus_zero", "RFC 9110 8.6", "Content-Length: -0\r\n"),
      refused("hexadecimal", "RFC 9110 8.6", "Content-Length: 0x5\r\n"),
      refused("hexadecimal_digit", "RFC 9110 8.6", "Content-Length: a\r\n"),
      refused("decimal_point", "RFC 9110 8.6", "Content-Length: 5.0\r\n"),
      refused("exponent", "RFC 9110 8.6", "Content-Length: 5e0\r\n"),
      refused("letters_behind", "RFC 9110 8.6", "Content-Length: 5x\r\n"),
      refused("blank_inside", "RFC 9110 8.6", "Content-Length: 5 5\r\n"),
      refused("underscore", "RFC 9110 8.6", "Content-Length: 1_0\r\n"),
      refused("quoted", "RFC 9110 8.6", "Content-Length: \"5\"\r\n"),
      refused("semicolon", "RFC 9110 8.6", "Content-Length: 5;a\r\n"),
      refused("other_digits", "RFC 9110 8.6", "Content-Length: \xd9\xa5\r\n"),
      refused("nul_behind", "RFC 9110 8.6", "Content-Length: 5\0\r\n"s),
      refused("vertical_tab_before", "RFC 9110 8.6", "Content-Length:\v5\r\n"),
      refused("overflow_63", "RFC 9110 8.6", "Content-Length: 9223372036854775808\r\n"),
      refused("overflow_64", "RFC 9110 8.6", "Content-Length: 18446744073709551616\r\n"),
      refused("wraps_to_five", "RFC 9110 8.6", "Content-Length: 18446744073709551621\r\n"),
      refused("many_digits", "RFC 9110 8.6", "Content-Length: " + std::string(400, '9') + "\r\n"),
      refused("blank_before_colon", "RFC 9112 5.1", "Content-Length : 5\r\n"),
      refused("folded", "RFC 9112 5.2", "Content-Length:\r\n 5\r\n"),
      refused("second_hidden_by_fold", "RFC 9112 5.2", "X: y\r\n Content-Length: 5\r\n"),
      post("look_alike_is_not_a_length", "RFC 9112 6.3", "Content_Length: 5\r\n", "",
           "POST wiki.example / none '' keep;"),
  };
}

std::vector<RequestCase> request_coding_cases() {
  using namespace std::string_literals;
  const std::string chunked = "POST wiki.example / chunked '' keep;";
  return {
      coding("chunked", " chunked", chunked),
      coding("upper_case", " CHUNKED", chunked),
      coding("mixed_case", " Chunked", chunked),
      coding("blanks_around", "\t chunked \t", chunked),
      coding("empty", "", bad),
      coding("blank", " ", bad),
      coding("identity", " identity", bad),
      coding("gzip", " gzip", bad),
      coding("gzip_then_chunked", " gzip, chunked", not_known),
      coding("unknown_then_chunked", " x-tool, chunked", not_known),
      coding("identity_then_chunked", " identity, chunked", bad),
      coding("chunked_then_gzip", " chunked, gzip", bad),
      coding("chunked_then_identity", " chunked, identity", bad),
      coding("chunked_twice", " chunked, chunked", bad),
      coding("chunked_and_comma", " chunked,", bad),
      coding("comma_and_chunked", " ,chunked", bad),
      coding("comma_alone", " ,", bad),
      coding("parameter", " chunked;q=1", bad),
      coding("empty_parameter", " chunked;", bad),
      coding("quoted", " \"chunked\"", bad),
      coding("letters_before", " xchunked", bad),
      coding("letters_behind", " chunkedx", bad),
      coding("blank_inside", " chun ked", bad),
      coding("two_words", " chunked chunked", bad),
      coding("dash", " -chunked", bad),
      coding("nul_behind", " chunked\0"s, bad),
      coding("vertical_tab_before", "\vchunked", bad),
      coding("vertical_tab_behind", " chunked\v", bad),
      coding("cr_behind", " chunked\r", bad),
      coding("high_octet_before",
             " \xa0"
             "chunked",
             bad),
      coding("folded", "\r\n chunked", bad),
      refused("twice", "RFC 9112 6.1",
              "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"),
      refused("twice_identity_first", "RFC 9112 6.1",
              "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n"),
      refused("twice_identity_last", "RFC 9112 6.1",
              "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n"),
      refused("twice_one_empty", "RFC 9112 6.1",
              "Transfer-Encoding:\r\nTransfer-Encoding: chunked\r\n"),
      refused("with_length", "RFC 9112 6.3", "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n"),
      refused("length_first", "RFC 9112 6.3",
              "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"),
      refused("with_zero_length", "RFC 9112 6.3",
              "Content-Length: 0\r\nTransfer-Encoding: chunked\r\n"),
      refused("other_coding_with_length", "RFC 9112 6.3",
              "Content-Length: 5\r\nTransfer-Encoding: x\r\n"),
      refused("blank_before_colon", "RFC 9112 5.1", "Transfer-Encoding : chunked\r\n"),
      refused("name_with_cr", "RFC 9112 5.1", "Transfer-Encoding\r: chunked\r\n"),
      refused("name_behind_blank", "RFC 9112 5.2", " Transfer-Encoding: chunked\r\n"),
      refused("name_with_nul", "RFC 9112 5.1", "Transfer-Encoding\0: chunked\r\n"s),
      {"in_http_1_0", "RFC 9112 6.1",
       "POST / HTTP/1.0\r\nHost: wiki.example\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", bad},
      {"in_http_1_0_with_length", "RFC 9112 6.1",
       "POST / HTTP/1.0\r\nHost: wiki.example\r\nContent-Length: 5\r\n"
       "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
       bad},
      {"get_chunked", "RFC 9110 9.3.1",
       "GET / HTTP/1.1\r\nHost: wiki.example\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n"
       "0\r\n\r\n",
       "GET wiki.example / chunked 'ok' keep;"},
      {"trace_chunked", "RFC 9110 9.3.8",
       "TRACE / HTTP/1.1\r\nHost: wiki.example\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
       bad},
      post("look_alike_is_not_a_coding", "RFC 9112 6.1", "Transfer_Encoding: chunked\r\n", "",
           "POST wiki.example / none '' keep;"),
  };
}

std::vector<RequestCase> request_connection_cases() {
  const std::string keep = "GET wiki.example / none '' keep;";
  const std::string close = "GET wiki.example / none '' close;";
  return {
      connection("close", "1.1", "close", close),
      connection("close_upper_case", "1.1", "CLOSE", close),
      connection("close_in_list", "1.1", "foo, close", close),
      connection("close_wins", "1.1", "keep-alive, close", close),
      connection("keep_alive", "1.1", "keep-alive", keep),
      connection("keep_alive_in_1_0", "1.0", "keep-alive", keep),
      connection("close_wins_in_1_0", "1.0", "keep-alive, close", close),
      connection("other_in_1_0", "1.0", "foo", close),
      connection("unknown_option", "1.1", "foo", keep),
      connection("empty", "1.1", "", keep),
      connection("empty_elements", "1.1", ", ,close,", close),
      connection("upgrade", "1.1", "Upgrade", keep),
      connection("te", "1.1", "TE, close", close),
      connection("two_words", "1.1", "close keep-alive", bad),
      connection("quoted", "1.1", "\"close\"", bad),
      connection("parameter", "1.1", "close;a=b", bad),
      connection("host", "1.1", "Host", bad),
      connection("content_length", "1.1", "close, content-length", bad),
      connection("fields_set_by_us", "1.1", "X-Forwarded-For", keep),
  };
}

}  // namespace hawser::test
