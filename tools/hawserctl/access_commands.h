// SPDX-License-Identifier: Apache-2.0
// The commands about access: who would get in, and where nobody is asked.
// Owner: main. Thread: main.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "commands.h"

namespace hawser::ctl {

// As the command line gives it.
struct AccessWish {
  std::string app;
  bool signed_in = false;  // any of the following up to `signed_in_ago_ms` was given
  std::string user;
  std::vector<std::string> groups;
  std::vector<std::string> claims;  // NAME=VALUE
  std::string acr;
  std::vector<std::string> amr;
  uint64_t signed_in_ago_ms = 0;
  std::string ip;
  std::string method = "GET";
  std::string path = "/";
};

int test_access(const Session& session, const AccessWish& wish);
int show_audit(const Session& session);

}  // namespace hawser::ctl
