// SPDX-License-Identifier: Apache-2.0
#include "relay/relay_metrics.h"

namespace hawser::relay {

core::Counter& RelayMetrics::plain_counter(const char* name, const char* help) {
  return set_.counter(set_.registry().counter(name, help));
}

core::Gauge& RelayMetrics::plain_gauge(const char* name, const char* help) {
  return set_.gauge(set_.registry().gauge(name, help));
}

RelayMetrics::RelayMetrics(core::MetricRegistry& registry)
    : set_(registry),
      client_sessions(plain_gauge("hawser_client_sessions", "Client connections that are open.")),
      http2_sessions(plain_gauge("hawser_http2_sessions",
                                 "Client connections that are open and speak HTTP/2.")),
      client_sessions_accepted(
          plain_counter("hawser_client_sessions_total", "Client connections that were accepted.")),
      offender_connections_delayed(
          plain_counter("hawser_http2_offender_connections_delayed_total",
                        "Client connections that waited for their address's turn.")),
      offender_connections_refused(
          plain_counter("hawser_http2_offender_connections_refused_total",
                        "Client connections closed because too many of their address waited.")),
      handshakes_failed(plain_counter("hawser_client_handshakes_failed_total",
                                      "TLS handshakes of clients that failed.")),
      handshakes_resumed(plain_counter("hawser_client_handshakes_resumed_total",
                                       "TLS handshakes of clients that resumed a session.")),
      open_exchanges(plain_gauge("hawser_open_exchanges", "Requests under way.")),
      exchanges(plain_counter("hawser_exchanges_total", "Requests that were begun.")),
      queued_exchanges(
          plain_gauge("hawser_queued_exchanges", "Requests that wait for a connector.")),
      channels(plain_gauge("hawser_channels", "Connector channels that are open.")),
      channels_opened(
          plain_counter("hawser_channels_total", "Connector channels that were opened.")),
      bulk_moves(plain_counter("hawser_bulk_moves_total",
                               "Long bodies that moved to a channel of their own.")),
      worker_hops(plain_counter("hawser_worker_hops_total",
                                "Requests that went through another worker's channel.")),
      budget_bytes(plain_gauge("hawser_body_budget_used_bytes",
                               "Bytes of the body budget that are granted or held.")) {
  requests_ = registry.counter("hawser_requests_total", "Requests, by app and class of status.",
                               {"app", "class"});
  duration_ =
      registry.histogram("hawser_request_duration_seconds", "From head to last byte.", {"app"});
  queue_ = registry.histogram("hawser_request_queue_seconds",
                              "From head to the choice of a channel.", {"app"});
  first_byte_ = registry.histogram("hawser_request_first_byte_seconds",
                                   "From head to the response's head.", {"app"});
  request_bytes_ =
      registry.counter("hawser_request_body_bytes_total", "Bytes of request bodies.", {"app"});
  response_bytes_ =
      registry.counter("hawser_response_body_bytes_total", "Bytes of response bodies.", {"app"});
  errors_ =
      registry.counter("hawser_errors_total", "Exchanges that failed, by reason.", {"reason"});
  connector_streams_ = registry.counter("hawser_requests_by_connector_total",
                                        "Requests sent to a connector.", {"connector"});
  connector_channels_ = registry.gauge("hawser_channels_by_connector",
                                       "Open channels of a connector.", {"connector"});
  channels_lost_ =
      registry.counter("hawser_channels_lost_total", "Channels that ended, by cause.", {"cause"});
  http2_cuts_ =
      registry.counter("hawser_http2_cut_total",
                       "HTTP/2 connections ended for the client's fault, by cause.", {"cause"});
  memory_steps_ =
      registry.counter("hawser_memory_steps_total",
                       "What was done because memory was near its limit, by step.", {"step"});
  refused_ = registry.counter("hawser_refused_total", "Requests that a limit of their app refused.",
                              {"app", "limit"});
}

RelayMetrics::App& RelayMetrics::app(std::string_view name) {
  if (const auto found = apps_.find(name); found != apps_.end()) return found->second;
  App& app = apps_[std::string(name)];
  static constexpr const char* classes[] = {"none", "1xx", "2xx", "3xx", "4xx", "5xx"};
  for (size_t i = 0; i < 6; ++i) app.by_class[i] = &set_.counter(requests_, {name, classes[i]});
  app.duration_s = &set_.histogram(duration_, {name});
  app.queue_s = &set_.histogram(queue_, {name});
  app.first_byte_s = &set_.histogram(first_byte_, {name});
  app.request_bytes = &set_.counter(request_bytes_, {name});
  app.response_bytes = &set_.counter(response_bytes_, {name});
  return app;
}

void RelayMetrics::count_error(message::ErrorCode code) {
  set_.counter(errors_, {message::name_of(code)}).add();
}

core::Counter& RelayMetrics::connector_streams(std::string_view connector_id) {
  return set_.counter(connector_streams_, {connector_id});
}

void RelayMetrics::set_connector_channels(std::string_view connector_id, int64_t open) {
  set_.gauge(connector_channels_, {connector_id}).set(open);
}

void RelayMetrics::count_channel_lost(std::string_view cause) {
  set_.counter(channels_lost_, {cause}).add();
}

void RelayMetrics::count_refused(std::string_view app, std::string_view limit) {
  set_.counter(refused_, {app, limit}).add();
}

void RelayMetrics::memory_step(std::string_view step, uint64_t count) {
  set_.counter(memory_steps_, {step}).add(count);
}

void RelayMetrics::count_http2_cut(std::string_view cause) {
  set_.counter(http2_cuts_, {cause}).add();
}

}  // namespace hawser::relay
