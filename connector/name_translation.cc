// SPDX-License-Identifier: Apache-2.0
#include "connector/name_translation.h"

#include <algorithm>

#include "connector/path_translation.h"
#include "message/characters.h"
#include "model/host.h"
#include "model/ip_network.h"

namespace hawser::connector {

using message::Authority;
using message::equals_ignoring_case;

namespace {

// A URI reference in pieces: "path" is up to "?" or "#", the suffix what follows.
struct Pieces {
  std::string_view authority;
  std::string_view path;
  std::string_view suffix;
};

// `rest` is what follows "//".
Pieces split(std::string_view rest) {
  Pieces pieces;
  const size_t path_at = std::min(rest.find_first_of("/?#"), rest.size());
  const size_t suffix_at = std::min(rest.find_first_of("?#"), rest.size());
  pieces.authority = rest.substr(0, path_at);
  pieces.path = rest.substr(path_at, suffix_at - path_at);
  pieces.suffix = rest.substr(suffix_at);
  return pieces;
}

// "" where there is none; what follows its colon goes to `rest`.
std::string_view take_scheme(std::string_view text, std::string_view& rest) {
  rest = text;
  const size_t colon = text.find_first_of(":/?#");
  if (colon == std::string_view::npos || colon == 0 || text[colon] != ':') return {};
  rest = text.substr(colon + 1);
  return text.substr(0, colon);
}

// The host as an Origin has it: an IPv6 address without brackets, one spelling of each.
std::string plain_host(const Authority& name) {
  if (name.host.front() != '[') return name.host;
  auto parsed = model::parse_host(std::string_view(name.host).substr(1, name.host.size() - 2));
  return parsed.ok() ? std::move(parsed).value() : name.host;
}

// RFC 6265 5.1.3.
bool domain_covers(std::string_view domain, std::string_view host) {
  if (!host.ends_with(domain)) return false;
  if (host.size() == domain.size()) return true;
  return host[host.size() - domain.size() - 1] == '.' && !model::IpAddress::parse(host).ok();
}

}  // namespace

std::string NameTranslation::public_authority() const {
  return asked_.port == 0 ? asked_.host : asked_.host + ":" + std::to_string(asked_.port);
}

// A path that begins with "//" would be read as a host.
std::string NameTranslation::public_reference(std::string path, std::string_view suffix) const {
  if (path.starts_with("//")) path = "https://" + public_authority() + path;
  path += suffix;
  return path;
}

std::optional<std::string> NameTranslation::to_public(std::string_view reference) const {
  // A browser takes "\" for "/", others don't: whatever it means, it is not a name of ours.
  const std::string_view before_suffix =
      reference.substr(0, std::min(reference.find_first_of("?#"), reference.size()));
  if (asked_.empty() || before_suffix.empty()) return std::nullopt;
  if (before_suffix.find('\\') != before_suffix.npos) return std::nullopt;
  std::string_view rest;
  const std::string_view scheme = take_scheme(reference, rest);
  const bool http = equals_ignoring_case(scheme, "http") || equals_ignoring_case(scheme, "https");
  if (!scheme.empty() && !http) return std::nullopt;
  if (rest.starts_with("//")) return url_to_public(scheme, rest.substr(2));
  if (!scheme.empty() || app_.path_prefix == origin_.path) return std::nullopt;
  return rest.starts_with("/") ? path_to_public(rest) : relative_to_public(rest);
}

// `scheme`: empty for a reference without one, which has the scheme of the origin's own URL.
std::optional<std::string> NameTranslation::url_to_public(std::string_view scheme,
                                                          std::string_view rest) const {
  const Pieces pieces = split(rest);
  Authority name;
  if (!message::parse_authority(pieces.authority, name).empty()) return std::nullopt;
  const std::string_view meant = !scheme.empty()                          ? scheme
                                 : origin_.scheme == model::Scheme::https ? "https"
                                                                          : "http";
  const model::Origin* const origin = named(name, meant, pieces.path);
  if (origin == nullptr) return std::nullopt;
  auto path = move_path(pieces.path, origin->path, app_.path_prefix);
  if (!path) return std::nullopt;
  std::string url(scheme.empty() ? "//" : "https://");
  url += public_authority();
  url += *path;
  url += pieces.suffix;
  return url;
}

std::optional<std::string> NameTranslation::path_to_public(std::string_view reference) const {
  const Pieces pieces = split(reference);
  auto path = move_path(pieces.path, origin_.path, app_.path_prefix);
  if (!path) return std::nullopt;
  return public_reference(std::move(*path), pieces.suffix);
}

// Most mean the same on both sides. Where the prefix without its slash was asked for, or ".." goes
// above the prefix, they don't.
std::optional<std::string> NameTranslation::relative_to_public(std::string_view reference) const {
  const size_t suffix_at = std::min(reference.find_first_of("?#"), reference.size());
  const std::string_view relative = reference.substr(0, suffix_at);
  auto path = move_path(resolve_path(origin_path_, relative), origin_.path, app_.path_prefix);
  if (!path || *path == resolve_path(public_path_, relative)) return std::nullopt;
  return public_reference(std::move(*path), reference.substr(suffix_at));
}

bool NameTranslation::is_public_name(const Authority& name, std::string_view scheme) const {
  return equals_ignoring_case(scheme, "https") && name.host == asked_.host &&
         name.port_or_default("https") == asked_.port_or_default("https");
}

// An origin that gets the public Host field takes that host for its own, with its own port, with
// the public one, or with none.
bool NameTranslation::is_ours_by_host(const Authority& name) const {
  return app_.host_header == model::HostHeader::public_host && name.host == asked_.host &&
         (name.port == 0 || name.port == origin_.port || name.port == asked_.port);
}

// Which of the app's origins is meant: the one that was asked goes first. The scheme says no more
// than the port: one port speaks one of them, and applications that heed X-Forwarded-Proto write
// "https" before their own host and port.
const model::Origin* NameTranslation::named(const Authority& name, std::string_view scheme,
                                            std::string_view path) const {
  if (is_public_name(name, scheme) && behind_prefix(path, app_.path_prefix)) return nullptr;
  if (is_ours_by_host(name)) return &origin_;
  const std::string host = plain_host(name);
  const uint16_t port =
      name.port_or_default(equals_ignoring_case(scheme, "http") ? "http" : "https");
  const auto is_meant = [&](const model::Origin& origin) {
    return origin.host == host && origin.port == port &&
           behind_prefix(path.empty() ? "/" : path, origin.path);
  };
  if (is_meant(origin_)) return &origin_;
  const auto found = std::find_if(app_.origins.begin(), app_.origins.end(), is_meant);
  return found == app_.origins.end() ? nullptr : &*found;
}

std::optional<std::string> NameTranslation::public_cookie_domain(std::string_view domain) const {
  if (domain.starts_with('.')) domain.remove_prefix(1);
  Authority name;
  if (!message::parse_authority(domain, name).empty()) return std::nullopt;
  if (domain_covers(name.host, asked_.host)) return std::nullopt;
  const std::string host = plain_host(name);
  const bool ours =
      std::any_of(app_.origins.begin(), app_.origins.end(),
                  [&](const model::Origin& origin) { return domain_covers(host, origin.host); });
  if (!ours) return std::nullopt;
  return asked_.host;
}

// A path above the origin's own stands for all of the app, and for no other.
std::optional<std::string> NameTranslation::public_cookie_path(std::string_view path) const {
  if (!path.starts_with('/') || app_.path_prefix == origin_.path) return std::nullopt;
  if (auto moved = move_path(path, origin_.path, app_.path_prefix)) return moved;
  std::string above(path);
  if (above.back() != '/') above += '/';
  if (!behind_prefix(origin_.path, above)) return std::nullopt;
  return app_.path_prefix;
}

std::optional<std::string> NameTranslation::to_public_origin(std::string_view origin) const {
  std::string_view rest;
  const std::string_view scheme = take_scheme(origin, rest);
  Authority name;
  if (asked_.empty() || !rest.starts_with("//") ||
      !message::parse_authority(rest.substr(2), name).empty())
    return std::nullopt;
  const std::string host = plain_host(name);
  const bool ours =
      std::any_of(app_.origins.begin(), app_.origins.end(), [&](const model::Origin& each) {
        return each.host == host && each.port == name.port_or_default(scheme);
      });
  if (!ours) return std::nullopt;
  return "https://" + public_authority();
}

std::optional<std::string> NameTranslation::to_internal(std::string_view url) const {
  return url_to_internal(url, origin_.authority());
}

std::optional<std::string> NameTranslation::to_destination(std::string_view reference) const {
  if (!reference.starts_with('/') || reference.starts_with("//")) {
    const bool by_public_name = app_.host_header == model::HostHeader::public_host;
    return url_to_internal(reference, by_public_name ? public_authority() : origin_.authority());
  }
  const Pieces pieces = split(reference);
  auto path = move_path(pieces.path, app_.path_prefix, origin_.path);
  if (path) *path += pieces.suffix;
  return path;
}

std::optional<std::string> NameTranslation::url_to_internal(std::string_view url,
                                                            std::string_view authority) const {
  std::string_view rest;
  const std::string_view scheme = take_scheme(url, rest);
  if (!rest.starts_with("//")) return std::nullopt;
  const Pieces pieces = split(rest.substr(2));
  Authority name;
  if (!message::parse_authority(pieces.authority, name).empty()) return std::nullopt;
  if (!is_public_name(name, scheme)) return std::nullopt;
  std::string internal(origin_.scheme == model::Scheme::https ? "https://" : "http://");
  internal += authority;
  if (pieces.path.empty() && pieces.suffix.empty()) return internal;  // an Origin
  auto path = move_path(pieces.path, app_.path_prefix, origin_.path);
  if (!path) return std::nullopt;
  internal += *path;
  internal += pieces.suffix;
  return internal;
}

}  // namespace hawser::connector
