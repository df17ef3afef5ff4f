// SPDX-License-Identifier: Apache-2.0
// LoginState: one sign-in under way. It travels, sealed, as the `state` of the request to the
// provider and comes back with its answer, so that a thousand of them cost the engine no memory.
// What binds it to the browser is a cookie that all of a browser's sign-ins share. Owner: nobody.
// Thread: any.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/key_ring.h"

namespace hawser::access {

struct LoginState {
  static constexpr size_t return_limit_bytes = 2048;
  static constexpr int64_t lifetime_s = 3600;  // people read their mail in the middle of it
  // No app's name has "_", so that no session's cookie is called so.
  static constexpr std::string_view cookie_name = "__Host-hawser-_login";
  static constexpr std::string_view fragment_cookie_prefix = "__Host-hawser-_fragment-";

  std::string id;  // 16 bytes
  std::string app;
  std::string provider;
  std::string verifier;  // of PKCE: 43 characters (RFC 7636 4.1)
  std::string nonce;
  std::string return_to;  // path and query on this host
  std::string form;       // FormTicket's bytes of what was sent there; empty: it was only opened
  int64_t begun_s = 0;
  std::vector<std::string> acr_values;  // that were asked for
  std::optional<uint64_t> max_age_s;    // likewise
  std::vector<std::string> amr;         // that must come of it; no request can ask for them

  // A new one for a browser whose login cookie has this value.
  std::string seal(const KeyRing& keys, std::string_view host, std::string_view browser) const;
  // Nothing where it is not ours, of another browser or host, or too old.
  static std::optional<LoginState> open(const KeyRing& keys, std::string_view host,
                                        std::string_view browser, std::string_view state,
                                        int64_t now_s);
  // That the browser keeps a fragment for this sign-in: other tabs have their own.
  std::string fragment_cookie() const;
  // S256 (RFC 7636 4.2).
  std::string challenge() const;
};

// What binds sign-ins to a browser: the login cookie's value, fresh.
std::string new_browser_secret();
bool is_browser_secret(std::string_view value);

}  // namespace hawser::access
