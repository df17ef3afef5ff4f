// SPDX-License-Identifier: Apache-2.0
// SessionFilter: which sessions an administrator means. Owner: nobody, values only. Thread: any.
#pragma once

#include <string>

#include "control/sessions.h"

namespace hawser::control {

// What is empty asks for nothing; a filter that asks for nothing at all means no session.
struct SessionFilter {
  std::string id;
  std::string user;
  std::string app;

  bool empty() const { return id.empty() && user.empty() && app.empty(); }
  bool matches(const SessionRecord& session) const {
    return !empty() && (id.empty() || id == session.id) && (user.empty() || user == session.user) &&
           (app.empty() || app == session.app);
  }
};

}  // namespace hawser::control
