// SPDX-License-Identifier: Apache-2.0
// Fields that end at each hop (RFC 9110 7.6.1), and what Connection and Upgrade say.
// Owner: nobody (functions). Thread: any.
#pragma once

#include <span>
#include <string_view>

#include "message/fields.h"
#include "message/head.h"

namespace hawser::http {

// Removes Connection, Keep-Alive, Proxy-Connection, Proxy-Authenticate, Proxy-Authentication-Info,
// Proxy-Authorization, TE (but `TE: trailers` stays), Trailer, Transfer-Encoding, Upgrade,
// HTTP2-Settings, and what Connection names; of those it leaves Host, Content-Length and the other
// end-to-end fields that no hop may take away, and the names in `kept` (what we set ourselves).
void remove_hop_by_hop(message::Fields& fields, std::span<const std::string_view> kept = {});

// Whether `protocol` is one that a connection can be left for by an upgrade: well-formed, and not
// h2c (RFC 9113 3.1 gave that up).
bool is_upgrade_protocol(std::string_view protocol);

// The protocol of an HTTP/1.1 upgrade: Connection names "upgrade", and of the list in Upgrade,
// which the client gives in its order of preference (RFC 9110 7.8), the first that `usable` takes;
// "" when none is asked for or none can be used. Look before removal.
template <class Predicate>  // bool(std::string_view)
std::string_view upgrade_protocol(const message::Fields& fields, Predicate usable) {
  std::string_view first;
  if (!fields.contains_token(message::FieldName::connection, "upgrade")) return first;
  fields.for_each_element(message::FieldName::upgrade, [&](std::string_view protocol) {
    if (first.empty() && is_upgrade_protocol(protocol) && usable(protocol)) first = protocol;
  });
  return first;
}

// `Expect: 100-continue` alone; anything else in Expect is answered with 417.
enum class Expectation : uint8_t { none, continue_100, unknown };
Expectation expectation_of(const message::Fields& fields);

// Whether the client said that it accepts trailers.
bool accepts_trailers(const message::Fields& fields);

}  // namespace hawser::http
