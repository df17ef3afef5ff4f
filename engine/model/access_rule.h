// SPDX-License-Identifier: Apache-2.0
// AccessRule: who may reach an app, from where, how strongly signed in, and with which requests. An
// app's rules are tried in their order; the first that matches decides, and where none does the
// answer is no. A condition that names nothing is met by everything. Owner: the App. Thread: any,
// immutable once there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "model/ip_network.h"

namespace hawser::model {

// Groups and values of claims that the rules of one app may name: each costs a bit of a cookie.
inline constexpr size_t rule_names_limit = 2048;

struct ClaimValues {
  std::string claim;
  std::vector<std::string> values;  // one of these
  bool operator==(const ClaimValues&) const = default;
};

// Met by whoever meets one of these; `anyone_signed_in` stands alone.
struct RuleWho {
  bool anyone_signed_in = false;
  std::vector<std::string> users;
  std::vector<std::string> groups;
  std::vector<ClaimValues> claims;  // every claim that is named
  bool empty() const {
    return !anyone_signed_in && users.empty() && groups.empty() && claims.empty();
  }
  bool operator==(const RuleWho&) const = default;
};

// Met from one of these networks or countries.
struct RuleFrom {
  std::vector<Network> networks;
  std::vector<std::string> countries;  // ISO 3166-1, two capital letters
  bool empty() const { return networks.empty() && countries.empty(); }
  bool operator==(const RuleFrom&) const = default;
};

// Each part that is there must be met. Not met, everything else being met: an allow rule decides
// that the person signs in again, stronger; a deny rule does not match.
struct RuleStrength {
  std::vector<std::string> acr;  // one of these
  std::vector<std::string> amr;  // all of these
  uint64_t max_age_s = 0;        // since the person signed in; 0: any
  bool empty() const { return acr.empty() && amr.empty() && max_age_s == 0; }
  bool operator==(const RuleStrength&) const = default;
};

enum class RuleEffect { allow, deny };

struct AccessRule {
  std::string name;  // distinct within its app
  RuleWho who;
  RuleFrom from;
  RuleStrength strength;
  std::vector<std::string> methods;
  std::vector<std::string>
      paths;  // prefixes of the public path, each as parse_path_prefix() has it
  RuleEffect effect = RuleEffect::allow;
  std::string message;  // for the person who is denied
  bool shadow = false;  // told in the log, and without effect
  bool operator==(const AccessRule&) const = default;
};

}  // namespace hawser::model
