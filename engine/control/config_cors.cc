// SPDX-License-Identifier: Apache-2.0
#include "control/config_cors.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/map_reader.h"
#include "message/characters.h"
#include "model/host.h"

namespace hawser::control {
namespace {

using config::MapReader;
using config::Value;

constexpr size_t site_limit = 100;
constexpr std::string_view expected = "a site as browsers write it, as https://other.example:8443";

uint16_t usual_port(std::string_view scheme) {
  if (scheme == "https") return 443;
  return scheme == "http" ? 80 : 0;
}

// RFC 3986 3.1, in small letters.
bool is_scheme(std::string_view text) {
  return !text.empty() && text.front() >= 'a' && text.front() <= 'z' &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || message::is_in(message::digit_char, c) || c == '+' ||
                  c == '-' || c == '.';
         });
}

// Browsers write a site in one way, and the gate compares byte by byte.
core::Result<std::string> parse_web_origin(std::string_view text) {
  if (text == "*") return core::Error{"name each site: any could ask with people's cookies"};
  if (text == "null") return core::Error{"leave it out: pages without a site have no name"};
  const size_t at = text.find("://");
  if (at == text.npos || !is_scheme(text.substr(0, at)))
    return core::Error{"begin it with https:// or another scheme, in small letters"};
  const std::string scheme(text.substr(0, at));
  const std::string authority(text.substr(at + 3));
  if (authority.find_first_of("/?#") != authority.npos)
    return core::Error{"leave out what follows the host and its port"};
  const bool with_port = authority.find(':', authority.rfind(']') + 1) != authority.npos;
  const auto server = model::HostPort::parse(with_port ? authority : authority + ":1");
  if (!server.ok()) return server.error();
  std::string canonical = scheme + "://" + model::bracketed_host(server->host);
  if (with_port && server->port != usual_port(scheme))
    canonical += ":" + std::to_string(server->port);
  if (canonical != text) return core::Error{"write `" + canonical + "`"};
  return canonical;
}

}  // namespace

void read_cors(const Value& value, model::Cors& target) {
  MapReader map(value);
  const auto origins = map.take("origins");
  const auto preflight = map.take("preflight");
  map.finish();
  if (preflight) {
    constexpr std::string_view words[] = {"sign_in", "allow"};
    const auto index = preflight->choice(words);
    target.allow_preflight = index && *index == 1;
  }
  const auto list = origins ? origins->list() : std::nullopt;
  if (list && list->size() > site_limit) return origins->error("at most 100 sites");
  for (const Value& item : list.value_or(std::vector<Value>())) {
    const auto origin = item.parsed<std::string>(&parse_web_origin, expected);
    if (!origin) continue;
    auto& known = target.origins;
    if (std::find(known.begin(), known.end(), *origin) == known.end()) {
      known.push_back(*origin);
    } else {
      item.error_found("\"" + *origin + "\" a second time", "each of them once", "remove it");
    }
  }
  if (preflight && target.allow_preflight && target.origins.empty() && (!list || list->empty()))
    preflight->error_found("`preflight: allow` without `origins`", "the sites that may ask",
                           "add `origins: [\"https://other.example\"]`, or remove it");
}

}  // namespace hawser::control
