// SPDX-License-Identifier: Apache-2.0
// What we add to every final response: Date where it is missing, Via, and the app's
// Strict-Transport-Security; and what we take from an origin's. Owner: nobody (functions). Thread:
// any.
#pragma once

#include <cstdint>

#include "message/fields.h"
#include "message/head.h"
#include "model/app.h"

namespace hawser::relay {

// Adds Date where the origin left it out (RFC 9110 6.6.1). `wall_ms` since 1970.
void add_missing_date(message::Fields& fields, int64_t wall_ms);

// Of an origin's response, interim or not, what is false here: Alt-Svc, for where else the origin
// can be reached (RFC 7838) is no place for clients of the edge.
void remove_false_fields(message::Fields& fields);

// Of a response that came from an origin: Date, Via (RFC 9110 7.6.3), and HSTS.
void complete_origin_response(message::ResponseHead& head, const model::App& app, int64_t wall_ms);

// Of an interim response but 101: what a client would keep beyond the exchange is for its final
// response to say. So no Set-Cookie, and no Strict-Transport-Security where the app sets it.
void trim_interim_response(message::Fields& fields, const model::App& app);

// Of a page of our own; `app` may be null: none was found.
void complete_own_response(message::Fields& fields, const model::App* app, int64_t wall_ms);

}  // namespace hawser::relay
