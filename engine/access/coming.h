// SPDX-License-Identifier: Apache-2.0
// What of a question to one of the gate's own pages is still needed when its answer takes its time.
// Owner: the gate's callbacks. Thread: the worker's own.
#pragma once

#include <cstdint>
#include <string>

#include "access/gate.h"
#include "access/login_state.h"

namespace hawser::access {

struct Gate::Coming {
  uint64_t ticket = 0;
  std::string app;
  std::string host;
  std::string base_url;  // "https://wiki.example:8443"
  std::string request_id;
  Event event;            // what an auditor hears, as far as it is known
  std::string languages;  // Accept-Language
  std::string browser;    // the login cookie's value
  bool new_browser = false;
  bool has_fragment = false;
  LoginState login;
};

}  // namespace hawser::access
