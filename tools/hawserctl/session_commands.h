// SPDX-License-Identifier: Apache-2.0
// Commands about people who have signed in. Owner: main. Thread: main.
#pragma once

#include <string>

#include "commands.h"

namespace hawser::ctl {

// Which sessions are meant; what is empty asks for nothing.
struct SessionWish {
  std::string id;
  std::string user;
  std::string app;
};

int list_sessions(const Session& session);
int revoke_sessions(const Session& session, const SessionWish& wish);

}  // namespace hawser::ctl
