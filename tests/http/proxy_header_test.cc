// SPDX-License-Identifier: Apache-2.0
#include "http/proxy_header.h"

#include <gtest/gtest.h>

#include <string>

namespace hawser::http {
namespace {

using Status = ProxyHeader::Status;

const std::string signature("\r\n\r\n\0\r\nQUIT\n", 12);

std::string binary(uint8_t command, uint8_t family, const std::string& rest) {
  std::string out = signature;
  out += static_cast<char>(command);
  out += static_cast<char>(family);
  out += static_cast<char>(rest.size() >> 8);
  out += static_cast<char>(rest.size() & 0xff);
  return out + rest;
}

const std::string v4_rest("\xc0\x00\x02\x07\xc6\x33\x64\x01\x12\x67\x01\xbb", 12);
const std::string v6_rest = std::string("\x20\x01\x0d\xb8", 4) + std::string(11, '\0') + "\x07" +
                            std::string(15, '\0') + "\x01" + std::string("\x12\x67\x01\xbb", 4);

// What the header says, "" for nothing, the fault in brackets.
std::string read(const std::string& bytes) {
  const ProxyHeader header = read_proxy_header(bytes);
  if (header.status == Status::failed) return "[" + std::string(header.fault) + "]";
  if (header.status == Status::need_more) return "...";
  return header.source ? header.source->to_string() : "";
}

TEST(ProxyHeader, ALineNamesTheClient) {
  EXPECT_EQ(read("PROXY TCP4 192.0.2.7 198.51.100.1 4711 443\r\n"), "192.0.2.7:4711");
  EXPECT_EQ(read("PROXY TCP6 2001:db8::7 2001:db8::1 4711 443\r\n"), "[2001:db8::7]:4711");
  EXPECT_EQ(read("PROXY TCP6 ::ffff:192.0.2.7 ::1 4711 443\r\n"), "192.0.2.7:4711");
}

TEST(ProxyHeader, ABalancerThatDoesNotKnowTheClientNamesNone) {
  EXPECT_EQ(read("PROXY UNKNOWN\r\n"), "");
  EXPECT_EQ(read("PROXY UNKNOWN ffff::1 ffff::2 65535 65535\r\n"), "");
  EXPECT_EQ(read(binary(0x20, 0x00, "")), "");
  EXPECT_EQ(read(binary(0x20, 0x11, v4_rest)), "") << "LOCAL: a health check";
  EXPECT_EQ(read(binary(0x21, 0x00, "whatever")), "");
}

TEST(ProxyHeader, ABinaryHeaderNamesTheClient) {
  EXPECT_EQ(read(binary(0x21, 0x11, v4_rest)), "192.0.2.7:4711");
  EXPECT_EQ(read(binary(0x21, 0x21, v6_rest)), "[2001:db8::7]:4711");
  EXPECT_EQ(read(binary(0x21, 0x11, v4_rest + std::string("\x04\x00\x02zz", 5))), "192.0.2.7:4711");
}

TEST(ProxyHeader, WhatFollowsIsNotTheHeaders) {
  const std::string line = "PROXY TCP4 192.0.2.7 198.51.100.1 4711 443\r\n";
  EXPECT_EQ(read_proxy_header(line + "\x16\x03\x01\r\n").bytes, line.size());
  const std::string header = binary(0x21, 0x11, v4_rest);
  EXPECT_EQ(read_proxy_header(header + "\x16\x03\x01").bytes, header.size());
}

TEST(ProxyHeader, EveryCutWaitsForTheRest) {
  for (const std::string& whole :
       {std::string("PROXY TCP6 2001:db8::7 2001:db8::1 4711 443\r\n"),
        std::string("PROXY UNKNOWN\r\n"), binary(0x21, 0x21, v6_rest), binary(0x20, 0x00, "")}) {
    for (size_t size = 0; size < whole.size(); ++size)
      EXPECT_EQ(read(whole.substr(0, size)), "...") << size;
    EXPECT_NE(read(whole), "...");
  }
}

TEST(ProxyHeader, WhatIsNotAllowedIsRefused) {
  for (const std::string& bytes : {
           std::string("\x16\x03\x01"),
           std::string("GET / HTTP/1.1\r\n"),
           std::string("proxy TCP4 192.0.2.7 198.51.100.1 4711 443\r\n"),
           std::string("PROXY\r\n"),
           std::string("PROXY \r\n"),
           std::string("PROXY TCP5 192.0.2.7 198.51.100.1 4711 443\r\n"),
           std::string("PROXY tcp4 192.0.2.7 198.51.100.1 4711 443\r\n"),
           std::string("PROXY UDP4 192.0.2.7 198.51.100.1 4711 443\r\n"),
           std::string("PROXY TCP4 192.0.2.7 198.51.100.1 4711\r\n"),
           std::string("PROXY TCP4 192.0.2.7 198.51.100.1 4711 443 1\r\n"),
           std::string("PROXY TCP4  192.0.2.7 198.51.100.1 4711 443\r\n"),
           std::string("PROXY TCP4 192.0.2.7 198.51.100.1 4711 443 \r\n"),
           std::string("PROXY TCP4 2001:db8::7 198.51.100.1 4711 443\r\n"),
           std::string("PROXY TCP6 192.0.2.7 2001:db8::1 4711 443\r\n"),
           std::string("PROXY TCP4 192.0.2.07 198.51.100.1 4711 443\r\n"),
           std::string("PROXY TCP4 192.0.2.7 198.51.100.1 04711 443\r\n"),
           std::string("PROXY TCP4 192.0.2.7 198.51.100.1 +4711 443\r\n"),
           std::string("PROXY TCP4 192.0.2.7 198.51.100.1 4711 65536\r\n"),
           std::string("PROXY TCP4 192.0.2.7\t198.51.100.1 4711 443\r\n"),
           std::string("PROXY TCP4 192.0.2.7 198.51.100.1 4711 443\n"),
           std::string("PROXY TCP4 192.0.2.7 198.51.100.1 47\r11 443\r\n"),
           "PROXY UNKNOWN " + std::string(200, 'x'),
           "PROXY UNKNOWN " + std::string(92, 'x') + "\r\n",
           binary(0x11, 0x11, v4_rest),
           binary(0x22, 0x11, v4_rest),
           binary(0x21, 0x12, v4_rest),
           binary(0x21, 0x31, std::string(216, '\0')),
           binary(0x21, 0x11, v4_rest.substr(1)),
           binary(0x21, 0x21, v6_rest.substr(1)),
           binary(0x21, 0x11, v4_rest + "\x04"),
           binary(0x21, 0x11, v4_rest + std::string("\x04\x00\x03zz", 5)),
           binary(0x21, 0x00, std::string(5000, 'x')),
       }) {
    EXPECT_TRUE(read(bytes).starts_with("[")) << bytes << ": " << read(bytes);
  }
}

TEST(ProxyHeader, TheLongestLineIsRead) {
  EXPECT_EQ(read("PROXY UNKNOWN " + std::string(91, 'x') + "\r\n"), "");
}

}  // namespace
}  // namespace hawser::http
