// SPDX-License-Identifier: Apache-2.0
// The fields by which an application learns who is asking: the connector alone sets them, those of
// the app's own `identity`, from what the engine said of the request's user. Owner: nobody
// (functions). Thread: any.
#pragma once

#include <vector>

#include "channel/frame.h"
#include "message/fields.h"
#include "model/app_access.h"

namespace hawser::connector {

// Removes them in whatever spelling.
void remove_identity_fields(message::Fields& fields,
                            const std::vector<model::IdentityField>& mapping);
// And sets those of which there is something to tell. Doing it again does no harm.
void set_identity_fields(message::Fields& fields, const std::vector<model::IdentityField>& mapping,
                         const channel::OpenInfo& info);

}  // namespace hawser::connector
