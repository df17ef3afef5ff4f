// SPDX-License-Identifier: Apache-2.0
#include "relay/relay_worker.h"

#include <sys/socket.h>

#include <algorithm>
#include <utility>

#include "core/socket.h"
#include "model/control_calls.h"
#include "relay/client_chain.h"
#include "relay/exchange.h"
#include "relay/proxied_transport.h"

namespace hawser::relay {

using message::ErrorCode;
using message::ExchangeError;

namespace {

// What the kernel may hold of a client's response without having sent it, so that a slow reader
// costs little.
constexpr uint32_t client_notsent_bytes = 128 * 1024;

// Clients that wait for their turn: as many as the descriptors that sessions leave free allow.
size_t waiting_limit(size_t session_limit) {
  return std::clamp<size_t>(session_limit / 16, 1, 1'024);
}

}  // namespace

class RelayWorker::Entry final : private core::AcceptListener {
 public:
  Entry(RelayWorker& worker, int fd, std::vector<model::Network> proxied_from)
      : worker_(worker),
        proxied_from_(std::move(proxied_from)),
        acceptor_(worker.context_.loop, fd, *this) {}

  core::Acceptor& acceptor() { return acceptor_; }

 private:
  void on_accepted(core::Fd fd, const core::Address& peer) override {
    worker_.take_client(std::move(fd), peer, proxied_from_);
  }
  void on_accept_trouble(const core::Error& why) override { worker_.note_accept_trouble(why); }

  RelayWorker& worker_;
  std::vector<model::Network> proxied_from_;
  core::Acceptor acceptor_;
};

RelayWorker::RelayWorker(core::Loop& loop, core::LogSink& log_sink, RelayMetrics& metrics,
                         EngineLink& engine, RelayWorkerOptions options)
    : engine_(engine),
      options_(std::move(options)),
      log_(log_sink, loop),
      budget_(options_.budget_bytes, &metrics.budget_bytes),
      events_(loop,
              [this](std::vector<model::Event> lot) {
                engine_.events(options_.index, std::move(lot));
              }),
      gate_(loop, log_, options_.desk, &events_),
      index_(loop, budget_),
      reconsideration_(loop, index_, gate_),
      ids_(loop),
      dispatcher_(loop, options_.queue_limit, metrics.queued_exchanges,
                  [this](uint32_t worker) { return link_to_worker(worker); }),
      loads_(options_.loads, metrics),
      context_{loop,
               log_,
               budget_,
               heads_,
               gate_,
               dispatcher_,
               bindings_,
               bulk_tickets_,
               index_,
               metrics,
               ids_,
               std::make_shared<const Router>(options_.settings.snapshot),
               options_.settings.timeouts,
               options_.settings.h1_limits,
               options_.settings.log_query,
               false,
               options_.settings.h2_limits,
               &loads_},
      offenders_(loop, options_.settings.h2_limits.offender_connections,
                 waiting_limit(options_.session_limit), [this](core::Fd fd, const core::Address&) {
                   adopt_client(std::move(fd), false);
                 }) {
  context_.offenders = &offenders_;
  context_.decisions = &decisions_;
  index_.set_waiting([this] { return dispatcher_.waiting() > 0; });
  gate_.remember_in(decisions_);
  loads_.apply(*options_.settings.snapshot);
  apply_to_gate();
  context_.trusted_proxies = options_.settings.trusted_proxies;
  options_.proxy_protocol_from.resize(options_.client_listeners.size());
  for (size_t i = 0; i < options_.client_listeners.size(); ++i) {
    entries_.push_back(std::make_unique<Entry>(*this, options_.client_listeners[i].get(),
                                               options_.proxy_protocol_from[i]));
  }
}

RelayWorker::~RelayWorker() {
  entries_.clear();
  offenders_.close_waiting();
  cut_all();
  for (auto& [id, channel] : channels_) context_.loop.defer_delete(std::move(channel));
  for (auto& [worker, link] : asking_links_) context_.loop.defer_delete(std::move(link));
  for (auto& link : answering_links_) context_.loop.defer_delete(std::move(link));
  context_.loop.turn(false);  // what was put off refers to members of this
}

void RelayWorker::apply(RelaySettings settings) {
  context_.router = std::make_shared<const Router>(settings.snapshot);
  loads_.apply(*settings.snapshot);
  context_.timeouts = settings.timeouts;
  context_.h1_limits = settings.h1_limits;
  context_.h2_limits = settings.h2_limits;
  offenders_.set_rate(settings.h2_limits.offender_connections);
  context_.log_query = settings.log_query;
  context_.trusted_proxies = settings.trusted_proxies;
  const uint64_t revision = settings.snapshot->revision();
  options_.settings = std::move(settings);
  apply_to_gate();
  reconsideration_.begin();
  for (const auto& [id, channel] : channels_) {
    if (!channel->bulk()) channel->link().send_config(revision);
  }
}

void RelayWorker::apply_to_gate() {
  gate_.apply(options_.settings.snapshot);
  gate_.apply(options_.settings.countries);
  if (options_.settings.keys != nullptr) gate_.apply(options_.settings.keys);
  if (options_.settings.signing_keys != nullptr) gate_.apply(options_.settings.signing_keys);
  gate_.revoke(options_.settings.revoked);
  options_.settings.revoked = {};  // the gate has them
  gate_.apply(options_.settings.pages);
  context_.pages = options_.settings.pages;
}

void RelayWorker::revoke_sessions(const access::RevokedSessions& sessions) {
  gate_.revoke(sessions);
  index_.cut([&](const Exchange& exchange) { return sessions.has(exchange.admission().session()); },
             message::ExchangeError::of(message::ErrorCode::revoked, "the session was ended"));
}

void RelayWorker::set_keys(std::shared_ptr<const access::KeyRing> keys) {
  options_.settings.keys = std::move(keys);
  apply_to_gate();
}

void RelayWorker::set_signing_keys(std::shared_ptr<const access::SigningRing> keys) {
  options_.settings.signing_keys = std::move(keys);
  gate_.apply(options_.settings.signing_keys);
}

// --- clients

void RelayWorker::take_client(core::Fd fd, const core::Address& peer,
                              const std::vector<model::Network>& proxied_from) {
  const std::string ip = peer.ip();
  const bool through_balancer = is_trusted(ip, proxied_from);
  if (through_balancer || is_trusted(ip, context_.trusted_proxies))
    return adopt_client(std::move(fd), through_balancer);
  switch (offenders_.arrive(fd, peer)) {
    case Offenders::Arrival::free:
      return adopt_client(std::move(fd), false);
    case Offenders::Arrival::delayed:
      return context_.metrics.offender_connections_delayed.add();
    case Offenders::Arrival::refused:
      return context_.metrics.offender_connections_refused.add();
  }
}

void RelayWorker::adopt_client(core::Fd fd, bool through_balancer) {
  auto socket = core::Socket::adopt(context_.loop, fd.release());
  if (!socket.ok()) return;  // gone already
  (*socket)->set_notsent_lowat(client_notsent_bytes);
  context_.metrics.client_sessions_accepted.add();
  std::unique_ptr<core::Transport> plain = std::move(*socket);
  if (through_balancer) plain = std::make_unique<ProxiedTransport>(std::move(plain));
  auto stream = tls::Stream::accept(std::move(plain), options_.settings.client_tls);
  auto session =
      std::make_unique<ClientSession>(context_, *this, std::move(stream), through_balancer);
  session->next = sessions_;
  if (sessions_ != nullptr) sessions_->previous = session.get();
  sessions_ = session.release();
  ++session_count_;
  pause_accepting_when_full();
}

void RelayWorker::note_accept_trouble(const core::Error& why) {
  core::LogLine(log_, core::Level::error, "accept_failed").text("reason", why.reason);
}

void RelayWorker::on_session_over(ClientSession& session) {
  (session.previous != nullptr ? session.previous->next : sessions_) = session.next;
  if (session.next != nullptr) session.next->previous = session.previous;
  --session_count_;
  context_.loop.defer_delete(std::unique_ptr<ClientSession>(&session));
  pause_accepting_when_full();
  report_when_drained();
}

// At the limit the kernel's queue holds the rest, until a session ends.
void RelayWorker::pause_accepting_when_full() {
  const bool short_of_memory = context_.memory != core::MemoryPressure::none;
  const bool full = session_count_ >= options_.session_limit || short_of_memory;
  if (full == accepting_paused_) return;
  accepting_paused_ = full;
  for (const auto& entry : entries_) full ? entry->acceptor().pause() : entry->acceptor().resume();
  if (full && short_of_memory) {
    context_.metrics.memory_step("stopped_accepting");
  } else if (full) {
    core::LogLine(log_, core::Level::warn, "client_session_limit")
        .number("sessions", session_count_);
  }
}

void RelayWorker::set_memory(core::MemoryPressure pressure) {
  relief_.set(pressure);
  pause_accepting_when_full();
}

// --- connectors

void RelayWorker::adopt_channel(uint64_t channel_id, tls::Stream::Released released,
                                ConnectorIdentity identity, const channel::Hello& hello,
                                const channel::Welcome& welcome) {
  if (context_.draining) {
    tls::Stream::discard(released);
    return engine_.channel_closed(options_.index, channel_id);
  }
  auto stream = tls::Stream::adopt(context_.loop, std::move(released));
  if (stream == nullptr) return engine_.channel_closed(options_.index, channel_id);
  auto channel = std::make_unique<ConnectorChannel>(context_, *this, *this, std::move(identity),
                                                    hello, std::move(stream), welcome);
  engine_.channel_opened(options_.index, channel_id, channel->identity(), channel->bulk());
  const std::string connector = channel->identity().id;
  channels_[channel_id] = std::move(channel);
  count_channels_of(connector);
}

void RelayWorker::count_channels_of(const std::string& connector) {
  const auto count = std::count_if(channels_.begin(), channels_.end(), [&](const auto& entry) {
    return entry.second->identity().id == connector;
  });
  context_.metrics.set_connector_channels(connector, count);
}

void RelayWorker::on_channel_lost(ConnectorChannel& channel) {
  const auto found = std::find_if(channels_.begin(), channels_.end(), [&](const auto& entry) {
    return entry.second.get() == &channel;
  });
  if (found == channels_.end()) return;
  engine_.channel_closed(options_.index, found->first);
  const std::string connector = channel.identity().id;
  context_.loop.defer_delete(std::move(found->second));
  channels_.erase(found);
  count_channels_of(connector);
}

void RelayWorker::close_connector(const std::string& connector, const std::string& reason) {
  std::vector<ConnectorChannel*> theirs;
  for (const auto& [id, channel] : channels_) {
    if (channel->identity().id == connector) theirs.push_back(channel.get());
  }
  for (ConnectorChannel* channel : theirs) channel->close(reason);
}

std::map<uint64_t, size_t> RelayWorker::open_streams() const {
  std::map<uint64_t, size_t> open;
  for (const auto& [id, channel] : channels_) open[id] = channel->link().open_streams();
  return open;
}

std::string RelayWorker::config_json(const std::string& group) {
  model::ConfigAnswer answer;
  answer.revision = context_.router->snapshot().revision();
  answer.group = group;
  return model::encode_config_answer(answer);
}

void RelayWorker::renew(const std::string& connector, const std::string& certificate_sha256,
                        std::string body, std::function<void(ControlAnswer)> done) {
  engine_.renew(options_.index, connector, certificate_sha256, std::move(body), std::move(done));
}

void RelayWorker::health(const std::string& connector, std::string body) {
  engine_.health(connector, std::move(body));
}

// --- other workers

channel::Link* RelayWorker::link_to_worker(uint32_t worker) {
  if (const auto found = asking_links_.find(worker); found != asking_links_.end())
    return &found->second->link();
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) != 0)
    return nullptr;
  core::Fd theirs(ends[1]);
  auto socket = core::Socket::adopt(context_.loop, ends[0]);
  if (!socket.ok()) return nullptr;
  auto link = std::make_unique<WorkerLink>(context_, *this, worker, WorkerLink::End::asking,
                                           std::move(*socket));
  engine_.open_worker_link(options_.index, worker, std::move(theirs));
  channel::Link* opened = &link->link();
  asking_links_[worker] = std::move(link);
  return opened;
}

void RelayWorker::answer_worker_link(uint32_t peer, core::Fd fd) {
  auto socket = core::Socket::adopt(context_.loop, fd.release());
  if (!socket.ok()) return;
  answering_links_.push_back(std::make_unique<WorkerLink>(
      context_, *this, peer, WorkerLink::End::answering, std::move(*socket)));
}

void RelayWorker::on_worker_link_lost(WorkerLink& link) {
  if (const auto asked = asking_links_.find(link.peer_worker());
      asked != asking_links_.end() && asked->second.get() == &link) {
    bindings_.lose_worker(link.peer_worker());
    context_.loop.defer_delete(std::move(asked->second));
    asking_links_.erase(asked);
    return;
  }
  const auto answered = std::find_if(answering_links_.begin(), answering_links_.end(),
                                     [&](const auto& held) { return held.get() == &link; });
  if (answered == answering_links_.end()) return;
  context_.loop.defer_delete(std::move(*answered));
  answering_links_.erase(answered);
}

void RelayWorker::set_remote(const std::string& group, uint32_t worker, uint32_t channels) {
  dispatcher_.set_remote(group, worker, channels);
}

// --- ending

void RelayWorker::drain() {
  if (context_.draining) return;
  context_.draining = true;
  entries_.clear();
  options_.client_listeners.clear();  // who comes now is refused at once, not kept waiting
  offenders_.close_waiting();
  dispatcher_.refuse_all(ExchangeError::of(ErrorCode::draining));
  for (const auto& [id, channel] : channels_) channel->link().drain("the engine is shutting down");
  for (ClientSession* session = sessions_; session != nullptr;) {
    ClientSession* const following = session->next;
    session->drain();
    session = following;
  }
  report_when_drained();
}

void RelayWorker::cut_all() {
  while (sessions_ != nullptr)
    sessions_->cut(ExchangeError::of(ErrorCode::draining, "the time to finish was over"));
  events_.hand_over_all();
}

void RelayWorker::report_when_drained() {
  if (!context_.draining || drained_reported_ || session_count_ > 0) return;
  drained_reported_ = true;
  events_.hand_over_all();
  engine_.drained(options_.index);
}

}  // namespace hawser::relay
