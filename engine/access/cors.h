// SPDX-License-Identifier: Apache-2.0
// Cors: what a browser lets scripts of other sites see of the gate's own answers, by the app's
// `cors` (Fetch Standard, "CORS protocol"). What the application answers is left as it is. Owner:
// nobody (functions). Thread: any.
#pragma once

#include "access/gate.h"

namespace hawser::access {

// Whether a browser asks what a script may ask (Fetch Standard, "CORS-preflight request").
bool is_preflight(const message::RequestHead& head);

// Where the app lists the asking site: its scripts may read the answer.
void add_cors_fields(const Question& question, message::Fields& answer);

// To a preflight, in the application's place: a site that the app lists may ask what it wants to,
// with the person's cookies; the application then decides about its own answers.
Answer preflight_answer(const Question& question);

}  // namespace hawser::access
