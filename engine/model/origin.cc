// SPDX-License-Identifier: Apache-2.0
#include "model/origin.h"

#include <algorithm>
#include <utility>

#include "model/host.h"

namespace hawser::model {
namespace {

constexpr size_t path_limit = 1024;

bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("-._~").find(c) != std::string_view::npos;
}

bool is_plain_in_path(char c) {
  return is_unreserved(c) || std::string_view("!$&'()*+,;=:@").find(c) != std::string_view::npos;
}

int upper_hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Three characters from the "%" on.
core::Result<void> check_percent(std::string_view encoded) {
  if (encoded.size() < 3 || upper_hex(encoded[1]) < 0 || upper_hex(encoded[2]) < 0) {
    return core::Error{"percent-encoding is \"%\" and two digits or capital letters: %C3"};
  }
  const char byte = static_cast<char>(upper_hex(encoded[1]) * 16 + upper_hex(encoded[2]));
  const auto value = static_cast<unsigned char>(byte);
  if (is_plain_in_path(byte)) return core::Error{"don't percent-encode what can stand as it is"};
  if (value < 0x20 || value == 0x7f || byte == '/' || byte == '\\' || byte == '%') {
    return core::Error{
        "an encoded control character, slash, backslash or percent sign can be read "
        "in two ways"};
  }
  return {};
}

core::Result<void> check_path_characters(std::string_view path) {
  for (size_t i = 0; i < path.size(); ++i) {
    if (path[i] == '/' || is_plain_in_path(path[i])) continue;
    if (path[i] == '?' || path[i] == '#') return core::Error{"leave out query and fragment"};
    if (path[i] != '%') return core::Error{"percent-encode what a URL's path can't hold as it is"};
    const auto encoded = check_percent(path.substr(i, 3));
    if (!encoded.ok()) return encoded.error();
    i += 2;
  }
  return {};
}

core::Result<void> check_segments(std::string_view path) {
  for (size_t begin = 1; begin < path.size();) {
    const size_t end = path.find('/', begin);
    const std::string_view segment = path.substr(begin, end - begin);
    if (segment.empty()) return core::Error{"leave out the empty segment (\"//\")"};
    if (segment == "." || segment == "..") return core::Error{"leave out \".\" and \"..\""};
    if (end == path.npos) break;
    begin = end + 1;
  }
  return {};
}

core::Result<Scheme> parse_scheme(std::string_view name) {
  for (const Scheme scheme : {Scheme::http, Scheme::https, Scheme::h2c}) {
    if (scheme_name(scheme) == name) return scheme;
  }
  return core::Error{"the scheme is http, https or h2c, in small letters"};
}

}  // namespace

std::string_view scheme_name(Scheme scheme) {
  switch (scheme) {
    case Scheme::https:
      return "https";
    case Scheme::h2c:
      return "h2c";
    case Scheme::http:
      break;
  }
  return "http";
}

uint16_t default_port(Scheme scheme) { return scheme == Scheme::https ? 443 : 80; }

core::Result<std::string> parse_path_prefix(std::string_view text) {
  if (text.empty() || text.front() != '/') return core::Error{"begin the path with \"/\""};
  if (text.size() > path_limit) return core::Error{"a path has at most 1024 characters here"};
  if (auto characters = check_path_characters(text); !characters.ok()) return characters.error();
  if (auto segments = check_segments(text); !segments.ok()) return segments.error();
  if (text.back() != '/') return core::Error{"end it with \"/\": `" + std::string(text) + "/`"};
  return std::string(text);
}

core::Result<Origin> Origin::parse_url(std::string_view url) {
  const size_t colon = url.find("://");
  if (colon == url.npos) return core::Error{"begin with the scheme: http://127.0.0.1:9000"};
  auto scheme = parse_scheme(url.substr(0, colon));
  if (!scheme.ok()) return scheme.error();
  Origin origin;
  origin.scheme = *scheme;
  origin.port = default_port(*scheme);
  const std::string_view rest = url.substr(colon + 3);
  const size_t path_at = std::min(rest.find_first_of("/?#"), rest.size());
  const std::string authority(rest.substr(0, path_at));
  if (authority.find('@') != authority.npos) return core::Error{"leave out user name and password"};
  const bool with_port = authority.find(':', authority.rfind(']') + 1) != authority.npos;
  auto server =
      HostPort::parse(with_port ? authority : authority + ':' + std::to_string(origin.port));
  if (!server.ok()) return server.error();
  if (server->port == 0) return core::Error{"a port to dial is a number from 1 to 65535"};
  origin.host = server->host;
  origin.port = server->port;
  if (path_at == rest.size()) return origin;
  auto path = parse_path_prefix(rest.substr(path_at));
  if (!path.ok()) return path.error();
  origin.path = std::move(path).value();
  return origin;
}

void Origin::append_authority(std::string& text) const {
  append_bracketed_host(text, host);
  if (port != default_port(scheme)) append_port(text, port);
}

void Origin::append_url(std::string& text) const {
  text += scheme_name(scheme);
  text += "://";
  append_authority(text);
  text += path;
}

std::string Origin::url() const {
  std::string text;
  append_url(text);
  return text;
}

std::string Origin::authority() const {
  std::string text;
  append_authority(text);
  return text;
}

}  // namespace hawser::model
