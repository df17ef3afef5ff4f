// SPDX-License-Identifier: Apache-2.0
#include <optional>
#include <string>

#include "scenario.h"
#include "stage.h"
#include "waiting.h"
#include "watch.h"

namespace hawser::load {

namespace {

// Who ends at once reads no ticket any more, so that one client waits for it, for all that follow.
// It asks for something, because a server may send its tickets with its first bytes alone.
std::optional<core::Error> fetch_ticket(core::Loop& loop, const Scenario& scenario) {
  CrowdOptions one;
  one.clients = 1;
  Crowd first(loop, scenario.target, one);
  const std::string get =
      request_for(scenario, "GET", scenario.path.empty() ? "/" : scenario.path, "");
  first.on_up = [&get](Client& client) { client.ask(get); };
  if (auto late = bring_up(loop, scenario, first, 1)) return late;
  wait_for(loop, settle_ms);
  return std::nullopt;
}

}  // namespace

core::Result<Outcome> run_churn(core::Loop& loop, Scenario& scenario) {
  Crowd crowd(loop, scenario.target, scenario.crowd);
  const std::string get = request_for(scenario, "GET", scenario.path, "Connection: close\r\n");
  if (scenario.resume)
    if (auto failed = fetch_ticket(loop, scenario)) return *failed;
  const bool asks = !scenario.path.empty();
  uint64_t through = 0;
  uint64_t resumed = 0;
  bool counting = false;
  crowd.on_up = [&](Client& client) {
    if (counting) resumed += client.resumed() ? 1 : 0;
    asks ? client.ask(get) : client.say_goodbye();
  };
  crowd.on_answered = [&](Client& client) {
    if (counting) ++through;
    crowd.replace(client);
  };
  crowd.grow_to(scenario.crowd.clients);
  wait_for(loop, settle_ms);
  counting = true;
  const Watch watch(scenario.watched);
  const double own_cpu_before_s = own_cpu_s();
  const uint64_t began_us = loop.now_us();
  wait_for(loop, scenario.hold_ms);
  const double took_s = static_cast<double>(loop.now_us() - began_us) * 1e-6;
  Row row{{"clients", static_cast<double>(scenario.crowd.clients)},
          {"connections", static_cast<double>(through)},
          {"resumed", static_cast<double>(resumed)},
          {"connections_per_s", static_cast<double>(through) / took_s},
          {"own_cpu_s", own_cpu_s() - own_cpu_before_s}};
  watch.add_cpu(row);
  return outcome({row}, crowd);
}

}  // namespace hawser::load
