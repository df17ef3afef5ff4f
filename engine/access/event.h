// SPDX-License-Identifier: Apache-2.0
// What the gate tells auditors of. Owner: nobody. Thread: any.
#pragma once

#include "model/event.h"

namespace hawser::access {

using model::Event;
using model::EventKind;
using model::EventSink;

}  // namespace hawser::access
