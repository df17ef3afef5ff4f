// SPDX-License-Identifier: Apache-2.0
#include "core/metrics.h"

#include <algorithm>
#include <charconv>
#include <string>
#include <unordered_map>

#include "core/check.h"

namespace hawser::core {

namespace {

bool letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool digit(char c) { return c >= '0' && c <= '9'; }

constexpr size_t label_value_limit_bytes = 128;

void append_label_value(std::string& out, std::string_view value) {
  for (const char c : value.substr(0, label_value_limit_bytes)) {
    if (c == '"' || c == '\\') out.push_back('\\');
    out.push_back(c >= 0x20 && c < 0x7f ? c : '?');
  }
}

// `app="wiki",code="200"`
template <class Values>
std::string key_of(const std::vector<std::string>& names, const Values& values) {
  HAWSER_ASSERT(names.size() == values.size());
  std::string key;
  auto name = names.begin();
  for (const std::string_view value : values) {
    if (!key.empty()) key.push_back(',');
    key.append(*name++).append("=\"");
    append_label_value(key, value);
    key.push_back('"');
  }
  return key;
}

template <class Number>
std::string number_text(Number value) {
  char digits[64];
  return std::string(digits, std::to_chars(digits, digits + sizeof(digits), value).ptr);
}

void append_sample(std::string& out, std::string_view name, std::string_view suffix,
                   std::string_view labels, std::string_view value) {
  out.append(name).append(suffix);
  if (!labels.empty()) out.append("{").append(labels).append("}");
  out.append(" ").append(value).append("\n");
}

}  // namespace

bool valid_metric_name(std::string_view name) {
  return !name.empty() && (letter(name.front()) || name.front() == ':') &&
         std::all_of(name.begin(), name.end(),
                     [](char c) { return letter(c) || digit(c) || c == ':'; });
}

bool valid_label_name(std::string_view name) {
  return !name.empty() && letter(name.front()) && !name.starts_with("__") && name != "le" &&
         std::all_of(name.begin(), name.end(), [](char c) { return letter(c) || digit(c); });
}

const std::vector<double>& duration_buckets() {
  static const std::vector<double> bounds = {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25,
                                             0.5,   1,      2.5,   5,    10,    30,   60};
  return bounds;
}

Histogram::Histogram(const std::vector<double>& bounds)
    : bounds_(bounds), counts_(bounds.size() + 1) {}

void Histogram::observe(double value) {
  const auto at = std::lower_bound(bounds_.begin(), bounds_.end(), value) - bounds_.begin();
  std::atomic<uint64_t>& count = counts_[static_cast<size_t>(at)];
  count.store(count.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  sum_.store(sum_.load(std::memory_order_relaxed) + value, std::memory_order_relaxed);
}

struct MetricRegistry::Family {
  Type type;
  std::string name;
  std::string help;
  std::vector<std::string> labels;
  std::vector<double> bounds;
  size_t index;
  std::set<std::string> admitted;  // under the registry's mutex
};

struct MetricRegistry::Series {
  explicit Series(const Family& family)
      : histogram(family.type == Type::histogram ? std::make_unique<Histogram>(family.bounds)
                                                 : nullptr) {}
  Counter counter;
  Gauge gauge;
  std::unique_ptr<Histogram> histogram;
};

// What one thread counts. Its owner alone changes the maps, under the mutex; render() reads them
// under it.
struct MetricRegistry::Shard {
  struct OfFamily {
    Family* family = nullptr;
    std::unordered_map<std::string, std::unique_ptr<Series>> series;
  };
  std::mutex mutex;
  std::deque<OfFamily> families;
};

// --- MetricRegistry

MetricRegistry::MetricRegistry(size_t series_limit) : series_limit_(series_limit) {}
MetricRegistry::~MetricRegistry() = default;

MetricId MetricRegistry::counter(std::string name, std::string help,
                                 std::vector<std::string> labels) {
  return declare(Type::counter, std::move(name), std::move(help), std::move(labels), {});
}

MetricId MetricRegistry::gauge(std::string name, std::string help,
                               std::vector<std::string> labels) {
  return declare(Type::gauge, std::move(name), std::move(help), std::move(labels), {});
}

MetricId MetricRegistry::histogram(std::string name, std::string help,
                                   std::vector<std::string> labels, std::vector<double> bounds) {
  HAWSER_ASSERT(std::is_sorted(bounds.begin(), bounds.end()));
  return declare(Type::histogram, std::move(name), std::move(help), std::move(labels),
                 std::move(bounds));
}

MetricId MetricRegistry::declare(Type type, std::string name, std::string help,
                                 std::vector<std::string> labels, std::vector<double> bounds) {
  HAWSER_ASSERT(valid_metric_name(name));
  for (const std::string& label : labels) HAWSER_ASSERT(valid_label_name(label));
  const std::lock_guard lock(mutex_);
  for (const auto& family : families_) {
    if (family->name != name) continue;
    HAWSER_ASSERT(family->type == type && family->labels == labels && family->bounds == bounds);
    return MetricId{family->index};
  }
  families_.push_back(std::make_unique<Family>(Family{type,
                                                      std::move(name),
                                                      std::move(help),
                                                      std::move(labels),
                                                      std::move(bounds),
                                                      families_.size(),
                                                      {}}));
  return MetricId{families_.size() - 1};
}

MetricRegistry::Shard& MetricRegistry::add_shard() {
  const std::lock_guard lock(mutex_);
  shards_.push_back(std::make_unique<Shard>());
  return *shards_.back();
}

MetricRegistry::Family& MetricRegistry::family(MetricId id) {
  const std::lock_guard lock(mutex_);
  HAWSER_ASSERT(id.index < families_.size());
  return *families_[id.index];
}

std::string MetricRegistry::admit(Family& family, std::string key) {
  const std::lock_guard lock(mutex_);
  if (family.admitted.contains(key)) return key;
  if (family.admitted.size() < series_limit_) {
    family.admitted.insert(key);
    return key;
  }
  return key_of(family.labels, std::vector<std::string_view>(family.labels.size(), "other"));
}

void MetricRegistry::add_collector(std::function<void(std::string& out)> collector) {
  const std::lock_guard lock(mutex_);
  collectors_.push_back(std::move(collector));
}

std::string MetricRegistry::render() const {
  const std::lock_guard lock(mutex_);
  std::string out;
  for (const auto& family : families_) render_family(*family, out);
  for (const auto& collector : collectors_) collector(out);
  return out;
}

void MetricRegistry::render_family(const Family& family, std::string& out) const {
  constexpr std::string_view types[] = {"counter", "gauge", "histogram"};
  out.append("# HELP ").append(family.name).append(" ").append(family.help);
  out.append("\n# TYPE ").append(family.name).append(" ");
  out.append(types[static_cast<size_t>(family.type)]).append("\n");
  Total total;
  for (const auto& shard : shards_) {
    const std::lock_guard lock(shard->mutex);
    if (family.index >= shard->families.size()) continue;
    for (const auto& [key, series] : shard->families[family.index].series)
      total[key].push_back(series.get());  // a series stays where it is as long as the registry
  }
  const Series nothing(family);
  if (family.labels.empty() && total.empty()) total[""].push_back(&nothing);
  for (const auto& [key, parts] : total) render_series(family, key, parts, out);
}

void MetricRegistry::render_series(const Family& family, const std::string& key,
                                   const std::vector<const Series*>& parts, std::string& out) {
  if (family.type == Type::counter) {
    uint64_t sum = 0;
    for (const Series* part : parts) sum += part->counter.value();
    append_sample(out, family.name, "", key, number_text(sum));
  } else if (family.type == Type::gauge) {
    int64_t sum = 0;
    for (const Series* part : parts) sum += part->gauge.value();
    append_sample(out, family.name, "", key, number_text(sum));
  } else {
    render_histogram(family, key, parts, out);
  }
}

void MetricRegistry::render_histogram(const Family& family, const std::string& key,
                                      const std::vector<const Series*>& parts, std::string& out) {
  uint64_t count = 0;
  double sum = 0;
  for (const Series* part : parts) sum += part->histogram->sum();
  for (size_t i = 0; i <= family.bounds.size(); ++i) {
    for (const Series* part : parts) count += part->histogram->bucket(i);
    const std::string bound = i < family.bounds.size() ? number_text(family.bounds[i]) : "+Inf";
    std::string labels = key;
    labels.append(key.empty() ? "" : ",").append("le=\"").append(bound).append("\"");
    append_sample(out, family.name, "_bucket", labels, number_text(count));
  }
  append_sample(out, family.name, "_sum", key, number_text(sum));
  append_sample(out, family.name, "_count", key, number_text(count));
}

// --- MetricSet

MetricSet::MetricSet(MetricRegistry& registry)
    : registry_(registry), shard_(registry.add_shard()) {}

MetricSet::~MetricSet() {
  for (auto& of_family : shard_.families)
    for (auto& [key, series] : of_family.series) series->gauge.set(0);
}

MetricRegistry::Series& MetricSet::series(MetricId id, MetricRegistry::Type type,
                                          LabelValues values) {
  if (id.index >= shard_.families.size()) {
    const std::lock_guard lock(shard_.mutex);
    shard_.families.resize(id.index + 1);
  }
  MetricRegistry::Shard::OfFamily& here = shard_.families[id.index];
  if (here.family == nullptr) here.family = &registry_.family(id);
  HAWSER_ASSERT(here.family->type == type);
  std::string key = key_of(here.family->labels, values);
  if (const auto found = here.series.find(key); found != here.series.end()) return *found->second;
  key = registry_.admit(*here.family, std::move(key));
  auto made = std::make_unique<MetricRegistry::Series>(*here.family);
  const std::lock_guard lock(shard_.mutex);
  return *here.series.try_emplace(std::move(key), std::move(made)).first->second;
}

Counter& MetricSet::counter(MetricId id, LabelValues values) {
  return series(id, MetricRegistry::Type::counter, values).counter;
}

Gauge& MetricSet::gauge(MetricId id, LabelValues values) {
  return series(id, MetricRegistry::Type::gauge, values).gauge;
}

Histogram& MetricSet::histogram(MetricId id, LabelValues values) {
  return *series(id, MetricRegistry::Type::histogram, values).histogram;
}

}  // namespace hawser::core
