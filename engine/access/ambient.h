// SPDX-License-Identifier: Apache-2.0
// Whether a browser shows a client certificate on its own account, or because a page of another
// origin made it: it shows one with every request, whoever causes it, and no attribute holds it
// back as SameSite does a cookie. Owner: nobody. Thread: any.
#pragma once

#include "message/head.h"
#include "model/app.h"

namespace hawser::access {

// A page of another site may lead a person here (open a page, by a safe method), and no more: as
// SameSite=Lax has it. One of the same site, yet of another origin, may ask by safe methods; by
// others, and for a WebSocket, only if the app's `cors` lists it. Who does not say where the
// request comes from (Fetch metadata, Origin) is no browser.
bool is_made_by_another_site(const message::RequestHead& head, const model::App& app);

}  // namespace hawser::access
