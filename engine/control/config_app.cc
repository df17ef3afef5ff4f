// SPDX-License-Identifier: Apache-2.0
#include "control/config_app.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "control/config_access.h"
#include "control/config_app_limits.h"
#include "control/config_planned.h"
#include "control/config_secrets.h"
#include "message/characters.h"
#include "model/durations.h"

namespace hawser::control {
namespace {

using config::MapReader;
using config::Value;

constexpr size_t origin_limit = 64;
constexpr size_t upgrade_limit = 16;
constexpr std::string_view name_expected = "1 to 63 of a-z, 0-9 and \"-\"";

void read_name(const std::optional<Value>& value, std::string& target) {
  if (!value) return;
  const auto written = value->text(name_expected);
  if (!written) return;
  if (model::is_name(*written)) {
    target = *written;
  } else {
    value->error(std::string(name_expected), "use small letters, digits and hyphens");
  }
}

void read_place(MapReader& map, model::App& app) {
  if (const auto host = map.require("host", "the public host name", "host: wiki.example")) {
    const auto pattern =
        host->parsed<model::HostPattern>(&model::HostPattern::parse, "a host name, or *.example");
    if (pattern) app.host = *pattern;
  }
  if (const auto path = map.take("path")) {
    const auto prefix = path->parsed<std::string>(&model::parse_path_prefix,
                                                  "a path that begins and ends with \"/\"");
    if (prefix) app.path_prefix = *prefix;
  }
}

std::optional<model::Origin> read_origin_url(const Value& value) {
  if (value.node().text.find('@') != std::string::npos) {  // errors reach logs, passwords must not
    value.error_found("a URL with user name and password", "an origin's URL",
                      "leave out user name and password");
    return std::nullopt;
  }
  auto origin = value.parsed<model::Origin>(&model::Origin::parse_url, "an origin's URL");
  return origin;
}

std::optional<model::Origin> read_origin(const Value& value) {
  MapReader map(value);
  std::optional<model::Origin> origin;
  if (const auto url = map.require("url", "an origin's URL", "url: http://127.0.0.1:9000")) {
    origin = read_origin_url(*url);
  }
  uint64_t weight = 1;
  map.count("weight", 1, model::origin_weight_limit, weight);
  map.finish();
  if (origin) origin->weight = static_cast<uint32_t>(weight);
  return origin;
}

void read_origin_list(const Value& value, std::vector<model::Origin>& target) {
  const auto list = value.list();
  if (!list) return;
  if (list->empty() || list->size() > origin_limit) return value.error("1 to 64 origins");
  for (const Value& item : *list) {
    auto origin = read_origin(item);
    if (!origin) continue;
    const bool is_new = std::none_of(target.begin(), target.end(), [&](const model::Origin& o) {
      return o.url() == origin->url();
    });
    if (!is_new) {
      item.error_found("the origin " + origin->url() + " a second time", "each origin once",
                       "give it a weight instead");
    }
    target.push_back(std::move(*origin));
  }
}

void read_origins(MapReader& map, std::vector<model::Origin>& target) {
  const auto single = map.take("origin");
  const auto several = map.take("origins");
  if (map.has("origin") && map.has("origins")) {
    if (several) {
      several->error_found("both `origin` and `origins`", "one of them",
                           "`origin` is short for a list of one: remove it");
    }
  }
  if (map.is_map() && !map.has("origin") && !map.has("origins")) {
    map.error_missing("origin", "the application's URL", "origin: http://127.0.0.1:9000");
  }
  if (several) read_origin_list(*several, target);
  if (!single) return;
  if (auto origin = read_origin_url(*single)) target.push_back(std::move(*origin));
}

void read_server_name(const Value& value, std::string& target) {
  const auto parse = [](std::string_view text) { return model::parse_host(text); };
  const auto name = value.parsed<std::string>(+parse, "the name in the origin's certificate");
  if (name) target = *name;
}

void read_origin_tls(MapReader& parent, model::OriginTls& target) {
  const auto value = parent.take("origin_tls");
  if (!value) return;
  MapReader map(*value);
  const auto ca = map.take_nullable("ca_file");
  if (ca) read_trust_file(*ca, target.ca_pem);
  map.flag("verify", target.verify);
  if (const auto name = map.take_nullable("server_name")) {
    read_server_name(*name, target.server_name);
  }
  map.finish();
  if (ca && !target.verify) {
    ca->error_found("`ca_file` beside `verify: false`", "one of them",
                    "with `ca_file`, remove `verify: false`: it would check nothing");
  }
}

void read_host_header(MapReader& map, model::HostHeader& target) {
  constexpr std::string_view words[] = {"origin", "public"};
  const auto value = map.take("host_header");
  if (!value) return;
  const auto index = value->choice(words);
  if (index) target = *index == 0 ? model::HostHeader::origin : model::HostHeader::public_host;
}

void read_rewrite(MapReader& parent, model::App& app) {
  const auto value = parent.take("rewrite");
  if (!value) return;
  MapReader map(*value);
  map.flag("origin", app.rewrite_origin);
  map.finish();
  if (app.rewrite_origin && app.host_header == model::HostHeader::public_host) {
    value->error_found("`rewrite: {origin: true}` beside `host_header: public`", "one of them",
                       "remove it: the application knows the public name as its own");
  }
}

void read_http2(MapReader& map, model::App& app) {
  const auto value = map.take("http2");
  if (!value) return;
  if (const auto on = value->flag()) app.http2 = *on;
  const bool plain =
      std::any_of(app.origins.begin(), app.origins.end(),
                  [](const model::Origin& o) { return o.scheme == model::Scheme::http; });
  if (app.http2 && plain)
    value->error_found("`http2: true` beside an origin of http://", "origins of https://",
                       "write h2c:// for HTTP/2 without TLS, and leave this out");
}

// A protocol and perhaps its version, as Upgrade names them (RFC 9110 7.8). h2c is never one: the
// engine speaks HTTP/2 itself.
bool is_protocol(std::string_view text) {
  const size_t slash = std::min(text.find('/'), text.size());
  const bool whole = slash == text.size();
  return message::is_token(text.substr(0, slash)) &&
         (whole || message::is_token(text.substr(slash + 1))) &&
         !message::equals_ignoring_case(text.substr(0, slash), "h2c");
}

void read_upgrades(MapReader& map, std::vector<std::string>& target) {
  constexpr std::string_view expected = "a protocol's name, as websocket";
  const auto value = map.take("upgrades");
  if (!value) return;
  const auto list = value->list();
  if (!list) return;
  if (list->size() > upgrade_limit) return value->error("at most 16 protocols");
  target.clear();
  for (const Value& item : *list) {
    const auto written = item.text(expected);
    if (!written) continue;
    if (is_protocol(*written)) {
      target.push_back(*written);
    } else {
      item.error(std::string(expected), "leave it out, or write it as the Upgrade field has it");
    }
  }
}

void read_hsts(MapReader& map, uint64_t& target_s) {
  const auto value = map.take_nullable("hsts");
  if (!value) return;
  if (const auto duration = value->duration_ms(1000, 3660 * model::day_ms, true))
    target_s = *duration / 1000;
}

model::App read_app(const Value& value, const AppSurroundings& around) {
  model::App app;
  app.timeouts = around.timeouts;
  MapReader map(value);
  read_name(map.require("name", std::string(name_expected), "name: wiki"), app.name);
  read_place(map, app);
  read_name(map.take("group"), app.group);
  read_origins(map, app.origins);
  read_origin_tls(map, app.origin_tls);
  read_http2(map, app);
  read_host_header(map, app.host_header);
  read_rewrite(map, app);
  read_upgrades(map, app.upgrades);
  if (const auto own = map.take("timeouts")) {
    read_timeouts(*own, planned_in_app_timeouts, app.timeouts);
  }
  read_app_limits(map, app.limits);
  read_hsts(map, app.hsts_s);
  read_access(map, around.providers, around.has_geo, app);
  map.finish();
  return app;
}

// Two apps of one name, or at one place, would make the file mean two things.
class Distinct {
 public:
  explicit Distinct(std::string_view what) : what_(what) {}
  void add(const Value& app, std::string_view key, const std::string& written) {
    const Value place = value_of(app, key);
    const auto [first, is_new] = lines_.emplace(written, place.at().line);
    if (is_new) return;
    place.error_found(fmt::format("{} \"{}\" a second time", what_, written),
                      "another one for each app",
                      fmt::format("the app in line {} has it already", first->second));
  }

 private:
  static Value value_of(const Value& app, std::string_view key) {
    for (const config::YamlEntry& entry : app.node().entries) {
      if (entry.key != key) continue;
      return Value(entry.value, fmt::format("{}.{}", app.key(), key), app.context());
    }
    return app;
  }

  std::string_view what_;
  std::map<std::string, int> lines_;
};

}  // namespace

void read_timeouts(const Value& value, std::span<const config::PlannedKey> planned,
                   model::Timeouts& target) {
  MapReader map(value, planned);
  for (const model::TimeoutField& field : model::timeout_fields) {
    const auto is_planned = [&](const config::PlannedKey& p) { return p.key == field.name; };
    if (std::any_of(planned.begin(), planned.end(), is_planned)) continue;
    const auto written = map.take(field.name);
    if (!written) continue;
    const auto duration = written->duration_ms(field.least_ms, field.most_ms, field.may_be_off);
    if (duration) target.*field.value_ms = *duration;
  }
  map.finish();
}

std::vector<model::App> read_apps(const Value& value, const AppSurroundings& around) {
  std::vector<model::App> apps;
  const auto list = value.list();
  if (!list) return apps;
  Distinct names("the name");
  Distinct places("the host and path");
  for (const Value& item : *list) {
    model::App app = read_app(item, around);
    if (!app.name.empty()) names.add(item, "name", app.name);
    if (!app.host.name.empty()) {
      places.add(item, "host", app.host.to_string() + app.path_prefix);
    }
    app.revision = model::content_revision(app);
    apps.push_back(std::move(app));
  }
  return apps;
}

}  // namespace hawser::control
