// SPDX-License-Identifier: Apache-2.0
// RuleReach: which requests a rule decides about, to find rules that can never decide because one
// before them takes every request that they could. Owner: read_rules(). Thread: any.
#pragma once

#include <string>

#include "model/access_rule.h"

namespace hawser::control {

class RuleReach {
 public:
  RuleReach(model::AccessRule rule, const std::string& app_path);

  // True only where it is certain: no request gets past this rule that `later` would decide about.
  bool takes_all_of(const RuleReach& later) const;

 private:
  bool takes_people(const model::AccessRule& later) const;
  bool takes_places(const model::RuleFrom& later) const;

  model::AccessRule rule_;  // lists sorted
};

}  // namespace hawser::control
