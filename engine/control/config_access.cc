// SPDX-License-Identifier: Apache-2.0
#include "control/config_access.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/nearest.h"
#include "control/config_cors.h"
#include "control/config_identity.h"
#include "control/config_machines.h"
#include "control/config_provider.h"
#include "control/config_rules.h"
#include "model/durations.h"
#include "model/quantity.h"

namespace hawser::control {
namespace {

using config::MapReader;
using config::Value;

constexpr uint64_t park_limit_bytes = uint64_t{16} * 1024 * 1024;

const model::Provider* find_provider(const Value& value,
                                     std::span<const model::Provider> providers) {
  const auto written = value.text("a provider's name");
  if (!written) return nullptr;
  std::vector<std::string_view> names;
  for (const model::Provider& provider : providers) {
    if (provider.name == *written) return &provider;
    names.push_back(provider.name);
  }
  const std::string_view near = config::nearest(*written, names);
  value.error(names.empty() ? "a provider of the file, which has none"
                            : fmt::format("one of {}", fmt::join(names, ", ")),
              near.empty() ? fmt::format("add `providers: [{{name: {}, issuer: …}}]`", *written)
                           : fmt::format("did you mean `{}`?", near));
  return nullptr;
}

void read_sign_in(const Value& value, std::span<const model::Provider> providers,
                  model::SignIn& target) {
  MapReader map(value);
  const auto name =
      map.require("provider", "the provider that people sign in with", "provider: main");
  const model::Provider* provider = name ? find_provider(*name, providers) : nullptr;
  if (provider != nullptr) {
    target.provider = provider->name;
    if (provider->client.authentication == model::ClientAuthentication::secret_post)
      target.client.authentication = model::ClientAuthentication::secret_post;
  }
  read_client(map, target.client);
  const bool has_own = map.has("client_id");
  map.finish();
  if (provider == nullptr || !provider->client.id.empty() || has_own) return;
  value.error_found(fmt::format("no client, neither here nor at the provider {}", provider->name),
                    "a client that the provider knows",
                    "give `client_id` and `client_secret_file` here, or for all apps there");
}

void read_session(const Value& value, model::SessionLimits& target) {
  MapReader map(value);
  const auto max_age = map.take("max_age");
  const auto idle = map.take("idle");
  const auto recheck = map.take("recheck");
  map.finish();
  if (max_age) {
    const auto duration = max_age->duration_ms(1000, 365 * model::day_ms, false);
    if (duration) target.max_age_s = *duration / 1000;
  }
  if (idle) {
    const auto duration = idle->duration_ms(1000, 365 * model::day_ms, false);
    if (duration) target.idle_s = *duration / 1000;
  }
  if (recheck) {
    const auto duration = recheck->duration_ms(model::second_ms, 365 * model::day_ms, true);
    if (duration) target.recheck_s = *duration / 1000;
  }
  const std::string longest = "at most " + model::format_duration(target.max_age_s * 1000);
  if (idle && target.idle_s > target.max_age_s)
    idle->error(longest, "a session is over after `max_age` however busy it is");
  if (recheck && target.recheck_s > target.max_age_s)
    recheck->error(longest, "after `max_age` everybody signs in anew");
  target.idle_s = std::min(target.idle_s, target.max_age_s);
}

void read_park(const Value& value, model::Park& target) {
  MapReader map(value);
  const auto size = map.take("size");
  const auto kept_for = map.take("for");
  map.finish();
  if (size && size->is_word("off")) {
    target.size_bytes = 0;
    if (kept_for)
      kept_for->error_found("`for` beside `size: off`", "one of them",
                            "nothing is kept: remove it");
  } else if (size) {
    if (const auto bytes = size->size_bytes(1024, park_limit_bytes)) target.size_bytes = *bytes;
  }
  if (!kept_for) return;
  const auto duration = kept_for->duration_ms(10'000, 60 * model::minute_ms, false);
  if (duration) target.for_s = *duration / 1000;
}

void refuse_beside_passthrough(const std::optional<Value>& value, std::string_view what) {
  if (!value) return;
  value->error_found(fmt::format("`{}` beside `access: passthrough`", what), "one of them",
                     "passthrough asks nobody to sign in: write rules, or remove this");
}

void read_word(const Value& value) {
  constexpr std::string_view expected = "passthrough, or a list of rules";
  constexpr std::string_view words[] = {"passthrough"};
  const auto written = value.text(expected);
  if (!written || *written == words[0]) return;
  const std::string_view near = config::nearest(*written, words);
  value.error(std::string(expected),
              near.empty() ? "write `[{name: staff, who: {groups: [staff]}, effect: allow}]`"
                           : fmt::format("did you mean `{}`?", near));
}

}  // namespace

void read_access(MapReader& map, std::span<const model::Provider> providers, bool has_geo,
                 model::App& app) {
  const auto sign_in = map.take_nullable("sign_in");
  const auto session = map.take_nullable("session");
  const auto park = map.take_nullable("park");
  if (sign_in) read_sign_in(*sign_in, providers, app.sign_in);
  if (session) read_session(*session, app.session);
  if (park) read_park(*park, app.park);
  const std::vector<Value> told = read_identity(map, app);
  const auto cors = map.take_nullable("cors");
  if (cors) read_cors(*cors, app.cors);
  const auto machines = map.take_nullable("machines");
  if (machines) read_machines(*machines, app.machines);
  const auto value = map.require("access", "who may pass", "access: passthrough");
  if (!value) return;
  if (value->node().kind != config::YamlNode::Kind::list) {
    read_word(*value);
    if (!value->is_word("passthrough")) return;
    refuse_beside_passthrough(sign_in, "sign_in");
    for (const Value& key : told)
      refuse_beside_passthrough(key, std::string_view(key.key()).substr(key.key().rfind('.') + 1));
    refuse_beside_passthrough(cors, "cors");
    refuse_beside_passthrough(machines, "machines");
    refuse_beside_passthrough(session, "session");
    return refuse_beside_passthrough(park, "park");
  }
  app.access = model::Access::rules;
  read_rules(*value, has_geo, app);
  if (sign_in) return;
  map.error_missing("sign_in", "the provider that people sign in with, for the rules of `access`",
                    "sign_in: {provider: main}");
}

}  // namespace hawser::control
