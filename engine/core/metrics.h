// SPDX-License-Identifier: Apache-2.0
// Metrics: counters, gauges and histograms. Each thread counts in a MetricSet of its own; the
// registry adds them up when it renders Prometheus text.
//   MetricId requests = registry.counter("hawser_requests_total", "Requests.", {"app"});
//   set.counter(requests, {"wiki"}).add(1);     // keep the reference on the hot path
// Owner: main owns the registry, each Worker its MetricSet; both outlive their metrics' users.
// Thread: MetricRegistry any; a MetricSet and what it gives one.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace hawser::core {

class LogSink;

class Counter {
 public:
  void add(uint64_t n = 1) {
    value_.store(value_.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
  }
  uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<uint64_t> value_{0};  // written by one thread, read by the registry
};

class Gauge {
 public:
  void set(int64_t value) { value_.store(value, std::memory_order_relaxed); }
  void add(int64_t n) { set(value() + n); }
  int64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<int64_t> value_{0};
};

class Histogram {
 public:
  explicit Histogram(const std::vector<double>& bounds);
  void observe(double value);
  uint64_t bucket(size_t index) const { return counts_[index].load(std::memory_order_relaxed); }
  size_t buckets() const { return bounds_.size() + 1; }
  double sum() const { return sum_.load(std::memory_order_relaxed); }

 private:
  const std::vector<double>& bounds_;
  std::deque<std::atomic<uint64_t>> counts_;  // one more than bounds: above the last
  std::atomic<double> sum_{0};
};

// Seconds, from 1 ms to 60 s.
const std::vector<double>& duration_buckets();
bool valid_metric_name(std::string_view name);
bool valid_label_name(std::string_view name);

struct MetricId {
  size_t index = SIZE_MAX;
};

using LabelValues = std::initializer_list<std::string_view>;

class MetricSet;

class MetricRegistry {
 public:
  // A family may hold `series_limit` series; label values beyond it are counted as "other".
  explicit MetricRegistry(size_t series_limit = 1000);
  ~MetricRegistry();
  MetricRegistry(const MetricRegistry&) = delete;
  MetricRegistry& operator=(const MetricRegistry&) = delete;

  // Declaring the same family again gives the same id; declaring it differently is our own mistake.
  MetricId counter(std::string name, std::string help, std::vector<std::string> labels = {});
  MetricId gauge(std::string name, std::string help, std::vector<std::string> labels = {});
  MetricId histogram(std::string name, std::string help, std::vector<std::string> labels = {},
                     std::vector<double> bounds = duration_buckets());

  // Runs at each render(), on its thread: appends text of its own.
  void add_collector(std::function<void(std::string& out)> collector);
  std::string render() const;

  static constexpr std::string_view content_type = "text/plain; version=0.0.4; charset=utf-8";

 private:
  friend class MetricSet;
  enum class Type : uint8_t { counter, gauge, histogram };
  struct Family;
  struct Series;
  struct Shard;
  using Total = std::map<std::string, std::vector<const Series*>>;

  MetricId declare(Type type, std::string name, std::string help, std::vector<std::string> labels,
                   std::vector<double> bounds);
  Shard& add_shard();
  Family& family(MetricId id);
  // The key under which these label values are counted: their own, or that of "other".
  std::string admit(Family& family, std::string key);
  void render_family(const Family& family, std::string& out) const;
  static void render_series(const Family& family, const std::string& key,
                            const std::vector<const Series*>& parts, std::string& out);
  static void render_histogram(const Family& family, const std::string& key,
                               const std::vector<const Series*>& parts, std::string& out);

  size_t series_limit_;
  mutable std::mutex mutex_;
  std::vector<std::unique_ptr<Family>> families_;
  std::vector<std::unique_ptr<Shard>> shards_;
  std::vector<std::function<void(std::string&)>> collectors_;
};

class MetricSet {
 public:
  explicit MetricSet(MetricRegistry& registry);
  ~MetricSet();  // its counts stay, its gauges go to 0
  MetricSet(const MetricSet&) = delete;
  MetricSet& operator=(const MetricSet&) = delete;

  // The references live as long as the registry.
  Counter& counter(MetricId id, LabelValues values = {});
  Gauge& gauge(MetricId id, LabelValues values = {});
  Histogram& histogram(MetricId id, LabelValues values = {});
  MetricRegistry& registry() { return registry_; }

 private:
  MetricRegistry::Series& series(MetricId id, MetricRegistry::Type type, LabelValues values);

  MetricRegistry& registry_;
  MetricRegistry::Shard& shard_;
};

// Resident memory, descriptors and CPU time of this process, under their usual names, and the lines
// that its log lost.
void append_process_metrics(std::string& out, const LogSink& log);
uint64_t resident_bytes();  // of this process

}  // namespace hawser::core
