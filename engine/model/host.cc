// SPDX-License-Identifier: Apache-2.0
#include "model/host.h"

#include <algorithm>
#include <charconv>

#include "model/ip_network.h"

namespace hawser::model {
namespace {

constexpr size_t host_limit = 253;
constexpr size_t label_limit = 63;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

core::Result<void> check_label(std::string_view label, bool underscores) {
  if (label.empty()) return core::Error{"a host name has no empty label between its dots"};
  if (label.size() > label_limit) return core::Error{"a label has at most 63 characters"};
  if (label.front() == '-' || label.back() == '-') {
    return core::Error{"a label neither begins nor ends with a hyphen"};
  }
  for (const char c : label) {
    if ((c >= 'a' && c <= 'z') || is_digit(c) || c == '-' || (underscores && c == '_')) continue;
    if (static_cast<unsigned char>(c) >= 0x80) {
      return core::Error{"write names outside ASCII in their xn-- form"};
    }
    return core::Error{"a host name consists of letters, digits, hyphens and dots"};
  }
  return {};
}

// A last label of digits alone can only be meant as an IPv4 address.
bool ends_in_number(std::string_view host) {
  const std::string_view last = host.substr(host.rfind('.') + 1);
  return !last.empty() && std::all_of(last.begin(), last.end(), is_digit);
}

}  // namespace

core::Result<std::string> parse_host(std::string_view text, bool underscores) {
  if (text.empty()) return core::Error{"a host name is missing"};
  if (text.find(':') != text.npos || ends_in_number(text)) {
    auto address = IpAddress::parse(text);
    if (!address.ok()) return address.error();
    return address->to_string();
  }
  if (text.size() > host_limit) return core::Error{"a host name has at most 253 characters"};
  if (text.back() == '.') return core::Error{"leave out the final dot"};
  std::string host = lower_case(text);
  for (size_t begin = 0; begin <= host.size();) {
    const size_t end = std::min(host.find('.', begin), host.size());
    const auto label = check_label(std::string_view(host).substr(begin, end - begin), underscores);
    if (!label.ok()) return label.error();
    begin = end + 1;
  }
  return host;
}

std::string bracketed_host(std::string_view host) {
  std::string text;
  append_bracketed_host(text, host);
  return text;
}

void append_bracketed_host(std::string& text, std::string_view host) {
  const bool brackets = host.find(':') != host.npos;
  if (brackets) text += '[';
  text += host;
  if (brackets) text += ']';
}

void append_port(std::string& text, uint16_t port) {
  char digits[5];
  text += ':';
  text.append(digits, std::to_chars(digits, digits + sizeof digits, port).ptr);
}

core::Result<uint16_t> parse_port(std::string_view text) {
  uint16_t port = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (code != std::errc{} || end != text.data() + text.size() ||
      (text.size() > 1 && text[0] == '0')) {
    return core::Error{"a port is a number from 0 to 65535"};
  }
  return port;
}

core::Result<HostPort> HostPort::parse(std::string_view text) {
  const size_t colon = text.rfind(':');
  if (colon == text.npos) return core::Error{"add the port: host:port"};
  std::string_view host = text.substr(0, colon);
  const bool bracketed = host.size() >= 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  if (bracketed != (host.find(':') != host.npos)) {
    return core::Error{"an IPv6 address stands in brackets, and nothing else does: [::1]:443"};
  }
  auto parsed = parse_host(host, true);
  if (!parsed.ok()) return parsed.error();
  auto port = parse_port(text.substr(colon + 1));
  if (!port.ok()) return port.error();
  return HostPort{std::move(parsed).value(), *port};
}

std::string HostPort::to_string() const {
  std::string text;
  append_bracketed_host(text, host);
  append_port(text, port);
  return text;
}

core::Result<HostPattern> HostPattern::parse(std::string_view text) {
  HostPattern pattern;
  if (text.find("://") != text.npos)
    return core::Error{"give the host name alone, without a scheme"};
  if (text.find('/') != text.npos) return core::Error{"give the path by the key `path`"};
  if (text.size() > 2 && text.front() == '[' && text.back() == ']') {
    text = text.substr(1, text.size() - 2);
  } else if (text.find(':') != text.npos) {
    return core::Error{"give the host name alone, without a port"};
  }
  pattern.wildcard = text.substr(0, 2) == "*.";
  if (pattern.wildcard) text = text.substr(2);
  if (text.find('*') != text.npos) {
    return core::Error{"a wildcard stands for the whole first label: *.example"};
  }
  auto name = parse_host(text);
  if (!name.ok()) return name.error();
  if (pattern.wildcard && IpAddress::parse(*name).ok()) {
    return core::Error{"addresses have no wildcard"};
  }
  pattern.name = std::move(name).value();
  return pattern;
}

bool HostPattern::matches(std::string_view host) const {
  if (!wildcard) return host == name;
  if (host.size() < name.size() + 2) return false;
  const size_t dot = host.size() - name.size() - 1;
  return host[dot] == '.' && host.substr(dot + 1) == name;
}

std::string HostPattern::to_string() const { return (wildcard ? "*." : "") + bracketed_host(name); }

}  // namespace hawser::model
