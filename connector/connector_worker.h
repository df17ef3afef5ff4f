// SPDX-License-Identifier: Apache-2.0
// ConnectorWorker: everything of a connector that lives on one loop: its channels, the exchanges on
// them, the connections to origins. What concerns the whole program goes to WorkerReports. Owner:
// the main program, by a core::Worker. Thread: the worker's own.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "connector/app_cache.h"
#include "connector/bound_connections.h"
#include "connector/channel_plan.h"
#include "connector/control_call.h"
#include "connector/exchange_record.h"
#include "connector/forwarder.h"
#include "connector/origin_policy.h"
#include "connector/origin_pool.h"
#include "connector/uplink.h"
#include "core/budget.h"
#include "core/log.h"
#include "core/loop.h"
#include "core/memory_report.h"
#include "core/metrics.h"
#include "message/head_pool.h"
#include "model/control_calls.h"

namespace hawser::connector {

// Called on the worker's thread; its implementation passes them on by mailbox.
class WorkerReports {
 public:
  virtual ~WorkerReports() = default;
  virtual void on_channel_established(uint64_t channel, const channel::Welcome& welcome) = 0;
  // Also when the engine drains it: another has to take its place.
  virtual void on_channel_lost(uint64_t channel, const std::string& why) = 0;
  virtual void on_config(const model::ConfigAnswer& answer) = 0;
  virtual void on_drained() = 0;
};

// The families of all workers.
struct WorkerMetricIds {
  explicit WorkerMetricIds(core::MetricRegistry& registry);
  ExchangeMetricIds exchanges;
  core::MetricId channels, dials, bulk_channels, app_calls, origin_idle, budget_used;
  core::MetricId bound, bound_given_up;
};

struct WorkerSettings {
  size_t budget_bytes = 128 * 1024 * 1024;
  OriginPolicy policy;
  OriginPoolLimits pool;
  BoundLimits bound;
  std::string boot_id;
  std::shared_ptr<const TrustedIssuers> issuers = std::make_shared<const TrustedIssuers>();
};

class ConnectorWorker final : private UplinkListener, private ForwarderOwner {
 public:
  static constexpr size_t bulk_limit = 256;

  // All that is lent outlives the worker.
  ConnectorWorker(core::Loop& loop, core::LogSink& sink, core::MetricRegistry& registry,
                  const WorkerMetricIds& metric_ids, const WorkerSettings& settings,
                  WorkerReports& reports);
  ~ConnectorWorker() override;

  void secure(UplinkSecurity security) { security_ = std::move(security); }
  void dial(const DialOrder& order);
  // One channel too many: it opens nothing more and goes once it is idle.
  void retire(uint64_t channel);
  // A call on any established channel; link_lost when there is none.
  void call(ControlRequest request, ControlCall::Done done);
  // Nothing new; on_drained() once nothing is open any more.
  void drain(const std::string& reason);

  void set_memory(core::MemoryPressure pressure);
  size_t open_exchanges() const { return forwarders_.size(); }
  // What this thread has, by purpose.
  core::MemoryReport memory() const;

 private:
  struct Channel {
    std::unique_ptr<Uplink> uplink;
    bool retired = false;  // the plan knows it no more
    bool quiet = false;    // the engine has said or answered DRAIN: nothing new comes
    bool closed = false;   // its last bytes are leaving
  };
  // A channel for one stream alone.
  struct Bulk {
    std::unique_ptr<Uplink> uplink;
    channel::Stream* stream;  // null once it is over
    std::string ticket;
  };

  // UplinkListener
  void on_uplink_welcome(Uplink& uplink, const channel::Welcome& welcome) override;
  void on_uplink_open(Uplink& uplink, channel::Stream& stream, message::RequestHead& head,
                      channel::OpenInfo& info) override;
  void on_uplink_bulk_offered(Uplink& uplink, channel::Stream& stream,
                              const std::string& ticket) override;
  void on_uplink_session_end(Uplink& uplink, uint64_t client_session) override;
  void on_uplink_config(Uplink& uplink, uint64_t revision) override;
  void on_uplink_draining(Uplink& uplink, const std::string& reason) override;
  void on_uplink_idle(Uplink& uplink) override;
  void on_uplink_lost(Uplink& uplink, const core::Error& why) override;
  // ForwarderOwner
  void on_forwarder_done(Forwarder& forwarder) override;

  void attach_bulk(Uplink& uplink);
  void close_gently(std::unique_ptr<Uplink> uplink, const char* why);
  void drop_closed();
  void drop_bulk(uint64_t number);
  void forget_bulk_stream(const void* stream_key);
  void pull_config(Uplink& uplink);
  void start_call(channel::Link& link, ControlRequest request, ControlCall::Done done);
  void close_idle(uint64_t number);
  void check_drained();
  void update_gauges();
  channel::Hello hello(int32_t engine_worker_wanted) const;

  core::Loop& loop_;
  WorkerReports& reports_;
  WorkerSettings settings_;
  UplinkSecurity security_;
  core::Log log_;
  core::MetricSet metrics_;
  const WorkerMetricIds& metric_ids_;
  ExchangeMetrics exchange_metrics_;
  core::Budget budget_;
  message::HeadPool heads_;
  OriginPool pool_;
  BoundConnections bound_;
  AppCache apps_;
  bool draining_ = false;
  bool drained_ = false;
  core::Deadline drain_check_due_;
  core::Deadline closing_due_;
  IdentityVerifier identity_;
  ForwarderNeeds forwarder_needs_;
  uint64_t next_call_ = 1;
  uint64_t next_leaving_ = uint64_t{1} << 61;  // above all numbers of the plan
  uint64_t next_bulk_ = uint64_t{1} << 62;     // above those
  struct Closing {
    std::unique_ptr<Uplink> uplink;
    uint64_t since_ms;
  };
  std::vector<Closing> closing_;
  std::map<uint64_t, Channel> channels_;
  std::map<uint64_t, Bulk> bulk_;
  std::map<uint64_t, std::unique_ptr<ControlCall>> calls_;
  using Forwarders = std::unordered_map<
      const Forwarder*, std::unique_ptr<Forwarder>, std::hash<const Forwarder*>, std::equal_to<>,
      core::PooledAllocator<std::pair<const Forwarder* const, std::unique_ptr<Forwarder>>>>;
  Forwarders forwarders_;
};

}  // namespace hawser::connector
