// SPDX-License-Identifier: Apache-2.0
#include "core/metrics.h"

#include <gtest/gtest.h>

#include <thread>

#include "core/log.h"

namespace hawser::core {
namespace {

TEST(Metrics, SetsOfAllThreadsAddUp) {
  MetricRegistry registry;
  const MetricId requests = registry.counter("hawser_requests_total", "Requests.", {"app", "code"});
  const MetricId open = registry.gauge("hawser_sessions", "Open sessions.");
  MetricSet one(registry);
  MetricSet two(registry);
  one.counter(requests, {"wiki", "200"}).add(3);
  two.counter(requests, {"wiki", "200"}).add(4);
  two.counter(requests, {"shop", "404"}).add();
  one.gauge(open).set(5);
  two.gauge(open).add(-2);
  EXPECT_EQ(registry.render(),
            "# HELP hawser_requests_total Requests.\n"
            "# TYPE hawser_requests_total counter\n"
            "hawser_requests_total{app=\"shop\",code=\"404\"} 1\n"
            "hawser_requests_total{app=\"wiki\",code=\"200\"} 7\n"
            "# HELP hawser_sessions Open sessions.\n"
            "# TYPE hawser_sessions gauge\n"
            "hawser_sessions 3\n");
}

TEST(Metrics, AHistogramCountsCumulatively) {
  MetricRegistry registry;
  const MetricId seconds = registry.histogram("hawser_seconds", "Time.", {"app"}, {0.1, 1, 10});
  MetricSet set(registry);
  Histogram& wiki = set.histogram(seconds, {"wiki"});
  for (const double value : {0.05, 0.1, 0.5, 100.0}) wiki.observe(value);
  EXPECT_EQ(registry.render(),
            "# HELP hawser_seconds Time.\n"
            "# TYPE hawser_seconds histogram\n"
            "hawser_seconds_bucket{app=\"wiki\",le=\"0.1\"} 2\n"
            "hawser_seconds_bucket{app=\"wiki\",le=\"1\"} 3\n"
            "hawser_seconds_bucket{app=\"wiki\",le=\"10\"} 3\n"
            "hawser_seconds_bucket{app=\"wiki\",le=\"+Inf\"} 4\n"
            "hawser_seconds_sum{app=\"wiki\"} 100.65\n"
            "hawser_seconds_count{app=\"wiki\"} 4\n");
}

TEST(Metrics, WithoutLabelsAFamilyIsThereFromTheStart) {
  MetricRegistry registry;
  registry.counter("hawser_failures_total", "Failures.");
  EXPECT_NE(registry.render().find("hawser_failures_total 0\n"), std::string::npos);
}

TEST(Metrics, SeriesAreBoundedAndTheRestIsCountedAsOther) {
  MetricRegistry registry(3);
  const MetricId id = registry.counter("hawser_requests_total", "Requests.", {"app"});
  MetricSet one(registry);
  MetricSet two(registry);
  for (int i = 0; i < 10; ++i) one.counter(id, {"app" + std::to_string(i)}).add();
  two.counter(id, {"app1"}).add();
  two.counter(id, {"another"}).add();
  const std::string text = registry.render();
  EXPECT_NE(text.find("{app=\"app0\"} 1\n"), std::string::npos);
  EXPECT_NE(text.find("{app=\"app1\"} 2\n"), std::string::npos);
  EXPECT_NE(text.find("{app=\"other\"} 8\n"), std::string::npos);
  EXPECT_EQ(text.find("app3"), std::string::npos);
}

TEST(Metrics, LabelValuesCannotBreakTheText) {
  MetricRegistry registry;
  const MetricId id = registry.counter("hawser_requests_total", "Requests.", {"app"});
  MetricSet set(registry);
  set.counter(id, {"a\"b\\c\nd\xff"}).add();
  EXPECT_NE(registry.render().find("{app=\"a\\\"b\\\\c?d?\"} 1\n"), std::string::npos);
}

TEST(Metrics, ASetThatGoesLeavesItsCountsAndNotItsGauges) {
  MetricRegistry registry;
  const MetricId total = registry.counter("hawser_total", "Total.");
  const MetricId now = registry.gauge("hawser_now", "Now.");
  {
    MetricSet set(registry);
    set.counter(total).add(2);
    set.gauge(now).set(9);
  }
  EXPECT_NE(registry.render().find("hawser_total 2\n"), std::string::npos);
  EXPECT_NE(registry.render().find("hawser_now 0\n"), std::string::npos);
}

TEST(Metrics, DeclaredTwiceItIsOneFamily) {
  MetricRegistry registry;
  const MetricId first = registry.counter("hawser_total", "Total.", {"app"});
  EXPECT_EQ(registry.counter("hawser_total", "Total.", {"app"}).index, first.index);
}

TEST(Metrics, NamesAreChecked) {
  for (const char* name : {"hawser_x", "a:b", "_x", "X9"}) EXPECT_TRUE(valid_metric_name(name));
  for (const char* name : {"", "9x", "a-b", "a b", "\xc3\xa4"})
    EXPECT_FALSE(valid_metric_name(name));
  for (const char* name : {"le", "__x", "a:b", "", "1a"}) EXPECT_FALSE(valid_label_name(name));
  EXPECT_TRUE(valid_label_name("app"));
}

TEST(Metrics, RenderedWhileOthersCount) {
  MetricRegistry registry;
  const MetricId id = registry.counter("hawser_total", "Total.", {"app"});
  const MetricId seconds = registry.histogram("hawser_seconds", "Time.");
  std::vector<std::thread> threads;
  for (int t = 0; t < 3; ++t)
    threads.emplace_back([&] {
      MetricSet set(registry);
      for (int i = 0; i < 2000; ++i) {
        set.counter(id, {"app" + std::to_string(i % 50)}).add();
        set.histogram(seconds).observe(0.01);
      }
    });
  for (int i = 0; i < 20; ++i) registry.render();
  for (std::thread& thread : threads) thread.join();
  EXPECT_NE(registry.render().find("{app=\"app7\"} 120\n"), std::string::npos);
  EXPECT_NE(registry.render().find("hawser_seconds_count 6000\n"), std::string::npos);
}

TEST(Metrics, CollectorsAppendTheirOwnText) {
  MetricRegistry registry;
  LogSink log(STDERR_FILENO);
  log.count_dropped();
  registry.add_collector([&](std::string& out) { append_process_metrics(out, log); });
  const std::string text = registry.render();
  for (const char* name :
       {"process_resident_memory_bytes ", "process_open_fds ", "process_max_fds ",
        "process_cpu_seconds_total ", "hawser_log_lines_dropped_total 1\n"})
    EXPECT_NE(text.find(std::string("\n") + name), std::string::npos) << name;
}

}  // namespace
}  // namespace hawser::core
