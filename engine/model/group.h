// SPDX-License-Identifier: Apache-2.0
// Group: connectors that can reach the same origins, and so serve the same apps.
// Owner: the Snapshot. Thread: any, immutable once there.
#pragma once

#include <string>
#include <vector>

#include "model/ids.h"

namespace hawser::model {

struct Group {
  std::string name;
  std::string tenant{default_tenant};
  std::vector<std::string> apps;  // their names, in the order of the configuration
  bool operator==(const Group&) const = default;
};

}  // namespace hawser::model
