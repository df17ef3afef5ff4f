// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <deque>
#include <functional>
#include <memory>
#include <string>

#include "latencies.h"
#include "metronome.h"
#include "scenario.h"
#include "stage.h"
#include "waiting.h"
#include "watch.h"

namespace hawser::load {

namespace {

// Small exchanges: each client asks again at once, or all of them together at a pace. A request
// that finds every client occupied waits for one, and counts from when it was due.
class SmallOnes {
 public:
  SmallOnes(core::Loop& loop, const Scenario& scenario)
      : loop_(loop),
        scenario_(scenario),
        get_(request_for(scenario, "GET", scenario.path, "")),
        crowd_(loop, scenario.target, scenario.crowd) {
    crowd_.on_answered = [this](Client& client) { on_answered(client); };
  }

  Crowd& crowd() { return crowd_; }

  void begin() {
    if (scenario_.requests_per_second == 0)
      return crowd_.for_each([this](Client& client) { client.ask(get_); });
    crowd_.for_each([this](Client& client) { free_.push_back(&client); });
    metronome_ = std::make_unique<Metronome>(loop_, scenario_.requests_per_second,
                                             [this](uint64_t due_us) { on_due(due_us); });
  }

  void count() { counting_ = true; }

  Row figures(double took_s) const {
    const auto requests = static_cast<double>(latencies_.count());
    return {{"clients", static_cast<double>(crowd_.up())},
            {"requests", requests},
            {"requests_per_s", requests / took_s},
            {"p50_ms", latencies_.quantile_ms(0.5)},
            {"p99_ms", latencies_.quantile_ms(0.99)},
            {"not_2xx", static_cast<double>(not_2xx_)},
            {"status_503", static_cast<double>(status_503_)},
            {"waiting", static_cast<double>(due_.size())}};
  }

 private:
  void on_due(uint64_t due_us) {
    due_.push_back(due_us);
    ask_next();
  }

  void ask_next() {
    while (!due_.empty() && !free_.empty()) {
      Client* const client = free_.front();
      free_.pop_front();
      client->ask(get_, due_.front());
      due_.pop_front();
    }
  }

  void on_answered(Client& client) {
    if (counting_) {
      latencies_.add(loop_.now_us() - client.asked_us());
      not_2xx_ += client.status() / 100 == 2 ? 0 : 1;
      status_503_ += client.status() == 503 ? 1 : 0;
    }
    if (scenario_.requests_per_second == 0) return client.ask(get_);
    free_.push_back(&client);
    ask_next();
  }

  core::Loop& loop_;
  const Scenario& scenario_;
  std::string get_;
  Latencies latencies_;
  uint64_t not_2xx_ = 0;
  uint64_t status_503_ = 0;
  bool counting_ = false;
  std::deque<uint64_t> due_;  // requests that wait for a client: when they were due
  std::deque<Client*> free_;  // at a pace: who has nothing to do
  Crowd crowd_;
  std::unique_ptr<Metronome> metronome_;
};

// Bodies that pass flat out meanwhile, each client one after the other.
class BulkOnes {
 public:
  BulkOnes(core::Loop& loop, const Scenario& scenario)
      : loop_(loop),
        scenario_(scenario),
        get_(request_for(scenario, "GET", scenario.bulk.down_path, "")),
        put_(request_for(scenario, "PUT", scenario.bulk.up_path,
                         "Content-Length: " + std::to_string(scenario.body_bytes) + "\r\n")),
        down_(loop, scenario.target, options(scenario.bulk.downloads)),
        up_(loop, scenario.target, options(scenario.bulk.uploads)) {
    down_.on_up = [this](Client& client) { client.ask(get_); };
    down_.on_answered = down_.on_up;
    up_.on_up = [this](Client& client) {
      client.ask(put_);
      send(client);
    };
    up_.on_drained = [this](Client& client) { send(client); };
    up_.on_answered = [this](Client& client) {  // before its body's end: the rest follows
      if (client.sent_bytes() % scenario_.body_bytes == 0) up_.on_up(client);
    };
  }

  std::optional<core::Error> begin() {
    for (Crowd* const crowd : {&down_, &up_}) {
      const size_t clients = crowd == &down_ ? scenario_.bulk.downloads : scenario_.bulk.uploads;
      if (clients == 0) continue;
      if (auto late = bring_up(loop_, scenario_, *crowd, clients)) return late;
    }
    return std::nullopt;
  }

  uint64_t failed() const { return down_.failed() + up_.failed(); }
  std::string first_failure() const {
    return down_.failed() > 0 ? down_.first_failure() : up_.first_failure();
  }
  double received_mib() {
    double bytes = 0;
    down_.for_each([&](Client& client) { bytes += static_cast<double>(client.received_bytes()); });
    return bytes / mib;
  }
  double sent_mib() {
    double bytes = 0;
    up_.for_each([&](Client& client) { bytes += static_cast<double>(client.sent_bytes()); });
    return bytes / mib;
  }

 private:
  static CrowdOptions options(size_t clients) {
    CrowdOptions made;
    made.clients = clients;
    return made;
  }

  void send(Client& client) {
    const uint64_t whole = scenario_.body_bytes;
    while (!client.output_full()) {
      const uint64_t left = whole - client.sent_bytes() % whole;
      client.write(std::string_view(piece_).substr(0, left));
      if (left <= piece_.size()) return;  // it waits for its answer
    }
  }

  core::Loop& loop_;
  const Scenario& scenario_;
  std::string get_;
  std::string put_;
  std::string piece_ = std::string(size_t{16} * 1024, 'x');
  Crowd down_;
  Crowd up_;
};

}  // namespace

core::Result<Outcome> run_busy(core::Loop& loop, Scenario& scenario) {
  SmallOnes small(loop, scenario);
  BulkOnes bulk(loop, scenario);
  if (auto late = bring_up(loop, scenario, small.crowd(), scenario.crowd.clients)) return *late;
  if (auto late = bulk.begin()) return *late;
  small.begin();
  wait_for(loop, settle_ms);
  const Watch watch(scenario.watched);
  const double own_cpu_before_s = own_cpu_s();
  const double down_before = bulk.received_mib();
  const double up_before = bulk.sent_mib();
  const uint64_t began_us = loop.now_us();
  small.count();
  wait_for(loop, scenario.hold_ms);
  Row row = small.figures(static_cast<double>(loop.now_us() - began_us) * 1e-6);
  row.emplace_back("down_mib", bulk.received_mib() - down_before);
  row.emplace_back("up_mib", bulk.sent_mib() - up_before);
  row.emplace_back("own_cpu_s", own_cpu_s() - own_cpu_before_s);
  watch.add_cpu(row);
  Outcome made = outcome({row}, small.crowd());
  if (made.failed == 0) made.first_failure = bulk.first_failure();
  made.failed += bulk.failed();
  return made;
}

}  // namespace hawser::load
