// SPDX-License-Identifier: Apache-2.0
// What the rules said to a request that a worker remembers: they are asked once more, with what
// they were asked with then. Owner: nobody (functions). Thread: any.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "access/decision_ring.h"
#include "access/rules_names.h"
#include "model/app.h"

namespace hawser::access {

// `app` is the present one of that name, null where there is none any more. Rules that have changed
// since say nothing of what they said then.
model::RequestStory story_of(DecisionRing::Remembered remembered, const model::App* app);

// The groups, and claims as "department=hr", that the marks stand for.
std::vector<std::string> names_of(const RuleNames& names, std::string_view marks);

}  // namespace hawser::access
