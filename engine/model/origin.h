// SPDX-License-Identifier: Apache-2.0
// Origin: an internal application server, as an app names it by URL.
// Owner: whoever holds it. Thread: any.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/result.h"

namespace hawser::model {

enum class Scheme { http, https, h2c };

std::string_view scheme_name(Scheme scheme);
uint16_t default_port(Scheme scheme);

// A path that begins and ends with "/", in one canonical spelling: no empty, "." or ".." segment,
// no query, percent-encoding only where it is needed and in upper case. Returns it unchanged.
core::Result<std::string> parse_path_prefix(std::string_view text);

struct Origin {
  Scheme scheme = Scheme::http;
  std::string host;  // as model::parse_host() returns it; an IPv6 address without brackets
  uint16_t port = 80;
  std::string path = "/";  // takes the place of the app's own path prefix
  uint32_t weight = 1;

  // "http://127.0.0.1:9000", "https://wiki.corp/base/"; user info, query and fragment are refused.
  static core::Result<Origin> parse_url(std::string_view url);
  std::string url() const;        // in canonical form, without the weight
  std::string authority() const;  // for Host: the port only where it isn't the scheme's own
  void append_url(std::string& text) const;
  void append_authority(std::string& text) const;
  bool operator==(const Origin&) const = default;
};

inline constexpr uint32_t origin_weight_limit = 1000;

// How a connector verifies https origins.
struct OriginTls {
  std::string ca_pem;       // empty: the system's roots
  bool verify = true;       // false has to be spelled in the configuration
  std::string server_name;  // empty: the origin's host
  bool operator==(const OriginTls&) const = default;
};

}  // namespace hawser::model
