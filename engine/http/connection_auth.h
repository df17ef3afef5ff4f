// SPDX-License-Identifier: Apache-2.0
// Authentication that belongs to a connection: NTLM and Negotiate (RFC 4559) let in whoever comes
// over the connection on which they were spoken, whatever RFC 9110 11.1 says of requests. Schemes
// are compared without regard to case, over all lines of a field and all elements of a line. Owner:
// nobody (functions). Thread: any.
#pragma once

#include <cstdint>

#include "message/fields.h"

namespace hawser::http {

// Whether a request's Authorization is of such a scheme. (Proxy-Authorization ends at each hop.)
bool has_connection_credentials(const message::Fields& fields);

// What a response's WWW-Authenticate says of such schemes.
enum class ConnectionChallenge : uint8_t {
  none,
  offered,  // the scheme alone: nothing has been spoken yet
  spoken,   // with a token: the handshake is under way, or through
};
ConnectionChallenge connection_challenge_of(const message::Fields& fields);

}  // namespace hawser::http
