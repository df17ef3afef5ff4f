// SPDX-License-Identifier: Apache-2.0
#include "stage.h"

#include <algorithm>
#include <utility>

#include "waiting.h"
#include "watch.h"

namespace hawser::load {

namespace {

constexpr size_t again_each_tick =
    10;  // 100 a second: a crowd that insists, no flood of handshakes

core::Error too_slow(const Crowd& crowd, size_t wanted, uint64_t within_ms) {
  if (crowd.gone() >= wanted) return core::Error{"no client came up: " + crowd.first_failure()};
  std::string reason = "after " + std::to_string(within_ms / 1000) + " s only " +
                       std::to_string(crowd.up()) + " of " + std::to_string(wanted) +
                       " clients were up";
  if (crowd.gone() > 0)
    reason += "; " + std::to_string(crowd.gone()) + " failed: " + crowd.first_failure();
  return core::Error{reason};
}

}  // namespace

std::string request_for(const Scenario& scenario, const std::string& method,
                        const std::string& path, const std::string& more) {
  return method + " " + path + " HTTP/1.1\r\nHost: " + scenario.target.host + "\r\n" + more +
         "\r\n";
}

std::optional<core::Error> bring_up(core::Loop& loop, const Scenario& scenario, Crowd& crowd,
                                    size_t clients) {
  crowd.grow_to(clients);
  if (scenario.crowd.again) return std::nullopt;
  const bool all = wait_until(loop, scenario.connect_within_ms, [&] { return crowd.all_tried(); });
  if (!all || crowd.up() == 0) return too_slow(crowd, clients, scenario.connect_within_ms);
  return std::nullopt;
}

Outcome outcome(std::vector<Row> rows, const Crowd& crowd) {
  return {std::move(rows), crowd.failed(), crowd.first_failure()};
}

core::Result<Outcome> hold(core::Loop& loop, Scenario& scenario, Crowd& crowd,
                           const std::function<void(Client&)>& on_tick,
                           const std::function<void(Row&)>& add_more) {
  Watch watch(scenario.watched);
  uint64_t not_2xx = 0;
  size_t most = 0;
  crowd.on_answered = [&](Client& client) {
    if (client.status() / 100 == 2) return;
    ++not_2xx;
    if (scenario.crowd.again) crowd.dismiss(client);
  };
  const Pace pace(loop, tick_ms, [&] {
    watch.sample();
    most = std::max(most, crowd.up());
    crowd.let_come_again(again_each_tick);
    crowd.for_each(on_tick);
  });
  if (auto late = bring_up(loop, scenario, crowd, scenario.crowd.clients)) return *late;
  wait_for(loop, scenario.hold_ms);
  double received = 0;
  double answered = 0;
  crowd.for_each([&](Client& client) {
    received += static_cast<double>(client.received_bytes());
    answered += client.status() != 0 ? 1 : 0;
  });
  Row row{{"clients", static_cast<double>(crowd.up())},
          {"most", static_cast<double>(std::max(most, crowd.up()))},
          {"gone", static_cast<double>(crowd.gone())},
          {"not_2xx", static_cast<double>(not_2xx)},
          {"answered", answered},
          {"received_mib", received / mib}};
  add_more(row);
  watch.add_peak(row);
  watch.add_cpu(row);
  return outcome({row}, crowd);
}

}  // namespace hawser::load
