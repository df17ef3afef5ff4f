// SPDX-License-Identifier: Apache-2.0
// Reads what engine.yaml says of countries: `geo`, the file that tells them, and a rule's
// `countries`. Owner: load_config(). Thread: any; it reads files, so never a worker's.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "config/value.h"
#include "core/country_file.h"

namespace hawser::control {

// True where a file is named. It is opened where files are looked at.
bool read_geo(const config::Value& value, std::shared_ptr<const core::CountryFile>& target);

// `has_geo`: read_geo() found one.
void read_countries(const config::Value& value, bool has_geo, std::vector<std::string>& target);

}  // namespace hawser::control
