// SPDX-License-Identifier: Apache-2.0
// The fields of a head that name the application: Location, Content-Location, Refresh,
// Access-Control-Allow-Origin, and Set-Cookie's Domain and Path in responses; Destination, and
// Origin and Referer where the app asks for it, in requests. Owner: nobody (functions). Thread:
// any.
#pragma once

#include "connector/name_translation.h"
#include "message/fields.h"

namespace hawser::connector {

// From the origin's names to the public ones, in place.
void rewrite_response_names(message::Fields& fields, const NameTranslation& names);

// Origin and Referer that name the public side name the origin then. Whoever else asks keeps being
// told apart.
void rewrite_request_names(message::Fields& fields, const NameTranslation& names);

// Where a COPY or MOVE leads to: under the name by which the application knows itself.
void rewrite_destination(message::Fields& fields, const NameTranslation& names);

}  // namespace hawser::connector
