// SPDX-License-Identifier: Apache-2.0
// Commands about what happened: events, and the story of one request. Owner: main. Thread: main.
#pragma once

#include <cstdint>
#include <string>

#include "commands.h"

namespace hawser::ctl {

// Which events are meant; what is empty asks for nothing.
struct EventWish {
  std::string since;
  std::string kind;
  std::string app;
  std::string user;
  uint64_t limit = 0;
};

// "" where it is a time ago or a time (RFC 3339), else what is wrong.
std::string check_since(const std::string& text);

int list_events(const Session& session, const EventWish& wish);
int follow_events(const Session& session, const EventWish& wish);
int verify_events(const Session& session);
int explain(const Session& session, const std::string& request_id);

}  // namespace hawser::ctl
