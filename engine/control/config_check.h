// SPDX-License-Identifier: Apache-2.0
// ConfigCheck: what `hawser-engine check` adds to reading the file: a look at the files that it
// names, and a summary for people; and what a reload can't change.
// Owner: the main program. Thread: any; it blocks, so never a worker's.
#pragma once

#include <string>
#include <vector>

#include "control/config_file.h"

namespace hawser::control {

// Certificates and keys that are missing, that don't belong together or that others may read, a
// state folder that is too open, a log that can't be written.
config::ConfigErrors check_files(const NodeConfig& config);

// What works but hardly as it was meant: published hosts that no certificate covers, certificates
// outside of their time, apps whose rules let nobody in. A sentence each. `now_ms`: since
// 1970-01-01 UTC.
std::vector<std::string> warnings(const NodeConfig& config, int64_t now_ms);

// A few lines: listeners, certificates, workers, memory, and one line for each app.
std::string summary(const NodeConfig& config, int64_t now_ms);

// The keys that differ and take effect only when the engine is started again; the rest of a new
// file can be applied while running.
std::vector<std::string> keys_that_need_a_restart(const NodeConfig& running,
                                                  const NodeConfig& wanted);

}  // namespace hawser::control
