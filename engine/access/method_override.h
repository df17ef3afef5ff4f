// SPDX-License-Identifier: Apache-2.0
// Fields by which a request asks an application to take it for one of another method
// (X-HTTP-Method-Override and its kin). Where rules look at the method, they would undo what was
// decided. Owner: nobody. Thread: any.
#pragma once

#include "message/fields.h"

namespace hawser::access {

// Whatever their spelling.
void remove_method_overrides(message::Fields& fields);

}  // namespace hawser::access
