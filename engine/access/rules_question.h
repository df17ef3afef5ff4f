// SPDX-License-Identifier: Apache-2.0
// Answers an administrator's question by the same rules, in the same way, that decide about
// requests. Owner: nobody (a function). Thread: any.
#pragma once

#include <cstdint>

#include "access/rules.h"
#include "core/country_file.h"
#include "core/result.h"
#include "model/access_question.h"
#include "model/app.h"

namespace hawser::access {

// Fails where no request of the app could have the path. Whether the engine would refuse the
// request before it asks a rule is its caller's to know. `countries` may be null.
core::Result<model::AccessAnswer> answer(const model::App& app,
                                         const model::AccessQuestion& question,
                                         const core::CountryFile* countries, int64_t now_s);

// What a rule said, with what it wanted, for people.
model::AccessAnswer::Step told(const Rules::Step& step);

}  // namespace hawser::access
