// SPDX-License-Identifier: Apache-2.0
// Reads the file that `pages:` names: the frame and the texts of the pages that people read. Its
// errors name that file and its lines. Owner: nobody. Thread: any; it blocks, so never a worker's.
#pragma once

#include <span>
#include <string_view>

#include "config/value.h"
#include "model/page_template.h"

namespace hawser::control {

// `texts`: the keys that a language may have; none: any.
void read_pages(const config::Value& value, std::span<const std::string_view> texts,
                model::PageTemplate& target);

}  // namespace hawser::control
