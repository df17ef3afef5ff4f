// SPDX-License-Identifier: Apache-2.0
#include "access/gate.h"

#include <utility>

namespace hawser::access {

void Gate::decide(const model::App& app, GateListener& listener) {
  switch (app.access) {
    case model::Access::passthrough: {
      Admission admission;
      admission.rule = "passthrough";
      admission.revision = app.revision;
      return listener.on_admitted(std::move(admission));
    }
    case model::Access::rules:
      break;  // nobody can sign in yet: no file can say so either
  }
}

}  // namespace hawser::access
