// SPDX-License-Identifier: Apache-2.0
// ConfigCheck: what `hawser-engine check` adds to reading the file: the files that it names, and a
// summary for people; and what a reload can't change. Owner: the main program. Thread: any.
#pragma once

#include <string>
#include <vector>

#include "control/config_file.h"

namespace hawser::control {

// Certificates and keys that are missing or can be read by others, a state folder that is too open.
// Whether key and certificate fit together is for tls to say.
config::ConfigErrors check_files(const NodeConfig& config);

// A few lines: listeners, certificates, workers, memory, and one line for each app.
std::string summary(const NodeConfig& config);

// The keys that differ and take effect only when the engine is started again. The rest of the new
// file can be applied.
std::vector<std::string> keys_that_need_a_restart(const NodeConfig& running,
                                                  const NodeConfig& wanted);

}  // namespace hawser::control
