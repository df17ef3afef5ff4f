// SPDX-License-Identifier: Apache-2.0
// Rules: an app's access rules, made ready to be asked. One answer costs no allocation and well
// under 2 µs for 20 rules (bench/access). schema/access.md tells what a rule means. Owner: whoever
// decides, one for each app of a snapshot. Thread: any, immutable once made.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "access/rules_names.h"
#include "access/rules_networks.h"
#include "core/country_file.h"
#include "model/app.h"
#include "model/ip_network.h"

namespace hawser::access {

// Who asks, as a session knows it. A view: what it refers to outlives the call.
struct Person {
  std::string_view user;  // by the provider's `user_claim`
  PersonMarks marks;      // by the app's own RuleNames
  std::string_view acr;
  std::span<const std::string> amr;
  int64_t signed_in_s = 0;  // since 1970-01-01 UTC
};

struct RequestFacts {
  model::IpAddress client;
  std::string_view country;  // ISO 3166-1, two capital letters; "": unknown
  std::string_view method;
  std::string_view path;  // canonical, public, without query
  int64_t now_s = 0;      // since 1970-01-01 UTC
};

// "" where the file, which may be null, does not know.
std::string_view country_of(const core::CountryFile* countries, const model::IpAddress& client);

enum class Verdict { allow, deny, sign_in, step_up };
std::string_view to_string(Verdict verdict);

// What one rule said, the first condition that was not met where it did not match. In the order in
// which conditions are looked at.
enum class RuleFinding {
  matched,
  other_method,
  other_path,
  other_place,       // neither the networks nor the countries
  nobody_signed_in,  // an allow rule decides so: sign in
  other_person,
  not_strong_enough,  // an allow rule decides so: step up
};
std::string_view to_string(RuleFinding finding);

struct ShadowMatch {
  const model::AccessRule* rule = nullptr;
  Verdict verdict = Verdict::deny;  // if it were not a shadow
};

// Refers to the app's rules.
struct Decision {
  static constexpr size_t shadow_limit = 8;  // more than that in one answer are not told

  Verdict verdict = Verdict::deny;
  const model::AccessRule* rule = nullptr;  // that decided; null: none did, so the answer is no
  std::array<ShadowMatch, shadow_limit> shadow_matches;
  size_t shadow_count = 0;

  std::string_view rule_name() const { return rule == nullptr ? "" : std::string_view(rule->name); }
  // For the person who is denied; "" where the rule has none.
  std::string_view message() const {
    return rule == nullptr ? "" : std::string_view(rule->message);
  }
  // What a step-up has to reach; null for any other verdict.
  const model::RuleStrength* wanted() const {
    return verdict == Verdict::step_up ? &rule->strength : nullptr;
  }
  // Shadow rules that stand before the one that decided and would have decided in its place.
  std::span<const ShadowMatch> shadows() const { return {shadow_matches.data(), shadow_count}; }
};

class Rules {
 public:
  // The app's rules outlive this.
  explicit Rules(const model::App& app);

  // `person` null: nobody has signed in.
  Decision decide(const Person* person, const RequestFacts& request) const;

  struct Step {
    const model::AccessRule* rule;
    RuleFinding finding;
  };
  // The same decision, and what each rule said up to the one that decided, in their order.
  std::vector<Step> explain(const Person* person, const RequestFacts& request,
                            Decision& decision) const;

  // For who was denied by no rule: the first condition that was not met of the allow rule of which
  // the fewest were not. `matched`: there is no such rule.
  RuleFinding why_not(const Person* person, const RequestFacts& request) const;

  const RuleNames& names() const { return names_; }
  bool look_at_methods() const { return look_at_methods_; }
  bool look_at_countries() const { return look_at_countries_; }

 private:
  struct WordMask {  // some of these marks
    size_t word;
    uint64_t mask;
  };
  using AnyOf = std::vector<WordMask>;
  // Whom a rule asks for. An allow rule that names nobody means whoever has signed in: the
  // configuration's reader refuses it, and it must not let everybody in if it came another way.
  enum class Who { everybody, anyone_signed_in, these };
  struct Compiled {
    const model::AccessRule* rule;
    NetworkSet networks;
    std::vector<std::string> paths;  // canonical
    std::vector<uint32_t> users;     // indexes into users_, sorted
    AnyOf groups;
    std::vector<AnyOf> claims;
    Who who;
  };
  // What is found once for all rules.
  struct Question {
    const Person* person;
    const RequestFacts& request;
    AddressKey client;
    uint32_t user;  // index into users_
  };

  Compiled compile(const model::AccessRule& rule) const;
  AnyOf any_of(const std::vector<size_t>& bits) const;
  Question question(const Person* person, const RequestFacts& request) const;
  static bool meets_method(const Compiled& compiled, const RequestFacts& request);
  static bool meets_path(const Compiled& compiled, const RequestFacts& request);
  static bool meets_place(const Compiled& compiled, const Question& question);
  static bool is_meant(const Compiled& compiled, const Question& question);
  static RuleFinding look(const Compiled& compiled, const Question& question);
  template <class Seen>
  Decision walk(const Question& question, Seen&& seen) const;

  RuleNames names_;
  std::vector<std::string> users_;  // that some rule names, sorted
  std::vector<Compiled> rules_;
  bool look_at_methods_ = false;
  bool look_at_countries_ = false;
};

}  // namespace hawser::access
