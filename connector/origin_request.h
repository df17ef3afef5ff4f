// SPDX-License-Identifier: Apache-2.0
// The request as an origin gets it, and the response as it goes back: whose rules they are is said
// by the app. Owner: nobody (functions). Thread: any.
#pragma once

#include <string>
#include <string_view>

#include "connector/name_translation.h"
#include "message/head.h"
#include "model/app.h"

namespace hawser::connector {

// The origin's own path takes the place of the app's prefix: of "/wiki/a%2Fb" under "/wiki/" and
// the origin path "/base/" comes "/base/a%2Fb". What follows the prefix stays as it was spelled.
std::string origin_path(std::string_view path, const std::string& app_prefix,
                        const std::string& origin_prefix);

// Rewrites the head in place: path, hop-by-hop fields, and what we answer ourselves (Expect).
void rewrite_for_origin(message::RequestHead& head, const model::App& app,
                        const model::Origin& origin);

// What Host or :authority says: the origin's name, or the one that the client asked by, in its one
// spelling.
void write_host_for_origin(const message::RequestHead& head, const model::App& app,
                           const model::Origin& origin, std::string& host);

// Rewrites a response's head in place, for the way back over the channel.
void rewrite_for_engine(message::ResponseHead& head, const NameTranslation& names);

// Which of the app's origins to try first: by weight. `random` is uniform.
size_t pick_origin(const model::App& app, uint64_t random);

}  // namespace hawser::connector
