// SPDX-License-Identifier: Apache-2.0
// RequestStory: what a worker remembers of a request that came to an app with rules: what was
// decided, from what, and how it ended. Owner: whoever asks. Thread: any.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/access_question.h"

namespace hawser::model {

// What is empty is not known, or was not so.
struct RequestStory {
  int64_t time_ms = 0;  // of the decision, since 1970-01-01 UTC
  uint64_t worker = 0;
  std::string request_id;
  std::string app;
  std::string verdict;  // allow, deny, sign_in, step_up; empty: no rules were asked
  std::string rule;
  // The person, as the session's cookie had it.
  bool signed_in = false;
  std::string user;
  std::string session;  // hex
  std::string acr;
  std::vector<std::string> amr;
  int64_t signed_in_s = 0;
  std::vector<std::string> names;  // groups and "claim=value" of the person's that rules name
  // What was asked for.
  std::string client_ip;
  std::string country;
  std::string host;
  std::string method;
  std::string path;  // without query; a long one's beginning
  // How it ended.
  bool ended = false;
  uint64_t status = 0;
  std::string answer;     // what the engine answered itself, by name
  std::string error;      // by name; empty: none
  std::string ended_by;   // who is to blame
  std::string reason;     // in words
  std::string connector;  // its id
  uint64_t total_ms = 0;
  // What each rule said, up to the one that decided.
  std::vector<AccessAnswer::Step> steps;
  bool rules_changed = false;  // the app's configuration has changed since: no steps
};

}  // namespace hawser::model
