// SPDX-License-Identifier: Apache-2.0
// The layout of the embedded store's file: made where it is missing, checked where it is there.
// Owner: the SqliteStore. Thread: the control thread alone.
#pragma once

#include <cstdint>

#include "control/sqlite_database.h"
#include "control/store.h"

namespace hawser::control {

// Refuses damaged files, those of other programs, and those of a newer version of this one.
StoreResult<void> prepare_schema(SqliteDatabase& database, uint64_t schema_number,
                                 uint64_t size_limit_bytes);

}  // namespace hawser::control
