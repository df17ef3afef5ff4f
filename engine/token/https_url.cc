// SPDX-License-Identifier: Apache-2.0
#include "token/https_url.h"

#include <algorithm>

#include "model/host.h"

namespace hawser::token {
namespace {

constexpr std::string_view scheme = "https://";
constexpr uint16_t https_port = 443;

bool is_plain(std::string_view url) {
  return std::all_of(url.begin(), url.end(), [](char c) { return c > ' ' && c < 127; }) &&
         url.find_first_of("\"<>\\^`{|}#") == std::string_view::npos;
}

}  // namespace

core::Result<HttpsUrl> HttpsUrl::parse(std::string_view url) {
  if (url.size() > limit_bytes) return core::Error{"a URL of more than 2048 bytes"};
  if (!url.starts_with(scheme)) return core::Error{"not a URL of https://"};
  if (!is_plain(url)) return core::Error{"a URL with a fragment, or characters that none may have"};
  const std::string_view rest = url.substr(scheme.size());
  const std::string_view authority = rest.substr(0, rest.find_first_of("/?"));
  if (authority.find('@') != std::string_view::npos)
    return core::Error{"a URL with user name or password"};
  HttpsUrl parsed;
  const bool has_port = authority.rfind(':') != std::string_view::npos && !authority.ends_with(']');
  const auto place =
      model::HostPort::parse(has_port ? std::string(authority) : std::string(authority) + ":443");
  if (!place) return place.error();
  parsed.host = place->host;
  parsed.port = place->port;
  parsed.target = rest.substr(authority.size());
  if (!parsed.target.starts_with('/')) parsed.target.insert(0, "/");
  return parsed;
}

std::string HttpsUrl::authority() const {
  const std::string name = model::bracketed_host(host);
  return port == https_port ? name : name + ":" + std::to_string(port);
}

}  // namespace hawser::token
