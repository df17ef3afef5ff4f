// SPDX-License-Identifier: Apache-2.0
// The session cookie: who signed in, sealed, for one app on one host. It holds all that the app's
// rules ask for, so that an ordinary request asks nobody. Owner: nobody. Thread: any.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/key_ring.h"
#include "core/result.h"

namespace hawser::access {

struct SessionFacts {
  std::string session;    // its id, 16 bytes
  std::string subject;    // `sub`
  std::string user;       // what rules and the log call the person
  std::string client_id;  // the program's, of an access token; no cookie has one
  std::string marks;      // the groups and claims that the app's rules name: PersonMarks' bytes
  std::string acr;
  std::vector<std::string> amr;
  std::vector<std::string> identity;  // values of the app's `identity`, in its order
  int64_t signed_in_s = 0;            // `auth_time` by our clock; 0: the provider did not tell
  int64_t expires_s = 0;              // the session's end, whatever is done
  int64_t issued_s = 0;               // of this cookie: `idle` counts from it
  int64_t checked_s = 0;              // when the provider last vouched for the person, by our clock
  uint64_t names_digest = 0;          // of the names that the marks stand for, and who gave them
  // The provider answered about this person alone, and neither yes nor no; no cookie has it.
  bool in_doubt = false;

  bool operator==(const SessionFacts&) const = default;
};

class SessionCookie {
 public:
  // Of name and value together (RFC 6265 6.1 promises 4 KiB; heads are shorter with less).
  static constexpr size_t limit_bytes = 1024;

  // "__Host-hawser-wiki"
  static std::string name(std::string_view app);
  // The cookie's value; an error that names the reason where the facts take more than the limit.
  static core::Result<std::string> seal(const KeyRing& keys, std::string_view app,
                                        std::string_view host, const SessionFacts& facts);
  // Nothing where it was not sealed by us for this app and host.
  static std::optional<SessionFacts> open(const KeyRing& keys, std::string_view app,
                                          std::string_view host, std::string_view value);
};

// Set-Cookie's value for a cookie of ours: for this host alone, for TLS alone, for no script.
std::string set_cookie(std::string_view name, std::string_view value);
// Makes the browser forget it.
std::string forget_cookie(std::string_view name);

}  // namespace hawser::access
