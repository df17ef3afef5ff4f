// SPDX-License-Identifier: Apache-2.0
#include "control/config_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/map_reader.h"
#include "config/nearest.h"
#include "control/config_countries.h"
#include "control/config_networks.h"
#include "control/config_rule_reach.h"
#include "control/config_texts.h"
#include "message/characters.h"
#include "message/head.h"
#include "message/target.h"
#include "model/durations.h"
#include "model/origin.h"

namespace hawser::control {
namespace {

using config::MapReader;
using config::Value;
using config::YamlNode;
using model::AccessRule;

constexpr size_t rule_limit = 200;  // of one app
constexpr size_t claim_limit = 20;  // of one rule
constexpr size_t rule_name_limit_bytes = 100;
constexpr size_t message_limit_bytes = 500;

bool is_star(std::string_view text) { return text == "*"; }
bool has_star(std::string_view text) { return text.find('*') != text.npos; }

// Names are compared whole: one that was meant as a pattern would match nobody, which lets
// everybody past a deny rule.
void refuse_patterns(const Value& texts, bool (*is_pattern)(std::string_view)) {
  for (const YamlNode& item : texts.node().items) {
    if (!is_pattern(item.text)) continue;
    Value(item, texts.key(), texts.context())
        .error("a name, which is compared whole: there are no patterns",
               "name each, or use `groups`, `claims` or `anyone_signed_in: true`");
  }
}

void read_claims(const Value& value, std::vector<model::ClaimValues>& target) {
  if (value.node().kind != YamlNode::Kind::map || value.is_empty())
    return value.error("a map of claims, each with a list of values", "write `{department: [hr]}`");
  if (value.node().entries.size() > claim_limit) return value.error("at most 20 claims");
  for (const config::YamlEntry& entry : value.node().entries) {
    const Value values(entry.value, fmt::format("{}.{}", value.key(), entry.key), value.context());
    model::ClaimValues claim;
    claim.claim = entry.key;
    if (read_texts(values, {"a value of this claim"}, claim.values)) {
      refuse_patterns(values, &is_star);
      target.push_back(std::move(claim));
    }
  }
}

// True where one of `keys` is there, whatever stands behind it.
bool says_something(const MapReader& map, std::initializer_list<std::string_view> keys) {
  return std::any_of(keys.begin(), keys.end(), [&](std::string_view key) { return map.has(key); });
}

void read_who(const Value& value, model::RuleWho& target) {
  MapReader map(value);
  map.flag("anyone_signed_in", target.anyone_signed_in);
  const auto users = map.take("users");
  if (users && read_texts(*users, {"a user's name"}, target.users))
    refuse_patterns(*users, &has_star);
  const auto groups = map.take("groups");
  if (groups && read_texts(*groups, {"a group's name"}, target.groups))
    refuse_patterns(*groups, &is_star);
  if (const auto claims = map.take("claims")) read_claims(*claims, target.claims);
  map.finish();
  if (!map.is_map()) return;
  const bool names_people = says_something(map, {"users", "groups", "claims"});
  if (target.anyone_signed_in && names_people) {
    value.error_found("`anyone_signed_in: true` beside people by name", "one of them",
                      "remove the names: anyone who has signed in is let through without them");
  }
  if (target.anyone_signed_in || names_people) return;
  if (map.has("anyone_signed_in")) {
    value.error_found("nobody", "users, groups, claims or `anyone_signed_in: true`",
                      "name somebody");
  } else if (value.node().entries.empty()) {
    value.error("users, groups, claims or `anyone_signed_in: true`", "name somebody");
  }
}

void read_from(const Value& value, bool has_geo, model::RuleFrom& target) {
  MapReader map(value);
  if (const auto networks = map.take("networks")) {
    if (networks->is_empty()) {
      networks->error("a list of networks", "name one, or remove the key");
    } else {
      read_networks(*networks, target.networks);
    }
  }
  if (const auto countries = map.take("countries"))
    read_countries(*countries, has_geo, target.countries);
  map.finish();
  if (map.is_map() && value.node().entries.empty())
    value.error("a map with networks or countries", "name some, or remove the key");
}

void read_strength(const Value& value, model::RuleStrength& target) {
  MapReader map(value);
  if (const auto acr = map.take("acr"))
    read_texts(*acr, {"a class of authentication (acr)"}, target.acr);
  if (const auto amr = map.take("amr"))
    read_texts(*amr, {"a method of authentication (amr)"}, target.amr);
  if (const auto max_age = map.take("max_age")) {
    const auto duration = max_age->duration_ms(model::minute_ms, 365 * model::day_ms, false);
    if (duration) target.max_age_s = *duration / 1000;
  }
  map.finish();
  if (map.is_map() && value.node().entries.empty())
    value.error("a map with acr, amr or max_age", "say one of them, or remove the key");
}

std::string in_capitals(std::string text) {
  for (char& c : text) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return text;
}

std::string remedy_for_method(const std::string& method) {
  constexpr std::string_view known[] = {
#define HAWSER_METHOD_TEXT(id, text, idempotent) text,
      HAWSER_METHODS(HAWSER_METHOD_TEXT)
#undef HAWSER_METHOD_TEXT
  };
  const std::string upper = in_capitals(method);
  if (upper == "*" || upper == "ALL" || upper == "ANY")
    return "leave `methods` out: the rule is then about all of them";
  if (upper == "CONNECT") return "write `GET`, as which a WebSocket counts over HTTP/2, too";
  if (message::find_method(upper) != message::Method::other)
    return fmt::format("write `{}`: methods are told apart by case", upper);
  const std::string_view near = config::nearest(upper, known);
  return near.empty() ? "remove it: no request of this method gets as far as a rule"
                      : fmt::format("did you mean `{}`?", near);
}

// Other methods are answered with 501 before any rule: one that names them would never match.
void read_methods(const Value& value, std::vector<std::string>& target) {
  const auto is_method = [](std::string_view text) { return message::is_token(text); };
  std::vector<std::string> methods;
  if (!read_texts(value, {"a method, as GET", is_method, 32}, methods)) return;
  const auto items = value.list();
  for (size_t i = 0; i < methods.size(); ++i) {
    const message::Method method = message::find_method(methods[i]);
    if (method != message::Method::other && method != message::Method::connect) continue;
    (*items)[i].error_found(fmt::format("the method \"{}\"", methods[i]),
                            "a method that the engine serves, in capital letters",
                            remedy_for_method(methods[i]));
  }
  target = std::move(methods);
}

// The folder that a pattern was meant to cover.
std::string prefix_before_star(std::string_view path) {
  const std::string_view before = path.substr(0, path.find('*'));
  return std::string(before.substr(0, before.rfind('/') + 1));
}

void read_paths(const Value& value, const std::string& app_path, std::vector<std::string>& target) {
  constexpr std::string_view expected = "a path that begins and ends with \"/\"";
  const auto list = value.list();
  if (!list) return;
  if (list->empty()) return value.error("1 to 1000 paths", "name one, or remove the key");
  for (const Value& item : *list) {
    if (has_star(item.node().text)) {
      const std::string prefix = prefix_before_star(item.node().text);
      item.error("a prefix: there are no patterns",
                 prefix.empty() ? "begin and end it with \"/\", without `*`"
                                : fmt::format("write `{}`, which covers all below it", prefix));
      continue;
    }
    const auto prefix = item.parsed<std::string>(&model::parse_path_prefix, expected);
    if (!prefix) continue;
    std::string canonical;
    uint8_t doubts = message::no_doubt;
    const auto reason = message::canonicalise_path(*prefix, canonical, doubts);
    if (!reason.empty()) {
      item.error(std::string(expected), fmt::format("no request has such a path: {}", reason));
    } else if (!prefix->starts_with(app_path)) {
      item.error(fmt::format("a path inside the app's own, {}", app_path),
                 fmt::format("begin it with `{}`", app_path));
    } else if (std::find(target.begin(), target.end(), *prefix) != target.end()) {
      item.error_found(fmt::format("\"{}\" a second time", *prefix), "each of them once",
                       "remove it");
    } else {
      target.push_back(*prefix);
    }
  }
}

// An allow rule that names nobody would let everybody in, unless it says so.
void check_somebody_is_named(const Value& value, const MapReader& map, const AccessRule& rule) {
  if (rule.effect == model::RuleEffect::deny || !map.is_map() || map.has("who")) return;
  value.error_found("an allow rule without `who`", "whom it lets through",
                    "add `who: {groups: [staff]}`, or `who: {anyone_signed_in: true}` for all");
}

// False where the effect is not known: what it would ask for is not known either.
bool read_effect(MapReader& map, AccessRule& rule) {
  constexpr std::string_view words[] = {"allow", "deny"};
  const auto effect = map.require("effect", "allow or deny", "effect: allow");
  const auto index = effect ? effect->choice(words) : std::nullopt;
  if (index && *index == 1) rule.effect = model::RuleEffect::deny;
  const auto message = map.take("message");
  if (!message) return index.has_value();
  if (const auto text = read_text(*message, {"a sentence", nullptr, message_limit_bytes}))
    rule.message = *text;
  if (index && rule.effect == model::RuleEffect::allow) {
    message->error_found("`message` beside `effect: allow`", "a message of a deny rule",
                         "remove it: nobody would see it");
  }
  return index.has_value();
}

AccessRule read_rule(const Value& value, bool has_geo, const model::App& app) {
  AccessRule rule;
  MapReader map(value);
  if (const auto name = map.require("name", "what this rule is called", "name: staff")) {
    if (const auto text = read_text(*name, {"a rule's name", nullptr, rule_name_limit_bytes}))
      rule.name = *text;
  }
  if (const auto who = map.take("who")) read_who(*who, rule.who);
  if (const auto from = map.take("from")) read_from(*from, has_geo, rule.from);
  if (const auto strength = map.take("strength")) read_strength(*strength, rule.strength);
  if (const auto methods = map.take("methods")) read_methods(*methods, rule.methods);
  if (const auto paths = map.take("paths")) read_paths(*paths, app.path_prefix, rule.paths);
  const bool effect_is_known = read_effect(map, rule);
  map.flag("shadow", rule.shadow);
  map.finish();
  if (effect_is_known) check_somebody_is_named(value, map, rule);
  return rule;
}

struct ReadRule {
  Value place;
  AccessRule rule;
  bool whole;  // nothing was wrong with it
};

void check_names(const std::vector<ReadRule>& rules) {
  std::map<std::string, int> lines;
  for (const ReadRule& each : rules) {
    if (each.rule.name.empty()) continue;
    const auto [first, is_new] = lines.emplace(each.rule.name, each.place.at().line);
    if (is_new) continue;
    named(each.place)
        .error_found(fmt::format("the rule \"{}\" a second time", each.rule.name),
                     "another name for each rule",
                     fmt::format("the rule in line {} has it already", first->second));
  }
}

void check_each_is_reached(const std::vector<ReadRule>& rules, const std::string& app_path) {
  std::vector<RuleReach> before;
  std::vector<const ReadRule*> places;
  for (const ReadRule& each : rules) {
    if (!each.whole) continue;
    RuleReach reach(each.rule, app_path);
    const auto taker = std::find_if(before.begin(), before.end(), [&](const RuleReach& earlier) {
      return earlier.takes_all_of(reach);
    });
    if (taker != before.end()) {
      const ReadRule& earlier = *places[static_cast<size_t>(taker - before.begin())];
      each.place.error_found(
          "a rule that can never match", "a rule that some request gets to",
          fmt::format("move it above \"{}\" in line {}, which takes every request that it "
                      "could; or remove it",
                      earlier.rule.name, earlier.place.at().line));
    }
    before.push_back(std::move(reach));
    places.push_back(&each);
  }
}

// Groups and values of claims, each counted once.
size_t names_in_use(const std::vector<AccessRule>& rules) {
  std::set<std::string_view> groups;
  std::set<std::pair<std::string_view, std::string_view>> values;
  for (const AccessRule& rule : rules) {
    groups.insert(rule.who.groups.begin(), rule.who.groups.end());
    for (const model::ClaimValues& claim : rule.who.claims)
      for (const std::string& each : claim.values) values.emplace(claim.claim, each);
  }
  return groups.size() + values.size();
}

}  // namespace

void read_rules(const Value& value, bool has_geo, model::App& app) {
  const auto list = value.list();
  if (!list) return;
  if (list->empty() || list->size() > rule_limit) {
    return value.error(fmt::format("1 to {} rules", rule_limit),
                       list->empty() ? "add one, or write `access: passthrough`" : "");
  }
  std::vector<ReadRule> rules;
  for (const Value& item : *list) {
    const size_t errors_before = value.context().errors.size();
    AccessRule rule = read_rule(item, has_geo, app);
    rules.push_back({item, std::move(rule), value.context().errors.size() == errors_before});
  }
  check_names(rules);
  check_each_is_reached(rules, app.path_prefix);
  for (ReadRule& each : rules) app.rules.push_back(std::move(each.rule));
  const size_t names = names_in_use(app.rules);
  if (names <= model::rule_names_limit) return;
  value.error_found(fmt::format("{} groups and values of claims", names),
                    fmt::format("at most {} in the rules of one app", model::rule_names_limit),
                    "have the provider put people into fewer, larger groups");
}

}  // namespace hawser::control
