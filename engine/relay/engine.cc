// SPDX-License-Identifier: Apache-2.0
#include "relay/engine.h"

#include <algorithm>
#include <array>
#include <utility>

#include "access/rules_question.h"
#include "control/config_check.h"
#include "core/limits.h"
#include "model/form_memory.h"
#include "relay/client_certificates.h"
#include "relay/supposed_request.h"

namespace hawser::relay {

namespace {

constexpr uint32_t channels_per_worker = 2;

}  // namespace

Engine::Engine(core::Loop& loop, core::LogSink& log_sink, core::Log& log, std::string version)
    : loop_(loop),
      log_sink_(log_sink),
      log_(log),
      version_(std::move(version)),
      mailbox_(loop),
      drain_deadline_([this] { cut_rest("the time to finish was over"); }),
      certificate_deadline_([this] {
        if (const auto renewed = renew_own_certificate(); !renewed.ok()) {
          core::LogLine(log_, core::Level::error, "engine_certificate")
              .text("reason", renewed.error().reason);
        }
      }) {
  std::array<uint8_t, 16> random;
  loop_.fill_random(random);
  boot_id_ = model::uuid_v4(random).to_string();
}

Engine::~Engine() { stop(); }

RelaySettings Engine::settings() const {
  RelaySettings settings;
  settings.snapshot = snapshot_;
  settings.client_tls = client_tls_;
  settings.timeouts = config_.timeouts;
  settings.h1_limits.head_bytes = static_cast<uint32_t>(config_.limits.head_limit_bytes);
  settings.h1_limits.fields = static_cast<uint32_t>(config_.limits.field_limit);
  settings.h2_limits = config_.limits.http2;
  settings.log_query = config_.log.query;
  settings.trusted_proxies = config_.trusted_proxies;
  settings.countries = config_.countries;
  settings.keys = sign_in_->keys();
  settings.signing_keys = signing_keys_->ring();
  settings.revoked = sign_in_->revoked();
  settings.pages = std::make_shared<const access::Pages>(config_.pages);
  return settings;
}

RelayWorkerOptions Engine::worker_options(uint32_t index) {
  const uint64_t by_files =
      core::open_files_limit() / 10 * 9;  // the rest is for channels and files
  const uint64_t sessions =
      std::min<uint64_t>(config_.limits.client_session_limit.value_or(by_files), by_files);
  RelayWorkerOptions options;
  options.index = index;
  options.client_listeners = std::move(client_fds_[index]);
  options.proxy_protocol_from = config_.listen.proxy_protocol_from;
  options.session_limit = std::max<uint64_t>(1, sessions / workers_.size());
  options.queue_limit = config_.limits.queue_limit;
  options.budget_bytes = model::body_memory_bytes(config_.memory_limit_bytes) / workers_.size();
  options.settings = settings();
  options.loads = loads_;
  options.desk = workers_[index].desk.get();
  return options;
}

void Engine::start_workers() {
  for (uint32_t i = 0; i < workers_.size(); ++i) {
    workers_[i].metrics = std::make_unique<RelayMetrics>(registry_);
    workers_[i].worker = std::make_unique<core::Worker>(i);
    workers_[i].desk = std::make_unique<WorkerDesk>(
        mailbox_, *sign_in_, *forms_, [this, i](const std::function<void()>& call) {
          to_worker(i, [call](RelayWorker&) { call(); });
        });
  }
  for (uint32_t i = 0; i < workers_.size(); ++i) {
    WorkerSlot& slot = workers_[i];
    slot.worker->start([this, &slot, options = worker_options(i)]() mutable {
      slot.relay = std::make_unique<RelayWorker>(slot.worker->loop(), log_sink_, *slot.metrics,
                                                 *this, std::move(options));
    });
  }
  memory_watch_ = std::make_unique<core::MemoryWatch>(
      loop_, config_.memory_limit_bytes, [this](core::MemoryPressure pressure, uint64_t resident) {
        note_memory(pressure, resident);
      });
}

void Engine::note_memory(core::MemoryPressure pressure, uint64_t resident_bytes) {
  core::LogLine(log_, core::Level::warn, "memory_pressure")
      .text("pressure", core::to_string(pressure))
      .number("resident_bytes", resident_bytes)
      .number("limit_bytes", config_.memory_limit_bytes);
  for (uint32_t i = 0; i < workers_.size(); ++i)
    to_worker(i, [pressure](RelayWorker& relay) { relay.set_memory(pressure); });
  core::release_free_memory();
}

void Engine::to_worker(uint32_t worker, std::function<void(RelayWorker&)> call) {
  WorkerSlot& slot = workers_[worker];
  slot.worker->post([&slot, call = std::move(call)] { call(*slot.relay); });
}

// --- reloading

core::Result<void> Engine::reload(control::NodeConfig config) {
  for (const std::string& key : control::keys_that_need_a_restart(config_, config)) {
    core::LogLine(log_, core::Level::warn, "reload_needs_restart").text("key", key);
  }
  auto snapshot = model::Snapshot::make(config.apps, config.providers);
  auto client_tls = load_client_tls(config, snapshot);
  if (!client_tls.ok()) return client_tls.error();
  client_tls_ = std::move(*client_tls);
  journal_->set_keep(config.events_keep_ms);
  snapshot_ = std::move(snapshot);
  sign_in_->apply(snapshot_);
  for (const auto& redirect : redirects_) redirect->apply(snapshot_);
  config_.apps = std::move(config.apps);
  config_.providers = std::move(config.providers);
  config_.countries = std::move(config.countries);
  config_.timeouts = config.timeouts;
  config_.trusted_proxies = std::move(config.trusted_proxies);
  config_.limits.head_limit_bytes = config.limits.head_limit_bytes;
  config_.limits.field_limit = config.limits.field_limit;
  config_.limits.http2 = config.limits.http2;
  config_.log.level = config.log.level;
  config_.log.query = config.log.query;
  config_.pages = std::move(config.pages);
  config_.tls = std::move(config.tls);
  log_sink_.set_level(config_.log.level);
  tell_warnings();
  for (uint32_t i = 0; i < workers_.size(); ++i) {
    to_worker(i, [settings = settings()](RelayWorker& relay) { relay.apply(settings); });
  }
  on_admin_act({"configuration_reloaded", std::to_string(snapshot_->revision()), "", {}});
  core::LogLine(log_, core::Level::info, "reloaded")
      .number("revision", snapshot_->revision())
      .number("apps", snapshot_->apps().size());
  return {};
}

// --- connectors

void Engine::on_arrival(Arrival arrival) {
  const uint32_t worker = choose_worker(arrival);
  const uint64_t id = next_channel_++;
  const bool bulk = arrival.hello.purpose == channel::Purpose::bulk;
  const channel::Welcome welcome = welcome_for(arrival, worker);
  channels_[id] = {worker, arrival.identity, bulk,
                   loop_.wall_ms()};  // counted at once, so that the next goes elsewhere
  WorkerSlot& slot = workers_[worker];
  slot.worker->post([&slot, id, welcome, arrival = std::move(arrival)]() mutable {
    slot.relay->adopt_channel(id, std::move(arrival.stream), std::move(arrival.identity),
                              arrival.hello, welcome);
  });
}

// The worker that the connector asks for, else the one with the fewest channels of its group.
uint32_t Engine::choose_worker(const Arrival& arrival) const {
  const int32_t wanted = arrival.hello.worker_wanted;
  if (wanted >= 0 && static_cast<size_t>(wanted) < workers_.size())
    return static_cast<uint32_t>(wanted);
  std::vector<size_t> counts(workers_.size(), 0);
  for (const auto& [id, channel] : channels_) {
    if (!channel.bulk && channel.identity.group == arrival.identity.group) ++counts[channel.worker];
  }
  return static_cast<uint32_t>(std::min_element(counts.begin(), counts.end()) - counts.begin());
}

channel::Welcome Engine::welcome_for(const Arrival& /*arrival*/, uint32_t worker) const {
  channel::Welcome welcome;
  welcome.engine_id = state_dir_->engine_id().to_string();
  welcome.boot_id = boot_id_;
  welcome.worker = worker;
  welcome.worker_count = static_cast<uint32_t>(workers_.size());
  welcome.channels_wanted = channels_per_worker * welcome.worker_count;
  return welcome;
}

void Engine::channel_opened(uint32_t worker, uint64_t /*channel*/,
                            const ConnectorIdentity& identity, bool bulk) {
  mailbox_.post([this, worker, id = identity.id, group = identity.group, bulk] {
    if (!bulk) tell_others(worker, group);
    // The certificate may have been revoked while the channel was on its way.
    const auto uuid = model::Uuid::parse(id);
    const auto record = connectors_->find(*uuid);
    if (record.ok() && record->revoked()) on_connector_revoked(*uuid);
  });
}

void Engine::channel_closed(uint32_t worker, uint64_t channel) {
  mailbox_.post([this, worker, channel] {
    const auto found = channels_.find(channel);
    if (found == channels_.end()) return;
    const std::string group = found->second.identity.group;
    const bool bulk = found->second.bulk;
    channels_.erase(found);
    if (!bulk) tell_others(worker, group);
  });
}

void Engine::tell_others(uint32_t worker, const std::string& group) {
  const auto count = static_cast<uint32_t>(
      std::count_if(channels_.begin(), channels_.end(), [&](const auto& entry) {
        return entry.second.worker == worker && !entry.second.bulk &&
               entry.second.identity.group == group;
      }));
  for (uint32_t other = 0; other < workers_.size(); ++other) {
    if (other == worker) continue;
    to_worker(other, [=](RelayWorker& relay) { relay.set_remote(group, worker, count); });
  }
}

void Engine::open_worker_link(uint32_t from, uint32_t to, core::Fd fd) {
  WorkerSlot& slot = workers_[to];
  slot.worker->post([&slot, from, fd = std::move(fd)]() mutable {
    slot.relay->answer_worker_link(from, std::move(fd));
  });
}

void Engine::renew(uint32_t worker, const std::string& connector,
                   const std::string& certificate_sha256, std::string body,
                   std::function<void(ControlAnswer)> done) {
  mailbox_.post([this, worker, connector, certificate_sha256, body = std::move(body),
                 done = std::move(done)] {
    const auto id = model::Uuid::parse(connector);
    enrolment_->renew(*id, certificate_sha256, body, loop_.wall_ms(),
                      [this, worker, done](control::Answer answer) {
                        to_worker(worker, [done, answer = std::move(answer)](RelayWorker&) {
                          done({static_cast<uint16_t>(answer.status), answer.body});
                        });
                      });
  });
}

void Engine::health(const std::string& connector, std::string body) {
  mailbox_.post([this, connector, body = std::move(body)] {
    core::LogLine(log_, core::Level::debug, "connector_health")
        .text("connector", connector)
        .text("report", body);
  });
}

// --- administration

control::EngineStatus Engine::status() {
  control::EngineStatus status;
  status.version = version_;
  status.engine_id = state_dir_->engine_id().to_string();
  status.trust_domain = config_.trust_domain;
  status.started_ms = started_ms_;
  status.ready = ready_ && !draining_;
  status.draining = draining_;
  if (!status.ready) status.not_ready_reason = draining_ ? "draining" : "starting";
  status.workers = workers_.size();
  status.config_revision = snapshot_->revision();
  status.client_listeners = client_listeners_;
  status.connector_listeners = connector_listeners_;
  for (const auto& redirect : redirects_)
    status.redirect_listeners.push_back(redirect->address().to_string());
  if (status_endpoint_ != nullptr)
    status.metrics_listener = status_endpoint_->address().to_string();
  for (const WorkerSlot& slot : workers_) {
    status.client_sessions += static_cast<uint64_t>(slot.metrics->client_sessions.value());
    status.open_exchanges += static_cast<uint64_t>(slot.metrics->open_exchanges.value());
    status.queued_exchanges += static_cast<uint64_t>(slot.metrics->queued_exchanges.value());
    status.exchanges_total += slot.metrics->exchanges.value();
    status.body_bytes_held += static_cast<uint64_t>(slot.metrics->budget_bytes.value());
  }
  status.body_bytes_limit = model::body_memory_bytes(config_.memory_limit_bytes);
  status.resident_bytes = core::resident_bytes();
  return status;
}

core::Result<model::AccessAnswer> Engine::test_access(const model::App& app,
                                                      const model::AccessQuestion& question,
                                                      int64_t now_ms) {
  if (auto refused = refused_before_rules(Router(snapshot_), app, question)) return *refused;
  return access::answer(app, question, config_.countries.get(), now_ms / 1000);
}

// Each worker alone knows the streams of its channels, so each is asked.
void Engine::channels(ChannelsDone done) {
  struct Asked {
    ChannelsDone done;
    size_t waiting;
    OpenStreams open_streams;
  };
  if (stopped_) return;
  const auto asked = std::make_shared<Asked>(Asked{std::move(done), workers_.size(), {}});
  for (uint32_t i = 0; i < workers_.size(); ++i) {
    to_worker(i, [this, asked](RelayWorker& relay) {
      mailbox_.post([this, asked, told = relay.open_streams()]() mutable {
        asked->open_streams.merge(told);
        if (--asked->waiting == 0) asked->done(live_channels(asked->open_streams));
      });
    });
  }
}

std::vector<control::LiveChannel> Engine::live_channels(const OpenStreams& open_streams) const {
  std::vector<control::LiveChannel> live;
  for (const auto& [id, channel] : channels_) {
    const auto connector = model::Uuid::parse(channel.identity.id);
    const auto streams = open_streams.find(id);
    control::LiveChannel entry;
    entry.connector = *connector;
    entry.worker = channel.worker;
    entry.peer = channel.identity.address;
    entry.bulk = channel.bulk;
    entry.since_ms = channel.since_ms;
    entry.open_streams = streams != open_streams.end() ? streams->second : 0;
    live.push_back(std::move(entry));
  }
  return live;
}

void Engine::on_connector_revoked(const model::Uuid& connector) {
  for (uint32_t i = 0; i < workers_.size(); ++i) {
    to_worker(i, [id = connector.to_string()](RelayWorker& relay) {
      relay.close_connector(id, "the connector was revoked");
    });
  }
}

// --- ending

void Engine::drain(std::function<void()> done) {
  if (draining_) return cut_rest("asked to end a second time");
  draining_ = true;
  on_drained_ = std::move(done);
  core::LogLine(log_, core::Level::info, "draining")
      .number("timeout_ms", config_.timeouts.drain_ms);
  redirects_.clear();
  gate_->stop_listening();
  connector_sockets_.clear();
  enrolment_server_->drain();
  drain_deadline_.arm(loop_.timers(), config_.timeouts.drain_ms);
  for (uint32_t i = 0; i < workers_.size(); ++i) {
    to_worker(i, [](RelayWorker& relay) { relay.drain(); });
  }
}

void Engine::drained(uint32_t worker) {
  mailbox_.post([this, worker] {
    workers_[worker].drained = true;
    if (std::all_of(workers_.begin(), workers_.end(),
                    [](const WorkerSlot& slot) { return slot.drained; }))
      finish_drain();
  });
}

// Every worker cuts what it has before any goes: what ends here must not look like another's fault.
void Engine::cut_rest(const char* why) {
  if (cutting_) return;
  cutting_ = true;
  drain_deadline_.disarm();
  core::LogLine(log_, core::Level::warn, "drain_timeout")
      .number("after_ms", config_.timeouts.drain_ms)
      .text("reason", why);
  const auto left = std::make_shared<size_t>(workers_.size());
  for (uint32_t i = 0; i < workers_.size(); ++i) {
    to_worker(i, [this, left](RelayWorker& relay) {
      relay.cut_all();
      mailbox_.post([this, left] {
        if (--*left == 0) finish_drain();
      });
    });
  }
}

void Engine::finish_drain() {
  drain_deadline_.disarm();
  if (on_drained_) std::exchange(on_drained_, nullptr)();
}

void Engine::stop() {
  if (std::exchange(stopped_, true)) return;
  for (WorkerSlot& slot : workers_) {
    if (slot.worker != nullptr) slot.worker->stop_and_join([&slot] { slot.relay = nullptr; });
  }
  if (journal_ != nullptr) journal_->write_all();
}

}  // namespace hawser::relay
