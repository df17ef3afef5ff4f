// SPDX-License-Identifier: Apache-2.0
// `verify_identity` of connector.yaml: whose ID tokens this connector believes. Owner: nobody (a
// function). Thread: any; it reads files.
#pragma once

#include "config/map_reader.h"
#include "connector/trusted_issuer.h"

namespace hawser::connector {

void read_verify_identity(config::MapReader& file, TrustedIssuers& target);

}  // namespace hawser::connector
