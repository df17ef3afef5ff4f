// SPDX-License-Identifier: Apache-2.0
// RelayMetrics: what one worker counts. Every family is listed in schema/metrics.md, and a test
// holds the output against that list. Owner: the RelayWorker. Thread: the worker's own; the
// registry reads from others.
#pragma once

#include <string_view>

#include "core/metrics.h"
#include "core/text_map.h"
#include "message/error.h"

namespace hawser::relay {

class RelayMetrics {
 public:
  explicit RelayMetrics(core::MetricRegistry& registry);

  // The counters of one app, kept at hand.
  struct App {
    core::Counter* by_class[6] = {};  // 1xx … 5xx as the client saw them; [0]: none
    core::Histogram* duration_s = nullptr;
    core::Histogram* queue_s = nullptr;
    core::Histogram* first_byte_s = nullptr;
    core::Counter* request_bytes = nullptr;
    core::Counter* response_bytes = nullptr;
  };
  App& app(std::string_view name);
  void count_error(message::ErrorCode code);
  core::Counter& connector_streams(std::string_view connector_id);
  void set_connector_channels(std::string_view connector_id, int64_t channels);
  void count_channel_lost(std::string_view why);
  void count_http2_cut(std::string_view cause);
  // What was done because memory was short.
  void memory_step(std::string_view step, uint64_t count = 1);
  // `limit`: the key of the app's limit.
  void count_refused(std::string_view app, std::string_view limit);

 private:
  core::MetricSet set_;  // made before the references into it

 public:
  core::Gauge& client_sessions;
  core::Gauge& http2_sessions;
  core::Counter& client_sessions_accepted;
  core::Counter& offender_connections_delayed;
  core::Counter& offender_connections_refused;
  core::Counter& handshakes_failed;
  core::Counter& handshakes_resumed;
  core::Gauge& open_exchanges;
  core::Counter& exchanges;
  core::Gauge& queued_exchanges;
  core::Gauge& channels;
  core::Counter& channels_opened;
  core::Counter& bulk_moves;
  core::Counter& worker_hops;
  core::Gauge& budget_bytes;

 private:
  core::Counter& plain_counter(const char* name, const char* help);
  core::Gauge& plain_gauge(const char* name, const char* help);

  core::MetricId requests_, duration_, queue_, first_byte_, request_bytes_, response_bytes_,
      errors_;
  core::MetricId connector_streams_, connector_channels_, channels_lost_, http2_cuts_, refused_,
      memory_steps_;
  core::TextMap<App> apps_;
};

}  // namespace hawser::relay
