// SPDX-License-Identifier: Apache-2.0
#include "connector/exchange_record.h"

#include <array>

namespace hawser::connector {

namespace {

constexpr size_t apps_limit = 1000;  // the registry counts what is above as "other"
constexpr std::array<std::string_view, 6> status_classes = {"none", "1xx", "2xx",
                                                            "3xx",  "4xx", "5xx"};

double milliseconds(uint64_t us) { return static_cast<double>(us) / 1000.0; }
double seconds(uint64_t us) { return static_cast<double>(us) / 1e6; }

}  // namespace

std::string_view name_of(EndedBy by) {
  switch (by) {
    case EndedBy::complete:
      return "complete";
    case EndedBy::client:
      return "client";
    case EndedBy::engine:
      return "engine";
    case EndedBy::connector:
      return "connector";
    case EndedBy::origin:
      return "origin";
  }
  return "connector";
}

EndedBy ended_by(message::Blame blame) {
  switch (blame) {
    case message::Blame::client:
      return EndedBy::client;
    case message::Blame::engine:
      return EndedBy::engine;
    case message::Blame::connector:
      return EndedBy::connector;
    case message::Blame::origin:
      return EndedBy::origin;
  }
  return EndedBy::engine;
}

ExchangeMetricIds::ExchangeMetricIds(core::MetricRegistry& registry)
    : requests(registry.counter("hawser_connector_requests_total",
                                "Exchanges that ended, by app and class of status sent back.",
                                {"app", "status"})),
      errors(registry.counter("hawser_connector_errors_total",
                              "Exchanges that did not end properly, by reason.", {"error"})),
      request_seconds(registry.histogram("hawser_connector_request_seconds",
                                         "Time from OPEN to the end of the exchange.", {"app"})),
      connect_seconds(registry.histogram("hawser_connector_connect_seconds",
                                         "Time to get a connection to the origin.", {"app"})),
      first_byte_seconds(registry.histogram("hawser_connector_first_byte_seconds",
                                            "Time from OPEN to the origin's response head.",
                                            {"app"})),
      request_bytes(registry.counter("hawser_connector_request_body_bytes_total",
                                     "Bytes of request bodies written to origins.", {"app"})),
      response_bytes(registry.counter("hawser_connector_response_body_bytes_total",
                                      "Bytes of response bodies read from origins.", {"app"})),
      open(registry.gauge("hawser_connector_open_exchanges", "Exchanges under way.")) {}

ExchangeMetrics::ExchangeMetrics(core::MetricSet& set, const ExchangeMetricIds& ids)
    : set_(set), ids_(ids), open_(&set.gauge(ids.open)) {}

ExchangeMetrics::PerApp& ExchangeMetrics::of(std::string_view app) {
  const auto known = apps_.find(app);
  if (known != apps_.end()) return known->second;
  const std::string_view label = apps_.size() < apps_limit ? app : "other";
  PerApp made{};
  for (size_t i = 0; i < status_classes.size(); ++i)
    made.statuses[i] = &set_.counter(ids_.requests, {label, status_classes[i]});
  made.seconds = &set_.histogram(ids_.request_seconds, {label});
  made.connect_seconds = &set_.histogram(ids_.connect_seconds, {label});
  made.first_byte_seconds = &set_.histogram(ids_.first_byte_seconds, {label});
  made.request_bytes = &set_.counter(ids_.request_bytes, {label});
  made.response_bytes = &set_.counter(ids_.response_bytes, {label});
  return apps_.emplace(std::string(label), made).first->second;
}

void ExchangeMetrics::ended(const ExchangeRecord& record) {
  open_->add(-1);
  // A name that no engine published is not worth a series.
  const bool unknown = record.error == message::ErrorCode::app_unknown;
  PerApp& app = of(unknown ? std::string_view("unknown") : record.app);
  const int hundred = record.status / 100;
  app.statuses[hundred >= 1 && hundred <= 5 ? hundred : 0]->add(1);
  app.seconds->observe(seconds(record.total_us));
  if (record.connected_us != 0)
    app.connect_seconds->observe(seconds(record.connected_us - record.queued_us));
  if (record.first_byte_us != 0) app.first_byte_seconds->observe(seconds(record.first_byte_us));
  app.request_bytes->add(record.request_bytes);
  app.response_bytes->add(record.response_bytes);
  if (record.error != message::ErrorCode::none)
    set_.counter(ids_.errors, {message::name_of(record.error)}).add(1);
}

void write_request_line(core::Log& log, const ExchangeRecord& record) {
  core::LogLine line(log, core::Level::info, "request");
  line.text("request_id", record.request_id)
      .text("app", record.app)
      .text("method", record.method)
      .text("path", record.path)
      .text_if("client", record.client_address)
      .text_if("origin", record.origin)
      .boolean("origin_reused", record.origin_reused)
      .number("status", record.status)
      .number("queue_ms", milliseconds(record.queued_us));
  if (record.connected_us != 0)
    line.number("connect_ms", milliseconds(record.connected_us - record.queued_us));
  if (record.first_byte_us != 0) line.number("first_byte_ms", milliseconds(record.first_byte_us));
  line.number("total_ms", milliseconds(record.total_us))
      .number("request_bytes", record.request_bytes)
      .number("response_bytes", record.response_bytes)
      .text("ended_by", name_of(record.ended));
  if (record.error != message::ErrorCode::none)
    line.text("error", message::name_of(record.error)).text_if("reason", record.reason);
}

}  // namespace hawser::connector
