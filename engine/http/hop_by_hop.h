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

// The protocol of an HTTP/1.1 upgrade: Connection names "upgrade" and Upgrade holds exactly one
// protocol; "" when none is asked for or it cannot be used (h2c included). Look before removal.
std::string_view upgrade_protocol(const message::Fields& fields);

// `Expect: 100-continue` alone; anything else in Expect is answered with 417.
enum class Expectation : uint8_t { none, continue_100, unknown };
Expectation expectation_of(const message::Fields& fields);

// Whether the client said that it accepts trailers.
bool accepts_trailers(const message::Fields& fields);

}  // namespace hawser::http
