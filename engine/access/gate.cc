// SPDX-License-Identifier: Apache-2.0
#include "access/gate.h"

namespace hawser::access {

void Gate::decide(const model::App& app, GateListener& listener) {
  switch (app.access) {
    case model::Access::passthrough:
      listener.on_admitted(Admission{.rule = "passthrough", .revision = app.revision});
      return;
  }
}

}  // namespace hawser::access
