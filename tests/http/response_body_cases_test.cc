// SPDX-License-Identifier: Apache-2.0
// The content of responses and where it ends: RFC 9112 6 to 8.
#include "http/response_cases.h"

namespace hawser::test {

namespace {
constexpr const char* bad = "error origin_bad_answer";

ResponseCase answer(std::string name, std::string section, const std::string& fields,
                    const std::string& content, std::string expected) {
  return {std::move(name), std::move(section), "HTTP/1.1 200 OK\r\n" + fields + "\r\n" + content,
          std::move(expected)};
}
ResponseCase refused(std::string name, const std::string& fields,
                     const std::string& content = "hello") {
  return answer(std::move(name), "RFC 9112 6.3", fields, content, bad);
}
ResponseCase to_head(std::string name, const std::string& fields, std::string expected) {
  return {std::move(name), "RFC 9112 6.3", "HTTP/1.1 200 OK\r\n" + fields + "\r\n",
          std::move(expected), message::Method::head};
}
ResponseCase chunks(std::string name, const std::string& content, const std::string& expected) {
  return answer(std::move(name), "RFC 9112 7.1", "Transfer-Encoding: chunked\r\n", content,
                "200 chunked " + expected);
}
}  // namespace

std::vector<ResponseCase> response_body_cases() {
  return {
      answer("known", "RFC 9112 6.2", "Content-Length: 5\r\n", "hello", "200 5 'hello';"),
      answer("zero", "RFC 9112 6.2", "Content-Length: 0\r\n", "", "200 0 '';"),
      answer("cut_by_one", "RFC 9112 8", "Content-Length: 6\r\n", "hello",
             "200 6 'hello' error origin_cut"),
      answer("cut_at_once", "RFC 9112 8", "Content-Length: 6\r\n", "", "200 6 error origin_cut"),
      answer("until_close", "RFC 9112 6.3", "", "hello", "200 close 'hello';"),
      answer("until_close_empty", "RFC 9112 6.3", "", "", "200 close '';"),
      answer("until_close_holds_anything", "RFC 9112 6.3", "",
             "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
             "200 close 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n';"),
      {"until_close_in_http_1_0", "RFC 9112 6.3", "HTTP/1.0 200 OK\r\n\r\nhello",
       "200 close 'hello';"},
      {"known_in_http_1_0", "RFC 9112 6.3", "HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello",
       "200 5 'hello';"},
      {"error_status_with_content", "RFC 9112 6.3",
       "HTTP/1.1 404 Not Found\r\nContent-Length: 5\r\n\r\nhello", "404 5 'hello';"},
      {"reset_content", "RFC 9110 15.3.6",
       "HTTP/1.1 205 Reset Content\r\nContent-Length: 0\r\n\r\n", "205 0 '';"},
      refused("length_twice", "Content-Length: 5\r\nContent-Length: 6\r\n"),
      refused("length_twice_the_same", "Content-Length: 5\r\nContent-Length: 5\r\n"),
      refused("length_list", "Content-Length: 5, 5\r\n"),
      refused("length_empty", "Content-Length:\r\n"),
      refused("length_plus", "Content-Length: +5\r\n"),
      refused("length_minus", "Content-Length: -1\r\n"),
      refused("length_hexadecimal", "Content-Length: 0x5\r\n"),
      refused("length_letters", "Content-Length: five\r\n"),
      refused("length_overflow", "Content-Length: 18446744073709551621\r\n"),
      refused("length_folded", "Content-Length:\r\n 5\r\n"),
      refused("length_blank_before_colon", "Content-Length : 5\r\n"),
      refused("coding_and_length", "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n"),
      refused("length_and_coding", "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"),
      refused("coding_identity", "Transfer-Encoding: identity\r\n"),
      refused("coding_gzip", "Transfer-Encoding: gzip\r\n"),
      refused("coding_gzip_chunked", "Transfer-Encoding: gzip, chunked\r\n"),
      refused("coding_chunked_gzip", "Transfer-Encoding: chunked, gzip\r\n"),
      refused("coding_twice", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"),
      refused("coding_list_twice", "Transfer-Encoding: chunked, chunked\r\n"),
      refused("coding_empty", "Transfer-Encoding:\r\n"),
      refused("coding_unknown", "Transfer-Encoding: xchunked\r\n"),
      refused("coding_parameter", "Transfer-Encoding: chunked;a\r\n"),
      refused("coding_blank_before_colon", "Transfer-Encoding : chunked\r\n"),
      {"coding_in_http_1_0", "RFC 9112 6.1",
       "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", bad},
      chunks("chunks", "5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n", "'hello world';"),
      chunks("chunks_empty", "0\r\n\r\n", "'';"),
      chunks("chunks_extension", "5;a=b\r\nhello\r\n0;c\r\n\r\n", "'hello';"),
      chunks("chunks_trailers", "2\r\nok\r\n0\r\nX-Sum: 1\r\n\r\n", "'ok' {X-Sum: 1};"),
      chunks("chunks_cookie_trailer_dropped", "0\r\nSet-Cookie: a=b\r\n\r\n", "'';"),
      chunks("chunks_prefix", "0x5\r\nhello\r\n0\r\n\r\n", bad),
      chunks("chunks_sign", "+5\r\nhello\r\n0\r\n\r\n", bad),
      chunks("chunks_blank", "5 \r\nhello\r\n0\r\n\r\n", bad),
      chunks("chunks_overflow", "ffffffffffffffff\r\nhello", bad),
      chunks("chunks_bare_lf", "5\nhello\n0\n\n", bad),
      chunks("chunks_too_long", "5\r\nhello!\r\n0\r\n\r\n", std::string("'hello' ") + bad),
      chunks("chunks_length_trailer", "0\r\nContent-Length: 1\r\n\r\n", bad),
      chunks("chunks_cut_in_content", "5\r\nhel", "'hel' error origin_cut"),
      chunks("chunks_cut_before_last", "5\r\nhello\r\n", "'hello' error origin_cut"),
      chunks("chunks_cut_in_last", "5\r\nhello\r\n0\r\n", "'hello' error origin_cut"),
      chunks("chunks_cut_in_size", "5", "error origin_cut"),
      to_head("head_with_length", "Content-Length: 5\r\n", "200 none '';"),
      to_head("head_without_length", "", "200 none '';"),
      to_head("head_chunked", "Transfer-Encoding: chunked\r\n", "200 none '';"),
      to_head("head_with_bad_length", "Content-Length: 5, 5\r\n", bad),
      to_head("head_with_both", "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", bad),
      {"tunnel", "RFC 9110 9.3.6", "HTTP/1.1 200 OK\r\n\r\nraw", "200 none raw 'raw'",
       message::Method::connect},
  };
}

}  // namespace hawser::test
