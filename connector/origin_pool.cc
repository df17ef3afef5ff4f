// SPDX-License-Identifier: Apache-2.0
#include "connector/origin_pool.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "tls/digest.h"

namespace hawser::connector {

OriginPool::Idle::Idle(OriginPool& owner, std::unique_ptr<OriginExchange> held, uint64_t now_ms)
    : pool(owner), connection(std::move(held)), since_ms(now_ms) {
  connection->set_listener(this);
}

// An origin that speaks without being asked can't be trusted with the next answer.
void OriginPool::Idle::on_origin_interim(message::ResponseHeadPtr) { pool.drop(self); }
void OriginPool::Idle::on_origin_head(message::ResponseHeadPtr) { pool.drop(self); }
void OriginPool::Idle::on_origin_body(core::Slice) { pool.drop(self); }
void OriginPool::Idle::on_origin_end(const message::Fields&) { pool.drop(self); }
void OriginPool::Idle::on_origin_failed(const message::ExchangeError&) { pool.drop(self); }

OriginPool::OriginPool(core::Loop& loop, const OriginPoolLimits& limits, core::Gauge* shown)
    : loop_(loop), limits_(limits), shown_(shown), sweep_due_([this] { sweep(); }) {
  limits_.surplus_per_origin = std::max(limits_.surplus_per_origin, limits_.idle_per_origin);
  limits_.surplus_in_all = std::max(limits_.surplus_in_all, limits_.idle_in_all);
}

OriginPool::~OriginPool() = default;

void OriginPool::write_key(const model::Origin& origin, const model::OriginTls& tls, bool http2,
                           std::string& key) {
  key = model::scheme_name(origin.scheme);
  key += "://";
  model::append_bracketed_host(key, origin.host);
  model::append_port(key, origin.port);
  if (origin.scheme != model::Scheme::https) return;
  key += http2 ? "|2" : "|1";
  key += tls.verify ? "|v|" : "|-|";
  key += tls.server_name;
  key += '|';
  if (!tls.ca_pem.empty()) key += tls::sha256_hex(tls.ca_pem);
}

void OriginPool::show_idle() {
  if (shown_ != nullptr) shown_->set(static_cast<int64_t>(idle()));
}

std::unique_ptr<OriginExchange> OriginPool::take(const std::string& key) {
  if (const auto shared = h2_.find(key); shared != h2_.end())
    for (const auto& connection : shared->second)
      if (connection->has_room()) return connection->join();
  const auto found = by_key_.find(key);
  if (found == by_key_.end() || found->second.empty()) return nullptr;
  const IdleList::iterator idle = found->second.back();
  found->second.pop_back();
  std::unique_ptr<OriginExchange> connection = std::move(idle->connection);
  connection->set_listener(nullptr);
  idle_.erase(idle);
  show_idle();
  return connection;
}

std::unique_ptr<OriginExchange> OriginPool::adopt(const std::string& key, model::Scheme scheme,
                                                  bool http2,
                                                  std::unique_ptr<core::Transport> transport,
                                                  message::HeadPool& heads) {
  if (!http2) return std::make_unique<OriginConnection>(key, std::move(transport), heads);
  auto& connections = h2_[key];
  connections.push_back(std::make_unique<H2Connection>(
      key, std::move(transport), heads, scheme == model::Scheme::https ? "https" : "http",
      limits_.idle_timeout_ms, static_cast<H2ConnectionOwner&>(*this)));
  return connections.back()->join();
}

void OriginPool::on_h2_idle(bool idle) {
  idle ? ++h2_idle_ : --h2_idle_;
  show_idle();
}

void OriginPool::on_h2_over(H2Connection& connection) {
  const auto found = h2_.find(connection.key());
  if (found == h2_.end()) return;
  for (auto entry = found->second.begin(); entry != found->second.end(); ++entry) {
    if (entry->get() != &connection) continue;
    loop_.defer_delete(std::move(*entry));
    found->second.erase(entry);
    break;
  }
  if (found->second.empty()) h2_.erase(found);
}

void OriginPool::give_back(std::unique_ptr<OriginExchange> connection) {
  if (!connection->reusable() || limits_.idle_per_origin == 0 || limits_.idle_in_all == 0) {
    connection->set_listener(nullptr);
    return loop_.defer_delete(std::move(connection));
  }
  std::vector<IdleList::iterator>& waiting = by_key_[connection->key()];
  idle_.emplace_back(*this, std::move(connection), loop_.now_ms());
  const auto idle = std::prev(idle_.end());
  idle->self = idle;
  waiting.push_back(idle);
  show_idle();
  const bool surplus = has_surplus(waiting);
  if (waiting.size() > limits_.surplus_per_origin) drop(waiting.front());
  if (idle_.size() > limits_.surplus_in_all) drop(idle_.begin());
  if (sweep_due_.armed() && (surplus_ || !surplus)) return;
  surplus_ = surplus;
  arm_sweep();
}

bool OriginPool::has_surplus(const std::vector<IdleList::iterator>& waiting) const {
  return waiting.size() > limits_.idle_per_origin || idle_.size() > limits_.idle_in_all;
}

void OriginPool::drop(IdleList::iterator idle) {
  const auto waiting = by_key_.find(idle->connection->key());
  if (waiting != by_key_.end()) std::erase(waiting->second, idle);
  idle->connection->set_listener(nullptr);
  loop_.defer_delete(std::move(idle->connection));
  idle_.erase(idle);
  show_idle();
}

void OriginPool::arm_sweep() {
  const uint64_t due_ms = idle_.front().since_ms + limits_.idle_timeout_ms;
  const uint64_t now_ms = loop_.now_ms();
  const uint64_t rest_ms = due_ms > now_ms ? due_ms - now_ms : 0;
  sweep_due_.arm(loop_.timers(),
                 surplus_ ? std::min(rest_ms, limits_.surplus_timeout_ms) : rest_ms);
}

void OriginPool::sweep() {
  const uint64_t now_ms = loop_.now_ms();
  while (!idle_.empty() && idle_.front().since_ms + limits_.idle_timeout_ms <= now_ms)
    drop(idle_.begin());
  sweep_surplus(now_ms);
  std::erase_if(by_key_, [](const auto& entry) { return entry.second.empty(); });
  if (!idle_.empty()) arm_sweep();
}

void OriginPool::sweep_surplus(uint64_t now_ms) {
  const auto unused = [&](const Idle& idle) {
    return idle.since_ms + limits_.surplus_timeout_ms <= now_ms;
  };
  surplus_ = false;
  for (auto& [key, waiting] : by_key_) {
    while (waiting.size() > limits_.idle_per_origin && unused(*waiting.front()))
      drop(waiting.front());
    surplus_ = surplus_ || has_surplus(waiting);
  }
  while (idle_.size() > limits_.idle_in_all && unused(idle_.front())) drop(idle_.begin());
}

void OriginPool::close_idle() {
  std::vector<H2Connection*> unused;  // closing one takes it out of the map
  for (const auto& [key, connections] : h2_)
    for (const auto& connection : connections)
      if (connection->idle()) unused.push_back(connection.get());
  for (H2Connection* const connection : unused) connection->close();
  while (!idle_.empty()) drop(idle_.begin());
  by_key_.clear();
}

core::Result<OriginAddress> OriginPool::address_of(const model::Origin& origin,
                                                   const model::OriginTls& tls, bool http2) {
  OriginAddress address;
  address.host = origin.host;
  address.port = origin.port;
  address.http2 = origin.scheme == model::Scheme::h2c;
  if (origin.scheme != model::Scheme::https) return address;
  auto context = context_for(tls, http2);
  if (!context) return context.error();
  address.tls = *context;
  address.server_name = tls.server_name.empty() ? origin.host : tls.server_name;
  return address;
}

core::Result<std::shared_ptr<tls::Context>> OriginPool::context_for(const model::OriginTls& tls,
                                                                    bool http2) {
  const std::string key = (http2 ? "2" : "1") + std::string(tls.verify ? "v" : "-") + tls.ca_pem;
  if (const auto found = contexts_.find(key); found != contexts_.end()) return found->second;
  tls::ClientOptions options;
  options.alpn = {"http/1.1"};
  if (http2) options.alpn.insert(options.alpn.begin(), "h2");
  options.verify = tls.verify;
  options.trust_pem = tls.ca_pem;
  options.system_roots = tls.verify && tls.ca_pem.empty();
  auto context = tls::Context::client(options);
  if (!context) return context.error();
  if (contexts_.size() >= limits_.tls_contexts) contexts_.clear();  // in use ones live on
  contexts_.emplace(key, *context);
  return *context;
}

}  // namespace hawser::connector
