// SPDX-License-Identifier: Apache-2.0
// The fields of a head that name the application: Location, Content-Location, Refresh, and
// Set-Cookie's Domain and Path in responses; Origin and Referer in requests where the app asks for
// it. Owner: nobody (functions). Thread: any.
#pragma once

#include "connector/name_translation.h"
#include "message/fields.h"

namespace hawser::connector {

// From the origin's names to the public ones, in place.
void rewrite_response_names(message::Fields& fields, const NameTranslation& names);

// Origin and Referer that name the public side name the origin then. Whoever else asks keeps being
// told apart.
void rewrite_request_names(message::Fields& fields, const NameTranslation& names);

}  // namespace hawser::connector
