// SPDX-License-Identifier: Apache-2.0
#include "relay/request_log.h"

#include "access/gate.h"

namespace hawser::relay {

namespace {

double seconds_between(uint64_t from_us, uint64_t to_us) {
  return to_us <= from_us ? 0.0 : static_cast<double>(to_us - from_us) / 1e6;
}

double ms_between(uint64_t from_us, uint64_t to_us) {
  return to_us <= from_us ? 0.0 : static_cast<double>(to_us - from_us) / 1000;
}

void count(RelayContext& context, const model::App* app, const RequestFacts& facts,
           uint64_t now_us) {
  if (facts.error != message::ErrorCode::none) context.metrics.count_error(facts.error);
  RelayMetrics::App& metrics =
      context.metrics.app(app != nullptr ? std::string_view(app->name) : std::string_view("-"));
  metrics.by_class[facts.status >= 100 && facts.status < 600 ? facts.status / 100 : 0]->add();
  metrics.duration_s->observe(seconds_between(facts.began_us, now_us));
  if (facts.dispatched_us != 0)
    metrics.queue_s->observe(seconds_between(facts.began_us, facts.dispatched_us));
  if (facts.first_byte_us != 0)
    metrics.first_byte_s->observe(seconds_between(facts.began_us, facts.first_byte_us));
  metrics.request_bytes->add(facts.bytes_in);
  metrics.response_bytes->add(facts.bytes_out);
}

}  // namespace

void log_exchange(RelayContext& context, const ClientFacts& client,
                  const message::RequestHead& head, const model::App* app,
                  const access::Admission& admission, const RequestFacts& facts) {
  const uint64_t now_us = context.loop.now_us();
  count(context, app, facts, now_us);
  if (!context.log.enabled(core::Level::info)) return;
  core::LogLine line(context.log, core::Level::info, "request");
  line.text("request_id", facts.request_id)
      .text_if("trace_id", facts.trace_id_hex)
      .text_if("app", app != nullptr ? std::string_view(app->name) : std::string_view())
      .text("client", facts.client_ip.empty() ? client.peer_ip : facts.client_ip)
      .text_if("user", admission.facts ? admission.user() : facts.answered_user)
      .text_if("client_id", admission.facts ? std::string_view(admission.facts->client_id) : "")
      .text("protocol", message::text_of(head.version))
      .text("method", head.method_text())
      .text("host", head.target.authority.host)
      .text("path", head.target.path);
  // A provider's code stands in the query of our own pages.
  if (context.log_query && !access::is_own_path(head.target.canonical_path))
    line.text_if("query", head.target.query);
  line.number("status", facts.status)
      .number("request_bytes", facts.bytes_in)
      .number("response_bytes", facts.bytes_out)
      .number("total_ms", ms_between(facts.began_us, now_us));
  if (facts.dispatched_us != 0)
    line.number("queue_ms", ms_between(facts.began_us, facts.dispatched_us));
  if (facts.connect_us != 0) line.number("connect_ms", ms_between(0, facts.connect_us));
  if (facts.first_byte_us != 0)
    line.number("first_byte_ms", ms_between(facts.began_us, facts.first_byte_us));
  if (app != nullptr && app->access == model::Access::rules) line.text_if("rule", admission.rule);
  line.text_if("connector", facts.connector);
  if (facts.attempts > 1) line.number("attempts", facts.attempts);
  if (facts.error == message::ErrorCode::none) {
    line.text("ended_by", "complete")
        .text_if("answer", facts.own_answer)
        .text_if("reason", facts.reason);
  } else {
    line.text("ended_by", message::name_of(facts.blame))
        .text("error", message::name_of(facts.error))
        .text_if("reason", facts.reason);
  }
}

void log_refusal(RelayContext& context, const ClientFacts& client,
                 const message::ExchangeError& error, std::string_view request_id) {
  context.metrics.count_error(error.code);
  const int status = message::status_of(error.code);
  context.metrics.app("-").by_class[status / 100]->add();
  core::LogLine(context.log, core::Level::info, "request")
      .text("request_id", request_id)
      .text("client", client.peer_ip)
      .number("status", status)
      .text("ended_by", message::name_of(error.blame))
      .text("error", message::name_of(error.code))
      .text_if("reason", error.reason);
}

}  // namespace hawser::relay
