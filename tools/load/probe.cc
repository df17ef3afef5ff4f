// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>

#include "latencies.h"
#include "scenario.h"
#include "stage.h"
#include "waiting.h"

namespace hawser::load {

namespace {

// One client. It asks no second thing before the first is answered.
class Probe {
 public:
  Probe(core::Loop& loop, const Scenario& scenario)
      : loop_(loop),
        get_(request_for(scenario, "GET", scenario.path, "")),
        crowd_(loop, scenario.target, scenario.crowd),
        last_good_us_(loop.now_us()) {
    crowd_.on_answered = [this](Client& client) { on_answered(client); };
    crowd_.grow_to(1);
  }

  void ask() {
    crowd_.let_come_again(1);
    crowd_.for_each([this](Client& client) {
      if (asked_ != answered_ + lost()) return;
      ++asked_;
      client.ask(get_);
    });
  }

  Row figures() {
    note_gap();
    return {{"asked", static_cast<double>(asked_)},
            {"answered", static_cast<double>(answered_)},
            {"not_2xx", static_cast<double>(not_2xx_)},
            {"lost_connections", static_cast<double>(crowd_.gone())},
            {"p50_ms", latencies_.quantile_ms(0.5)},
            {"p99_ms", latencies_.quantile_ms(0.99)},
            {"longest_gap_ms", static_cast<double>(longest_gap_us_) / 1000}};
  }

 private:
  // Requests that went with their connection.
  uint64_t lost() {
    if (crowd_.gone() != gone_seen_) {
      gone_seen_ = crowd_.gone();
      lost_ = asked_ - answered_;
    }
    return lost_;
  }

  void on_answered(Client& client) {
    ++answered_;
    latencies_.add(loop_.now_us() - client.asked_us());
    if (client.status() / 100 == 2) {
      note_gap();
      last_good_us_ = loop_.now_us();
    } else {
      ++not_2xx_;
    }
  }

  void note_gap() { longest_gap_us_ = std::max(longest_gap_us_, loop_.now_us() - last_good_us_); }

  core::Loop& loop_;
  std::string get_;
  Crowd crowd_;
  Latencies latencies_;
  uint64_t asked_ = 0;
  uint64_t answered_ = 0;
  uint64_t not_2xx_ = 0;
  uint64_t lost_ = 0;
  uint64_t gone_seen_ = 0;
  uint64_t last_good_us_;
  uint64_t longest_gap_us_ = 0;
};

}  // namespace

core::Result<Outcome> run_probe(core::Loop& loop, Scenario& scenario) {
  scenario.crowd.clients = 1;
  scenario.crowd.again = true;
  Probe probe(loop, scenario);
  const Pace pace(loop, std::max<uint64_t>(1000 / scenario.requests_per_second, 1),
                  [&probe] { probe.ask(); });
  wait_for(loop, scenario.hold_ms);
  return Outcome{{probe.figures()}, 0, ""};
}

}  // namespace hawser::load
