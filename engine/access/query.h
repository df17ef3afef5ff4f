// SPDX-License-Identifier: Apache-2.0
// Parameters of our own pages' queries and forms. Owner: nobody. Thread: any.
#pragma once

#include "message/query.h"

namespace hawser::access {

using message::query_names;
using message::query_value;

}  // namespace hawser::access
