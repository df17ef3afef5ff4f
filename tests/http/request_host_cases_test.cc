// SPDX-License-Identifier: Apache-2.0
// Host: RFC 9112 3.2, RFC 9110 7.2, RFC 3986 3.2.2.
#include "http/request_cases.h"

namespace hawser::test {

namespace {
constexpr const char* bad = "error bad_request";

RequestCase host(std::string name, std::string section, const std::string& value,
                 std::string expected) {
  return {std::move(name), std::move(section), "GET / HTTP/1.1\r\nHost:" + value + "\r\n\r\n",
          std::move(expected)};
}
RequestCase accepted(std::string name, const std::string& value, const std::string& authority) {
  return host(std::move(name), "RFC 9112 3.2", " " + value,
              "GET " + authority + " / none '' keep;");
}
RequestCase refused(std::string name, const std::string& value) {
  return host(std::move(name), "RFC 9112 3.2", " " + value, bad);
}
RequestCase raw(std::string name, std::string section, const std::string& line,
                const std::string& fields, std::string expected) {
  return {std::move(name), std::move(section), line + "\r\n" + fields + "\r\n",
          std::move(expected)};
}
}  // namespace

std::vector<RequestCase> request_host_cases() {
  using namespace std::string_literals;
  return {
      accepted("name", "wiki.example", "wiki.example"),
      accepted("upper_case", "WIKI.Example", "wiki.example"),
      accepted("port", "wiki.example:8443", "wiki.example:8443"),
      accepted("empty_port", "wiki.example:", "wiki.example"),
      accepted("leading_zeros_in_port", "wiki.example:00443", "wiki.example:443"),
      accepted("trailing_dot", "wiki.example.", "wiki.example"),
      accepted("trailing_dot_and_port", "wiki.example.:443", "wiki.example:443"),
      accepted("single_label", "wiki", "wiki"),
      accepted("underscore", "my_wiki.example", "my_wiki.example"),
      accepted("hyphens", "a--b.-c.example", "a--b.-c.example"),
      accepted("ipv4", "192.0.2.1", "192.0.2.1"),
      accepted("ipv6", "[2001:db8::1]", "[2001:db8::1]"),
      accepted("ipv6_port", "[2001:DB8:0:0::1]:8443", "[2001:db8::1]:8443"),
      accepted("punycode", "xn--bcher-kva.example", "xn--bcher-kva.example"),
      host("no_blank", "RFC 9112 5", "wiki.example", "GET wiki.example / none '' keep;"),
      host("tabs_around", "RFC 9112 5", "\twiki.example\t ", "GET wiki.example / none '' keep;"),
      host("empty", "RFC 9112 3.2", "", bad),
      host("blank", "RFC 9112 3.2", "  ", bad),
      refused("user_information", "joe@wiki.example"),
      refused("user_and_password", "joe:pw@wiki.example"),
      refused("empty_user", "@wiki.example"),
      refused("scheme", "https://wiki.example"),
      refused("path", "wiki.example/a"),
      refused("query", "wiki.example?a"),
      refused("fragment", "wiki.example#a"),
      refused("backslash", "wiki.example\\a"),
      refused("two_hosts_in_one", "wiki.example, other.example"),
      refused("two_hosts_without_blank", "wiki.example,other.example"),
      refused("two_hosts_by_blank", "wiki.example other.example"),
      refused("tab_inside", "wiki\texample"),
      refused("percent", "wiki%2eexample"),
      refused("star", "*.example"),
      refused("high_octet", "caf\xc3\xa9.example"),
      refused("double_dot", "wiki..example"),
      refused("leading_dot", ".example"),
      refused("dot_alone", "."),
      refused("two_trailing_dots", "wiki.example.."),
      refused("port_alone", ":443"),
      refused("port_letters", "wiki.example:abc"),
      refused("port_sign", "wiki.example:+443"),
      refused("port_blank", "wiki.example: 443"),
      refused("port_hex", "wiki.example:0x1bb"),
      refused("port_zero", "wiki.example:0"),
      refused("port_too_large", "wiki.example:65536"),
      refused("port_far_too_large", "wiki.example:18446744073709551617"),
      refused("two_ports", "wiki.example:443:80"),
      refused("ipv6_without_brackets", "2001:db8::1"),
      refused("ipv6_open", "[2001:db8::1"),
      refused("ipv6_empty", "[]"),
      refused("ipv6_bad", "[2001:db8:::1]"),
      refused("ipv6_zone", "[fe80::1%25eth0]"),
      refused("ipv6_trailing_text", "[::1]a"),
      refused("ipv6_ipv4", "[192.0.2.1]"),
      refused("ip_future", "[v1.a]"),
      refused("quoted", "\"wiki.example\""),
      refused("too_long", std::string(254, 'a')),
      refused("nul", "wiki.example\0"s),
      raw("missing", "RFC 9112 3.2", "GET / HTTP/1.1", "", bad),
      raw("missing_with_others", "RFC 9112 3.2", "GET / HTTP/1.1", "Accept: */*\r\n", bad),
      raw("twice", "RFC 9112 3.2", "GET / HTTP/1.1",
          "Host: wiki.example\r\nHost: other.example\r\n", bad),
      raw("twice_the_same", "RFC 9112 3.2", "GET / HTTP/1.1",
          "Host: wiki.example\r\nHost: wiki.example\r\n", bad),
      raw("twice_apart", "RFC 9112 3.2", "GET / HTTP/1.1",
          "Host: wiki.example\r\nAccept: */*\r\nhost: wiki.example\r\n", bad),
      raw("twice_one_empty", "RFC 9112 3.2", "GET / HTTP/1.1", "Host:\r\nHost: wiki.example\r\n",
          bad),
      raw("twice_in_http_1_0", "RFC 9112 3.2", "GET / HTTP/1.0",
          "Host: wiki.example\r\nHost: wiki.example\r\n", bad),
      raw("missing_in_http_1_0", "RFC 9112 3.2", "GET / HTTP/1.0", "", "GET  / none '' close;"),
      raw("missing_in_http_1_2", "RFC 9112 3.2", "GET / HTTP/1.2", "", bad),
      raw("bad_in_http_1_0", "RFC 9112 3.2", "GET / HTTP/1.0", "Host: a@b\r\n", bad),
      raw("folded", "RFC 9112 5.2", "GET / HTTP/1.1", "Host:\r\n wiki.example\r\n", bad),
      raw("blank_before_colon", "RFC 9112 5.1", "GET / HTTP/1.1", "Host : wiki.example\r\n", bad),
      raw("blank_before_name", "RFC 9112 2.2", "GET / HTTP/1.1", " Host: wiki.example\r\n", bad),
      raw("look_alike_is_not_host", "RFC 9112 3.2", "GET / HTTP/1.1", "Hos_t: wiki.example\r\n",
          bad),
      // With a target that names the host.
      raw("absolute_same", "RFC 9112 3.2.2", "GET https://wiki.example/ HTTP/1.1",
          "Host: wiki.example\r\n", "GET wiki.example / none '' keep;"),
      raw("absolute_same_default_port", "RFC 9112 3.2.2", "GET https://wiki.example/ HTTP/1.1",
          "Host: wiki.example:443\r\n", "GET wiki.example / none '' keep;"),
      raw("absolute_other_host", "RFC 9112 3.2.2", "GET https://wiki.example/ HTTP/1.1",
          "Host: other.example\r\n", bad),
      raw("absolute_other_port", "RFC 9112 3.2.2", "GET https://wiki.example:8443/ HTTP/1.1",
          "Host: wiki.example\r\n", bad),
      raw("absolute_port_of_other_scheme", "RFC 9112 3.2.2", "GET http://wiki.example/ HTTP/1.1",
          "Host: wiki.example:443\r\n", bad),
      raw("absolute_without_host", "RFC 9112 3.2", "GET https://wiki.example/ HTTP/1.1", "", bad),
      raw("absolute_empty_host_field", "RFC 9112 3.2.2", "GET https://wiki.example/ HTTP/1.1",
          "Host:\r\n", bad),
      raw("absolute_two_hosts", "RFC 9112 3.2", "GET https://wiki.example/ HTTP/1.1",
          "Host: wiki.example\r\nHost: wiki.example\r\n", bad),
      raw("absolute_in_http_1_0", "RFC 9112 3.2.2", "GET https://wiki.example/ HTTP/1.0", "",
          "GET wiki.example / none '' close;"),
      raw("connect_other_host", "RFC 9112 3.2.3", "CONNECT wiki.example:443 HTTP/1.1",
          "Host: other.example:443\r\n", bad),
      raw("connect_other_port", "RFC 9112 3.2.3", "CONNECT wiki.example:443 HTTP/1.1",
          "Host: wiki.example:80\r\n", bad),
      raw("connect_same", "RFC 9112 3.2.3", "CONNECT wiki.example:443 HTTP/1.1",
          "Host: wiki.example:443\r\n", "CONNECT wiki.example:443  none '' keep;"),
      raw("connect_without_host", "RFC 9112 3.2.3", "CONNECT wiki.example:443 HTTP/1.1", "", bad),
      raw("asterisk_without_host", "RFC 9112 3.2", "OPTIONS * HTTP/1.1", "", bad),
  };
}

}  // namespace hawser::test
