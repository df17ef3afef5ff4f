// SPDX-License-Identifier: Apache-2.0
// host: the authority of a Host field. What is accepted has one spelling, which is accepted again
// and means the same; letters' case and a final dot make no difference.
#include <algorithm>

#include "message/characters.h"
#include "message/target.h"
#include "support/check.h"

namespace hawser::fuzz {
namespace {

// Planted: a name of digits keeps its final dot.
std::string host_of(const message::Authority& authority) {
  if (planted_fault && message::all_in(message::digit_char, authority.host))
    return authority.host + ".";
  return authority.host;
}

void check(const message::Authority& authority, std::string_view text) {
  require_same(authority.raw, text, "the text is kept as it came");
  const std::string host = host_of(authority);
  require(!host.empty() && host.size() <= 253, "a host has a length that names have", text);
  require(std::none_of(host.begin(), host.end(),
                       [](char c) { return c <= ' ' || c == '@' || c == '/' || c == '\x7f'; }),
          "a host holds nothing that ends it", text);
  message::Authority again;
  const std::string spelled =
      host + (authority.port != 0 ? ":" + std::to_string(authority.port) : "");
  require(message::parse_authority(spelled, again).empty(), "its own spelling is accepted",
          spelled);
  require_same(again.host, host, "its own spelling is the same host");
  require(again.port == authority.port, "and the same port", spelled);
  std::string capitals(text);
  std::transform(capitals.begin(), capitals.end(), capitals.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - ('a' - 'A')) : c;
  });
  require(message::parse_authority(capitals, again).empty(), "capitals are accepted", capitals);
  require_same(again.host, authority.host, "capitals are the same host");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text = view_of(data, size);
  hawser::message::Authority authority;
  if (hawser::message::parse_authority(text, authority).empty()) check(authority, text);
  return 0;
}

}  // namespace hawser::fuzz
