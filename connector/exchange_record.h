// SPDX-License-Identifier: Apache-2.0
// ExchangeRecord: what is remembered of one exchange for its line in the request log and for the
// metrics. Owner: its forwarder. Thread: the worker's own.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "core/log.h"
#include "core/metrics.h"
#include "message/error.h"

namespace hawser::connector {

// Who ended an exchange: `complete` is the proper end of both directions.
enum class EndedBy : uint8_t { complete, client, engine, connector, origin };
std::string_view name_of(EndedBy by);
EndedBy ended_by(message::Blame blame);

struct ExchangeRecord {
  std::string request_id;
  std::string app;
  std::string method;
  std::string path;  // without query
  std::string origin;
  std::string client_address;
  int status = 0;
  bool origin_reused = false;
  uint64_t started_us = 0;
  // Moments, as microseconds since the start; 0: not reached.
  uint64_t queued_us = 0;  // the app is known, the origin is looked for
  uint64_t connected_us = 0;
  uint64_t first_byte_us = 0;  // of the response's head
  uint64_t total_us = 0;
  uint64_t request_bytes = 0;
  uint64_t response_bytes = 0;
  EndedBy ended = EndedBy::complete;
  message::ErrorCode error = message::ErrorCode::none;
  std::string reason;

  void clear() {  // keeps the memory
    for (std::string* text : {&request_id, &app, &method, &path, &origin, &client_address, &reason})
      text->clear();
    status = 0;
    origin_reused = false;
    started_us = queued_us = connected_us = first_byte_us = total_us = 0;
    request_bytes = response_bytes = 0;
    ended = EndedBy::complete;
    error = message::ErrorCode::none;
  }
};

// The connector's metric families.
struct ExchangeMetricIds {
  explicit ExchangeMetricIds(core::MetricRegistry& registry);
  core::MetricId requests, errors, request_seconds, connect_seconds, first_byte_seconds;
  core::MetricId request_bytes, response_bytes, open;
};

// One worker's counters of exchanges.
class ExchangeMetrics {
 public:
  ExchangeMetrics(core::MetricSet& set, const ExchangeMetricIds& ids);
  void opened() { open_->add(1); }
  void ended(const ExchangeRecord& record);

 private:
  struct PerApp {
    core::Counter* statuses[6];  // by hundreds; 0: none was sent
    core::Histogram* seconds;
    core::Histogram* connect_seconds;
    core::Histogram* first_byte_seconds;
    core::Counter* request_bytes;
    core::Counter* response_bytes;
  };
  PerApp& of(std::string_view app);

  core::MetricSet& set_;
  const ExchangeMetricIds& ids_;
  core::Gauge* open_;
  std::map<std::string, PerApp, std::less<>> apps_;
};

void write_request_line(core::Log& log, const ExchangeRecord& record);

}  // namespace hawser::connector
