// SPDX-License-Identifier: Apache-2.0
// What an app says of who may pass, as JSON for people and for its revision. Secrets are not in
// it: it may be shown, and what is made of it may be sent. Owner: nobody. Thread: any.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "model/app.h"
#include "model/provider.h"

namespace hawser::model {

nlohmann::json access_json(const App& app);
nlohmann::json provider_json(const Provider& provider);

}  // namespace hawser::model
