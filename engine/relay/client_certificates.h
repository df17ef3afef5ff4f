// SPDX-License-Identifier: Apache-2.0
// Client certificates: the edge's own certificates, read from the files that the configuration
// names. Owner: nobody (functions). Thread: the control thread.
#pragma once

#include <memory>

#include "control/config_file.h"
#include "core/result.h"
#include "model/snapshot.h"
#include "tls/context.h"

namespace hawser::relay {

// The TLS context of the listeners for clients, who are asked for a certificate where an app of the
// snapshot takes one. The error names file, line and key of the configuration.
core::Result<std::shared_ptr<tls::Context>> load_client_tls(
    const control::NodeConfig& config, const std::shared_ptr<const model::Snapshot>& snapshot);

}  // namespace hawser::relay
