// SPDX-License-Identifier: Apache-2.0
#include "connector/connector_worker.h"

#include <utility>

namespace hawser::connector {

namespace {
constexpr uint64_t closing_check_ms = 500;
constexpr uint64_t closing_grace_ms = 2'000;  // for the engine to read what has left, and to close
constexpr uint64_t closing_limit_ms = 30'000;
// A slow client keeps its stream for long, and must not keep others from theirs. What they take in
// all is bounded by `memory_limit`.
constexpr uint32_t streams_of_a_channel = 8'192;
}  // namespace

using core::Level;
using core::LogLine;
using message::ErrorCode;
using message::ExchangeError;

WorkerMetricIds::WorkerMetricIds(core::MetricRegistry& registry)
    : exchanges(registry),
      channels(registry.gauge("hawser_connector_channels", "Established channels to engines.")),
      dials(registry.counter("hawser_connector_dials_total",
                             "Attempts to bring up a channel, by outcome.", {"outcome"})),
      bulk_channels(registry.gauge("hawser_connector_bulk_channels",
                                   "Channels that carry one long body each.")),
      app_calls(registry.counter("hawser_connector_app_calls_total",
                                 "Apps that were asked for because they were not in the cache.")),
      origin_idle(registry.gauge("hawser_connector_origin_idle_connections",
                                 "Connections to origins that wait for their next exchange.")),
      budget_used(registry.gauge("hawser_connector_body_budget_used_bytes",
                                 "Memory granted to bodies on their way to origins.")),
      bound(registry.gauge("hawser_connector_bound_connections",
                           "Connections to origins that belong to one client session each.")),
      bound_given_up(registry.counter("hawser_connector_bound_given_up_total",
                                      "Times that bound_connections was reached: the longest idle "
                                      "one was closed, or a new one not kept.")) {}

ConnectorWorker::ConnectorWorker(core::Loop& loop, core::LogSink& sink,
                                 core::MetricRegistry& registry, const WorkerMetricIds& metric_ids,
                                 const WorkerSettings& settings, WorkerReports& reports)
    : loop_(loop),
      reports_(reports),
      settings_(settings),
      log_(sink, loop),
      metrics_(registry),
      metric_ids_(metric_ids),
      exchange_metrics_(metrics_, metric_ids.exchanges),
      budget_(settings.budget_bytes, &metrics_.gauge(metric_ids_.budget_used)),
      pool_(loop, settings.pool, &metrics_.gauge(metric_ids_.origin_idle)),
      bound_(loop, settings.bound, &metrics_.gauge(metric_ids_.bound),
             &metrics_.counter(metric_ids_.bound_given_up)),
      apps_(loop, &metrics_.counter(metric_ids_.app_calls)),
      drain_check_due_([this] { check_drained(); }),
      closing_due_([this] { drop_closed(); }),
      identity_(loop, log_, *settings_.issuers),
      forwarder_needs_{loop,
                       heads_,
                       pool_,
                       apps_,
                       settings_.policy,
                       log_,
                       exchange_metrics_,
                       bound_,
                       settings_.issuers->empty() ? nullptr : &identity_} {}

ConnectorWorker::~ConnectorWorker() {
  // Exchanges tell their streams, so they go before the links do.
  forwarders_.clear();
  calls_.clear();
  for (auto& [number, channel] : channels_)
    if (channel.uplink->established()) channel.uplink->link().close("the connector stops", true);
  for (auto& [number, bulk] : bulk_)
    if (bulk.uplink->established()) bulk.uplink->link().close("the connector stops", true);
}

channel::Hello ConnectorWorker::hello(int32_t engine_worker_wanted) const {
  channel::Hello hello;
  hello.versions = {1};
  hello.boot_id = settings_.boot_id;
  hello.worker_wanted = engine_worker_wanted;
  hello.stream_limit = streams_of_a_channel;
  return hello;
}

void ConnectorWorker::dial(const DialOrder& order) {
  if (draining_) return;
  channels_[order.channel].uplink =
      std::make_unique<Uplink>(loop_, budget_, static_cast<UplinkListener&>(*this), order.channel,
                               order.address, security_, hello(order.engine_worker_wanted));
}

void ConnectorWorker::on_uplink_welcome(Uplink& uplink, const channel::Welcome& welcome) {
  metrics_.counter(metric_ids_.dials, {"established"}).add(1);
  if (bulk_.count(uplink.number()) != 0) return attach_bulk(uplink);
  LogLine(log_, Level::info, "channel_established")
      .text("engine", welcome.engine_id)
      .text("address", uplink.address().to_string())
      .number("engine_worker", welcome.worker);
  update_gauges();
  reports_.on_channel_established(uplink.number(), welcome);
  pull_config(uplink);
}

// Windows grow no more; connections that wait for an exchange go; at last no exchange begins.
void ConnectorWorker::set_memory(core::MemoryPressure pressure) {
  forwarder_needs_.memory = pressure;
  budget_.press(pressure != core::MemoryPressure::none);
  if (pressure == core::MemoryPressure::none) return;
  pool_.close_idle();
  core::release_free_memory();
}

void ConnectorWorker::on_uplink_open(Uplink&, channel::Stream& stream, message::RequestHead& head,
                                     channel::OpenInfo& info) {
  auto made = std::make_unique<Forwarder>(forwarder_needs_, static_cast<ForwarderOwner&>(*this),
                                          stream, head, info);
  Forwarder& forwarder = *made;
  forwarders_.emplace(&forwarder, std::move(made));
  forwarder.start();
}

void ConnectorWorker::on_forwarder_done(Forwarder& forwarder) {
  const auto found = forwarders_.find(&forwarder);
  if (found == forwarders_.end()) return;
  forget_bulk_stream(forwarder.stream_key());
  loop_.defer_delete(std::move(found->second));
  forwarders_.erase(found);
  check_drained();
}

// --- bulk channels

void ConnectorWorker::on_uplink_bulk_offered(Uplink& uplink, channel::Stream& stream,
                                             const std::string& ticket) {
  if (bulk_.size() >= bulk_limit || draining_) return;  // it goes on where it is
  const uint64_t number = next_bulk_++;
  channel::Hello wanted = hello(static_cast<int32_t>(uplink.engine_worker()));
  wanted.purpose = channel::Purpose::bulk;
  wanted.engine_wanted = uplink.engine();
  wanted.ticket = ticket;
  auto made = std::make_unique<Uplink>(loop_, budget_, static_cast<UplinkListener&>(*this), number,
                                       uplink.address(), security_, std::move(wanted));
  bulk_.emplace(number, Bulk{std::move(made), &stream, ticket});
}

void ConnectorWorker::attach_bulk(Uplink& uplink) {
  Bulk& bulk = bulk_.at(uplink.number());
  if (bulk.stream == nullptr || uplink.engine() != uplink.hello().engine_wanted)
    return drop_bulk(uplink.number());
  uplink.link().attach_stream(*bulk.stream, bulk.ticket);
  update_gauges();
}

void ConnectorWorker::forget_bulk_stream(const void* stream_key) {
  for (auto& [number, bulk] : bulk_) {
    if (bulk.stream != stream_key) continue;
    bulk.stream = nullptr;
    // One that carried its stream goes when the link is idle; one that came late goes now.
    if (!bulk.uplink->established()) return drop_bulk(number);
  }
}

void ConnectorWorker::drop_bulk(uint64_t number) {
  const auto found = bulk_.find(number);
  if (found == bulk_.end()) return;
  loop_.defer_delete(std::move(found->second.uplink));
  bulk_.erase(found);
  update_gauges();
}

// --- the life of channels

void ConnectorWorker::on_uplink_idle(Uplink& uplink) {
  if (const auto bulk = bulk_.find(uplink.number()); bulk != bulk_.end()) {
    close_gently(std::move(bulk->second.uplink), "its body is through");
    bulk_.erase(bulk);
    return update_gauges();
  }
  close_idle(uplink.number());
  check_drained();
}

// A channel that is no longer wanted goes once nothing is open on it and nothing can come.
void ConnectorWorker::close_idle(uint64_t number) {
  const auto found = channels_.find(number);
  if (found == channels_.end() || draining_) return;
  Channel& channel = found->second;
  if (!channel.retired || !channel.quiet || channel.uplink->open_streams() != 0) return;
  bound_.end_channel(channel.uplink->link_name());
  close_gently(std::move(channel.uplink), "no longer needed");
  channels_.erase(found);
  update_gauges();
}

// What was handed to the transport may not have left yet, and closing while the engine still sends
// would reset the connection under it: the channel is read on for a while.
void ConnectorWorker::close_gently(std::unique_ptr<Uplink> uplink, const char* why) {
  uplink->link().close(why, true);
  closing_.push_back({std::move(uplink), loop_.now_ms()});
  if (!closing_due_.armed()) closing_due_.arm(loop_.timers(), closing_check_ms);
}

void ConnectorWorker::drop_closed() {
  for (Closing& closing : closing_) {
    const uint64_t age_ms = loop_.now_ms() - closing.since_ms;
    const bool left = closing.uplink->link().transport().unsent_bytes() == 0;
    if ((left && age_ms >= closing_grace_ms) || age_ms >= closing_limit_ms)
      loop_.defer_delete(std::move(closing.uplink));
  }
  std::erase_if(closing_, [](const Closing& closing) { return closing.uplink == nullptr; });
  if (!closing_.empty()) closing_due_.arm(loop_.timers(), closing_check_ms);
}

void ConnectorWorker::retire(uint64_t channel) {
  const auto found = channels_.find(channel);
  if (found == channels_.end()) return;
  found->second.retired = true;
  found->second.uplink->drain("more channels than wanted");
}

void ConnectorWorker::on_uplink_draining(Uplink& uplink, const std::string& reason) {
  const auto found = channels_.find(uplink.number());
  if (found == channels_.end()) return;
  found->second.quiet = true;
  if (draining_) return check_drained();
  if (!found->second.retired) {
    LogLine(log_, Level::info, "channel_draining")
        .text("engine", uplink.engine())
        .text("reason", reason);
    // The plan dials its number anew, while what is open here goes on under another one.
    const uint64_t number = uplink.number();
    uplink.renumber(next_leaving_++);
    auto node = channels_.extract(found);
    node.key() = uplink.number();
    node.mapped().retired = true;
    channels_.insert(std::move(node));
    reports_.on_channel_lost(number, "the engine drains it: " + reason);
  }
  loop_.defer_call([this, number = uplink.number()] { close_idle(number); });
}

void ConnectorWorker::on_uplink_lost(Uplink& uplink, const core::Error& why) {
  const uint64_t number = uplink.number();
  const bool established = uplink.established();
  if (!established) metrics_.counter(metric_ids_.dials, {"failed"}).add(1);
  if (const auto bulk = bulk_.find(number); bulk != bulk_.end()) {
    LogLine(log_, Level::warn, "bulk_channel_lost").text("reason", why.reason);
    return drop_bulk(number);
  }
  const auto found = channels_.find(number);
  if (found == channels_.end()) return;
  const bool retired = found->second.retired;
  LogLine(log_, retired ? Level::info : Level::warn, "channel_lost")
      .text_if("engine", uplink.engine())
      .text("address", uplink.address().to_string())
      .text("reason", why.reason);
  bound_.end_channel(uplink.link_name());
  loop_.defer_delete(std::move(found->second.uplink));
  channels_.erase(found);
  update_gauges();
  if (!retired && !draining_) reports_.on_channel_lost(number, why.reason);
  check_drained();
}

void ConnectorWorker::on_uplink_session_end(Uplink& uplink, uint64_t client_session) {
  bound_.end_session(uplink.link_name(), client_session);
}

// --- control calls

void ConnectorWorker::on_uplink_config(Uplink& uplink, uint64_t) { pull_config(uplink); }

void ConnectorWorker::pull_config(Uplink& uplink) {
  start_call(uplink.link(), {.target = "/v1/config"}, [this](ControlResult result) {
    if (!result || result->status != 200) {
      LogLine(log_, Level::warn, "config_pull_failed")
          .text("reason",
                result ? "status " + std::to_string(result->status) : result.error().reason);
      return;
    }
    const auto answer = model::decode_config_answer(result->body);
    if (answer)
      reports_.on_config(*answer);
    else
      LogLine(log_, Level::warn, "config_pull_failed").text("reason", answer.error().reason);
  });
}

void ConnectorWorker::call(ControlRequest request, ControlCall::Done done) {
  for (auto& [number, channel] : channels_) {
    if (!channel.uplink->established() || !channel.uplink->link().can_open()) continue;
    return start_call(channel.uplink->link(), std::move(request), std::move(done));
  }
  done(ExchangeError::of(ErrorCode::link_lost, "this worker has no channel"));
}

void ConnectorWorker::start_call(channel::Link& link, ControlRequest request,
                                 ControlCall::Done done) {
  const uint64_t number = next_call_++;
  calls_[number] =
      std::make_unique<ControlCall>(loop_, link, std::move(request),
                                    [this, number, done = std::move(done)](ControlResult result) {
                                      const auto found = calls_.find(number);
                                      loop_.defer_delete(std::move(found->second));
                                      calls_.erase(found);
                                      done(std::move(result));
                                    });
}

// --- the end

void ConnectorWorker::drain(const std::string& reason) {
  if (draining_) return;
  draining_ = true;
  for (auto channel = channels_.begin(); channel != channels_.end();) {
    if (!channel->second.uplink->established()) {
      loop_.defer_delete(std::move(channel->second.uplink));
      channel = channels_.erase(channel);
      continue;
    }
    channel->second.uplink->drain(reason);
    ++channel;
  }
  check_drained();
}

// Each channel goes once the engine has answered DRAIN and its streams are through; then its last
// bytes may leave.
void ConnectorWorker::check_drained() {
  if (!draining_ || drained_) return;
  size_t left = 0;
  for (auto& [number, channel] : channels_) {
    channel::Link& link = channel.uplink->link();
    if (!channel.closed && channel.quiet && link.open_streams() == 0) {
      channel.closed = true;
      link.close("the connector stops", true);
    }
    left += !channel.closed || link.transport().unsent_bytes() != 0 ? 1 : 0;
  }
  for (const Closing& closing : closing_)
    left += closing.uplink->link().transport().unsent_bytes() != 0 ? 1 : 0;
  drained_ = left == 0 && forwarders_.empty();
  if (drained_)
    reports_.on_drained();
  else
    drain_check_due_.arm(loop_.timers(), 20);
}

void ConnectorWorker::update_gauges() {
  int64_t established = 0;
  for (const auto& [number, channel] : channels_)
    established += channel.uplink != nullptr && channel.uplink->established() ? 1 : 0;
  metrics_.gauge(metric_ids_.channels).set(established);
  metrics_.gauge(metric_ids_.bulk_channels).set(static_cast<int64_t>(bulk_.size()));
}

}  // namespace hawser::connector
