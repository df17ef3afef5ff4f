// SPDX-License-Identifier: Apache-2.0
// What an engine opens before its workers start, in the order in which one needs the other.
#include "control/config_check.h"
#include "core/limits.h"
#include "relay/client_certificates.h"
#include "relay/engine.h"

namespace hawser::relay {

namespace {

constexpr uint64_t certificate_check_ms = 6ull * 60 * 60 * 1000;
constexpr uint64_t open_files_wanted = 1'048'576;

// What the configured sessions need, or as many as a small edge may meet.
uint64_t open_files_least(const control::NodeConfig& config) {
  constexpr uint64_t usual_sessions = 8'000;
  return config.limits.client_session_limit.value_or(usual_sessions) / 9 * 10 + 10;
}

}  // namespace

core::Result<void> Engine::start(control::NodeConfig config) {
  config_ = std::move(config);
  started_ms_ = loop_.wall_ms();
  snapshot_ = model::Snapshot::make(config_.apps, config_.providers);
  const auto files = core::raise_open_files(open_files_wanted);
  if (!files.ok() && core::open_files_limit() < open_files_least(config_)) {
    core::LogLine(log_, core::Level::warn, "open_files_limit")
        .number("limit", core::open_files_limit())
        .text("reason", files.error().reason);
  }
  auto client_tls = load_client_tls(config_, snapshot_);
  if (!client_tls.ok()) return client_tls.error();
  client_tls_ = std::move(*client_tls);
  tell_warnings();
  for (const auto step : {&Engine::open_state, &Engine::open_authority, &Engine::open_events,
                          &Engine::open_sign_in, &Engine::open_client_listeners,
                          &Engine::open_connector_listeners, &Engine::open_services}) {
    if (auto done = (this->*step)(); !done.ok()) return done;
  }
  start_workers();
  ready_ = true;
  core::LogLine(log_, core::Level::info, "ready")
      .text("version", version_)
      .text("engine", state_dir_->engine_id().to_string())
      .number("workers", workers_.size())
      .number("apps", snapshot_->apps().size());
  return {};
}

core::Result<void> Engine::open_state() {
  auto folder = control::StateDir::open(config_.state_folder, config_.trust_domain);
  if (!folder.ok()) return folder.error();
  state_dir_ = std::make_unique<control::StateDir>(std::move(*folder));
  auto store = control::SqliteStore::open(loop_, state_dir_->store_path());
  if (!store.ok()) return core::Error{store.error().reason};
  store_ = std::move(*store);
  return {};
}

core::Result<void> Engine::open_authority() {
  core::Result<void> result = core::Error{"the authority did not open"};
  control::Authority::open(*store_, config_.trust_domain, loop_.wall_ms(),
                           [&](control::Outcome<std::unique_ptr<control::Authority>> opened) {
                             if (!opened.ok()) {
                               result = core::Error{opened.error().detail};
                               return;
                             }
                             authority_ = std::move(*opened);
                             result = core::Result<void>();
                           });
  return result;
}

core::Result<void> Engine::open_sign_in() {
  forms_ = std::make_unique<FormKeep>(loop_, registry_, metrics_, config_.memory_limit_bytes);
  sign_in_ = std::make_unique<SignInHost>(loop_, log_, *store_, *this, *journal_);
  sign_in_->apply(snapshot_);
  signing_keys_ = std::make_unique<SigningKeys>(
      loop_, log_, *store_, *journal_, [this](const SigningKeys::Ring& ring) {
        for (uint32_t i = 0; i < workers_.size(); ++i)
          to_worker(i, [ring](RelayWorker& worker) { worker.set_signing_keys(ring); });
      });
  if (auto opened = signing_keys_->open(); !opened) return opened;
  return sign_in_->open();
}

core::Result<void> Engine::open_client_listeners() {
  const size_t count = config_.workers.value_or(*core::Worker::count_for("auto"));
  workers_.resize(count);
  client_fds_.resize(count);
  for (const core::Address& wanted : config_.listen.clients) {
    if (auto free = core::require_free(wanted); !free.ok()) return free;
    core::Address address = wanted;
    for (size_t i = 0; i < count; ++i) {
      auto listening = core::open_listening(address);
      if (!listening.ok()) return listening.error();
      address = listening->address;  // port 0 was given a number: the others share it
      client_fds_[i].push_back(std::move(listening->fd));
    }
    if (client_listeners_.empty()) https_port_ = address.port();
    client_listeners_.push_back(address.to_string());
    note_listening("clients", address);
  }
  for (const core::Address& address : config_.listen.redirect) {
    auto redirect = RedirectListener::open(loop_, address, https_port_, refused("redirect"));
    if (!redirect.ok()) return redirect.error();
    (*redirect)->apply(snapshot_);
    note_listening("redirect", (*redirect)->address());
    redirects_.push_back(std::move(*redirect));
  }
  return {};
}

core::Result<void> Engine::open_connector_listeners() {
  core::ListenOptions alone;
  alone.reuse_port = false;
  for (const core::Address& address : config_.listen.connectors) {
    auto listening = core::open_listening(address, alone);
    if (!listening.ok()) return listening.error();
    connector_listeners_.push_back(listening->address.to_string());
    note_listening("connectors", listening->address);
    connector_sockets_.push_back(std::move(*listening));
  }
  return {};
}

core::Counter& Engine::refused(const char* listener) {
  return http::refused_connections(metrics_, listener);
}

void Engine::tell_warnings() {
  for (const std::string& warning : control::warnings(config_, loop_.wall_ms()))
    core::LogLine(log_, core::Level::warn, "config_warning").text("reason", warning);
}

void Engine::note_listening(const char* what, const core::Address& address) {
  core::LogLine(log_, core::Level::info, "listening")
      .text("for", what)
      .text("address", address.to_string());
}

core::Result<void> Engine::open_services() {
  tokens_ = std::make_unique<control::Tokens>(*store_, *authority_);
  connectors_ = std::make_unique<control::ConnectorRegistry>(*store_);
  std::vector<std::string> engines;
  if (config_.advertise.has_value()) engines.push_back(config_.advertise->to_string());
  enrolment_ =
      std::make_unique<control::Enrolment>(*store_, *authority_, *tokens_, *connectors_, engines);
  enrolment_->on_enrolled = [this](const control::ConnectorRecord& record) {
    core::LogLine(log_, core::Level::info, "connector_enrolled")
        .text("connector", record.id.to_string())
        .text("group", record.group)
        .text("name", record.name);
    on_admin_act({"connector_enrolled", record.id.to_string(), record.name, {}});
  };
  enrolment_server_ =
      std::make_unique<control::EnrolmentServer>(loop_, *enrolment_, refused("enrolment"));
  ConnectorGate::Options options{config_.trust_domain, state_dir_->engine_id().to_string(),
                                 config_.timeouts.handshake_ms};
  gate_ = std::make_unique<ConnectorGate>(
      loop_, log_, *connectors_, *enrolment_server_, refused("connectors"), options,
      [this](Arrival arrival) { on_arrival(std::move(arrival)); });
  if (auto renewed = renew_own_certificate(); !renewed.ok()) return renewed;
  for (const core::ListeningSocket& listening : connector_sockets_)
    gate_->listen(listening.fd.get());

  admin_api_ = std::make_unique<control::AdminApi>(*this, *tokens_, *connectors_, *journal_);
  auto admin =
      control::AdminServer::open(loop_, config_.admin_socket_path, *admin_api_, refused("admin"));
  if (!admin.ok()) return admin.error();
  admin_server_ = std::move(*admin);
  registry_.add_collector(
      [this](std::string& out) { core::append_process_metrics(out, log_sink_); });
  if (config_.metrics.has_value()) {
    auto endpoint = http::StatusEndpoint::open(loop_, *config_.metrics,
                                               {[this] { return registry_.render(); },
                                                [this] {
                                                  return draining_ ? std::string("draining")
                                                         : ready_  ? std::string()
                                                                   : std::string("starting");
                                                },
                                                &refused("metrics")});
    if (!endpoint.ok()) return endpoint.error();
    status_endpoint_ = std::move(*endpoint);
    note_listening("metrics", status_endpoint_->address());
  }
  return {};
}

// The engine's own certificate for channels; made at start, and again long before it ends.
core::Result<void> Engine::renew_own_certificate() {
  auto issued = authority_->issue_engine_certificate(state_dir_->engine_id(), loop_.wall_ms());
  if (!issued.ok()) return issued.error();
  tls::ServerOptions options;
  options.certificates.push_back(std::move(*issued));
  options.tls13_only = true;
  options.alpn = {"hawser/1", "hawser-enrol/1"};
  options.refuse_unknown_alpn = true;
  options.client_certificate = tls::PeerCertificate::required;
  options.certificate_only_for_alpn = "hawser/1";
  options.trust_pem = authority_->bundle_pem();
  options.session_tickets = false;
  auto context = tls::Context::server(options);
  if (!context.ok()) return context.error();
  gate_->set_tls(std::move(*context));
  certificate_deadline_.arm(loop_.timers(), certificate_check_ms);
  return {};
}

}  // namespace hawser::relay
