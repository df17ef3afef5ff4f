// SPDX-License-Identifier: Apache-2.0
#include "scenario.h"

#include <algorithm>
#include <cmath>
#include <ctime>
#include <functional>
#include <optional>

#include "latencies.h"
#include "waiting.h"

namespace hawser::load {

namespace {

constexpr uint64_t tick_ms = 100;
constexpr uint64_t settle_ms = 500;  // for what the beginning left to be done with
constexpr double mib = 1024.0 * 1024.0;

std::string request(const Scenario& scenario, const std::string& method, const std::string& more) {
  return method + " " + scenario.path + " HTTP/1.1\r\nHost: " + scenario.target.host + "\r\n" +
         more + "\r\n";
}

double own_cpu_s() {
  timespec spent{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &spent);
  return static_cast<double>(spent.tv_sec) + static_cast<double>(spent.tv_nsec) * 1e-9;
}

core::Error too_slow(const Crowd& crowd, size_t wanted, uint64_t within_ms) {
  if (crowd.failed() == wanted) return core::Error{"no client came up: " + crowd.first_failure()};
  std::string reason = "after " + std::to_string(within_ms / 1000) + " s only " +
                       std::to_string(crowd.up()) + " of " + std::to_string(wanted) +
                       " clients were up";
  if (crowd.failed() > 0)
    reason += "; " + std::to_string(crowd.failed()) + " failed: " + crowd.first_failure();
  return core::Error{reason};
}

std::optional<core::Error> bring_up(core::Loop& loop, const Scenario& scenario, Crowd& crowd,
                                    size_t clients) {
  crowd.grow_to(clients);
  const bool all = wait_until(loop, scenario.connect_within_ms,
                              [&] { return crowd.up() + crowd.failed() >= clients; });
  if (!all || crowd.up() == 0) return too_slow(crowd, clients, scenario.connect_within_ms);
  return std::nullopt;
}

Outcome outcome(std::vector<Row> rows, const Crowd& crowd) {
  return {std::move(rows), crowd.failed(), crowd.first_failure()};
}

// What the watched processes have and spend, from its making on.
class Watch {
 public:
  explicit Watch(std::vector<Watched>& watched) : watched_(watched) {
    for (Watched& each : watched_) {
      each.sample();
      before_.push_back({each.resident_bytes(), each.cpu_s()});
    }
  }
  void sample() {
    for (Watched& each : watched_) each.sample();
  }
  void add_memory(Row& row, size_t clients) const {
    for (size_t i = 0; i < watched_.size(); ++i) {
      const double now = static_cast<double>(watched_[i].resident_bytes());
      const double grown = now - static_cast<double>(before_[i].resident_bytes);
      row.emplace_back(watched_[i].name() + "_mib", now / mib);
      row.emplace_back(watched_[i].name() + "_bytes_each",
                       clients == 0 ? 0 : std::round(grown / static_cast<double>(clients)));
    }
  }
  void add_peak(Row& row) const {
    for (size_t i = 0; i < watched_.size(); ++i) {
      row.emplace_back(watched_[i].name() + "_before_mib",
                       static_cast<double>(before_[i].resident_bytes) / mib);
      row.emplace_back(watched_[i].name() + "_peak_mib",
                       static_cast<double>(watched_[i].peak_bytes()) / mib);
    }
  }
  void add_cpu(Row& row) const {
    for (size_t i = 0; i < watched_.size(); ++i)
      row.emplace_back(watched_[i].name() + "_cpu_s", watched_[i].cpu_s() - before_[i].cpu_s);
  }

 private:
  struct Before {
    uint64_t resident_bytes;
    double cpu_s;
  };
  std::vector<Watched>& watched_;
  std::vector<Before> before_;
};

// The end of what readers and senders do: the load for so long, then its figures.
core::Result<Outcome> hold(core::Loop& loop, Scenario& scenario, Crowd& crowd,
                           const std::function<void(Client&)>& on_tick) {
  Watch watch(scenario.watched);
  const Pace pace(loop, tick_ms, [&] {
    watch.sample();
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
          {"answered", answered},
          {"received_mib", received / mib}};
  watch.add_peak(row);
  watch.add_cpu(row);
  return outcome({row}, crowd);
}

}  // namespace

core::Result<Outcome> run_idle(core::Loop& loop, Scenario& scenario) {
  Crowd crowd(loop, scenario.target, scenario.crowd);
  if (!scenario.path.empty())
    crowd.on_up = [&](Client& client) { client.ask(request(scenario, "GET", "")); };
  const Watch from_start(scenario.watched);
  std::vector<Row> rows;
  const auto note = [&](const Watch& spent) {
    Row row{{"clients", static_cast<double>(crowd.up())}};
    from_start.add_memory(row, crowd.up());
    spent.add_cpu(row);
    rows.push_back(std::move(row));
  };
  note(from_start);
  std::vector<size_t> marks = scenario.marks;
  std::erase_if(marks, [&](size_t mark) { return mark >= scenario.crowd.clients; });
  marks.push_back(scenario.crowd.clients);
  std::sort(marks.begin(), marks.end());
  for (const size_t mark : marks) {
    const Watch connecting(scenario.watched);
    if (auto late = bring_up(loop, scenario, crowd, mark)) return *late;
    wait_for(loop, settle_ms);
    note(connecting);
  }
  const Watch holding(scenario.watched);
  wait_for(loop, scenario.hold_ms);
  note(holding);
  return outcome(std::move(rows), crowd);
}

core::Result<Outcome> run_readers(core::Loop& loop, Scenario& scenario) {
  Crowd crowd(loop, scenario.target, scenario.crowd);
  crowd.on_up = [&](Client& client) {
    client.hold_reading();
    client.ask(request(scenario, "GET", ""));
  };
  const auto each_tick = static_cast<int64_t>(scenario.bytes_per_second * tick_ms / 1000);
  return hold(loop, scenario, crowd, [each_tick](Client& client) { client.allow(each_tick); });
}

core::Result<Outcome> run_senders(core::Loop& loop, Scenario& scenario) {
  Crowd crowd(loop, scenario.target, scenario.crowd);
  crowd.on_up = [&](Client& client) {
    client.ask(request(scenario, "PUT",
                       "Content-Length: " + std::to_string(scenario.body_bytes) + "\r\n"));
  };
  const std::string piece(scenario.bytes_per_second * tick_ms / 1000, 'x');
  return hold(loop, scenario, crowd, [&](Client& client) {
    const uint64_t left = scenario.body_bytes - client.sent_bytes();
    if (client.status() == 0 && !client.output_full())
      client.write(std::string_view(piece).substr(0, left));
  });
}

core::Result<Outcome> run_busy(core::Loop& loop, Scenario& scenario) {
  Crowd crowd(loop, scenario.target, scenario.crowd);
  const std::string get = request(scenario, "GET", "");
  Latencies latencies;
  uint64_t not_2xx = 0;
  bool counting = false;
  crowd.on_answered = [&](Client& client) {
    if (counting) {
      latencies.add(loop.now_us() - client.asked_us());
      not_2xx += client.status() / 100 == 2 ? 0 : 1;
    }
    client.ask(get);
  };
  if (auto late = bring_up(loop, scenario, crowd, scenario.crowd.clients)) return *late;
  crowd.for_each([&get](Client& client) { client.ask(get); });
  wait_for(loop, settle_ms);
  const Watch watch(scenario.watched);
  const double own_cpu_before_s = own_cpu_s();
  const uint64_t began_us = loop.now_us();
  counting = true;
  wait_for(loop, scenario.hold_ms);
  const double took_s = static_cast<double>(loop.now_us() - began_us) * 1e-6;
  Row row{{"clients", static_cast<double>(crowd.up())},
          {"requests", static_cast<double>(latencies.count())},
          {"requests_per_s", static_cast<double>(latencies.count()) / took_s},
          {"p50_ms", latencies.quantile_ms(0.5)},
          {"p99_ms", latencies.quantile_ms(0.99)},
          {"not_2xx", static_cast<double>(not_2xx)},
          {"own_cpu_s", own_cpu_s() - own_cpu_before_s}};
  watch.add_cpu(row);
  return outcome({row}, crowd);
}

core::Result<Outcome> run_churn(core::Loop& loop, Scenario& scenario) {
  Crowd crowd(loop, scenario.target, scenario.crowd);
  uint64_t answered = 0;
  crowd.on_up = [&](Client& client) {
    client.ask(request(scenario, "GET", "Connection: close\r\n"));
  };
  crowd.on_answered = [&](Client& client) {
    ++answered;
    crowd.replace(client);
  };
  const Watch watch(scenario.watched);
  const uint64_t began_us = loop.now_us();
  crowd.grow_to(scenario.crowd.clients);
  wait_for(loop, scenario.hold_ms);
  const double took_s = static_cast<double>(loop.now_us() - began_us) * 1e-6;
  Row row{{"clients", static_cast<double>(scenario.crowd.clients)},
          {"connections", static_cast<double>(crowd.came_up())},
          {"answered_per_s", static_cast<double>(answered) / took_s}};
  watch.add_cpu(row);
  return outcome({row}, crowd);
}

}  // namespace hawser::load
