// SPDX-License-Identifier: Apache-2.0
#include "scenario.h"

#include <algorithm>
#include <functional>

#include "stage.h"
#include "waiting.h"
#include "watch.h"

namespace hawser::load {

namespace {

uint64_t bytes_a_tick(const Scenario& scenario) {
  return std::max<uint64_t>(scenario.bytes_per_second * tick_ms / 1000, 1);
}

// The memory at each mark, and at the end of the hold.
core::Result<Outcome> note_marks(core::Loop& loop, Scenario& scenario, Crowd& crowd) {
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

}  // namespace

core::Result<Outcome> run_idle(core::Loop& loop, Scenario& scenario) {
  Crowd crowd(loop, scenario.target, scenario.crowd);
  if (!scenario.path.empty()) {
    const std::string get = request_for(scenario, "GET", scenario.path, "");
    crowd.on_up = [get](Client& client) { client.ask(get); };
  }
  if (scenario.crowd.again) return hold(loop, scenario, crowd, [](Client&) {});
  return note_marks(loop, scenario, crowd);
}

core::Result<Outcome> run_readers(core::Loop& loop, Scenario& scenario) {
  Crowd crowd(loop, scenario.target, scenario.crowd);
  const std::string get = request_for(scenario, "GET", scenario.path, "");
  crowd.on_up = [&get](Client& client) {
    client.hold_reading();
    client.ask(get);
  };
  const auto each_tick = static_cast<int64_t>(scenario.bytes_per_second * tick_ms / 1000);
  return hold(loop, scenario, crowd, [each_tick](Client& client) { client.allow(each_tick); });
}

core::Result<Outcome> run_senders(core::Loop& loop, Scenario& scenario) {
  Crowd crowd(loop, scenario.target, scenario.crowd);
  const std::string put =
      request_for(scenario, "PUT", scenario.path,
                  "Content-Length: " + std::to_string(scenario.body_bytes) + "\r\n");
  crowd.on_up = [&put](Client& client) { client.ask(put); };
  const std::string piece(bytes_a_tick(scenario), 'x');
  return hold(loop, scenario, crowd, [&](Client& client) {
    const uint64_t left = scenario.body_bytes - client.sent_bytes();
    if (client.status() == 0 && !client.output_full())
      client.write(std::string_view(piece).substr(0, left));
  });
}

// One field whose value goes on and on.
core::Result<Outcome> run_heads(core::Loop& loop, Scenario& scenario) {
  Crowd crowd(loop, scenario.target, scenario.crowd);
  const std::string begin =
      "GET " + scenario.path + " HTTP/1.1\r\nHost: " + scenario.target.host + "\r\nX-Slow: ";
  const auto next = [&begin](uint64_t from, uint64_t bytes) {
    std::string piece = from < begin.size() ? begin.substr(from, bytes) : std::string();
    return piece.append(bytes - piece.size(), 'x');
  };
  if (scenario.first_bytes > 0)
    crowd.on_up = [&](Client& client) { client.write(next(0, scenario.first_bytes)); };
  const uint64_t each_tick = bytes_a_tick(scenario);
  return hold(loop, scenario, crowd, [&, each_tick](Client& client) {
    if (!client.output_full()) client.write(next(client.sent_bytes(), each_tick));
  });
}

}  // namespace hawser::load
