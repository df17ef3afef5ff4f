// SPDX-License-Identifier: Apache-2.0
// AccessQuestion: "who would get in?", asked by an administrator before any user does, and what the
// rules say to it. Owner: whoever asks. Thread: any.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/access_rule.h"
#include "model/ip_network.h"

namespace hawser::model {

struct SupposedPerson {
  std::string user;
  std::vector<std::string> groups;
  std::vector<ClaimValues> claims;
  std::string acr;
  std::vector<std::string> amr;
  uint64_t signed_in_ago_s = 0;
};

struct AccessQuestion {
  std::optional<SupposedPerson> person;  // none: nobody has signed in
  IpAddress client;
  std::string method = "GET";
  std::string path = "/";  // as a client writes it, without query
};

struct AccessAnswer {
  struct Step {
    std::string rule;
    RuleEffect effect = RuleEffect::allow;
    bool shadow = false;
    std::string finding;  // "matched", or the first condition that was not met
    std::string wants;    // what that condition is, for people
  };
  std::string verdict;      // allow, deny, sign_in, step_up; refused: no rule is asked
  std::string rule;         // that decided; "passthrough"; "": none did
  std::string message;      // of the rule; of what is refused why
  uint64_t status = 0;      // of what is refused: the engine's answer
  std::string country;      // that the client's address is in; "": not known
  std::vector<Step> steps;  // up to the rule that decided
};

}  // namespace hawser::model
