// SPDX-License-Identifier: Apache-2.0
// OriginPool: connections to origins that wait for their next exchange, those of HTTP/2 that
// several share, and the TLS contexts that origins are dialled with. A connection of HTTP/1.1 on
// which anything happens while it waits is thrown away. Owner: the connector's worker. Thread: the
// worker's own.
#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "connector/h2_connection.h"
#include "connector/origin_connection.h"
#include "connector/origin_dial.h"
#include "core/loop.h"
#include "core/metrics.h"
#include "core/pooled.h"
#include "core/result.h"
#include "core/timer_wheel.h"
#include "model/app.h"

namespace hawser::connector {

struct OriginPoolLimits {
  size_t idle_per_origin = 64;
  size_t idle_in_all = 512;
  uint64_t idle_timeout_ms = 30'000;
  // A crowd leaves more of them behind and comes again at once: what is above is kept for as long
  // as it is in use, and no longer, for an origin may spend a process on each.
  size_t surplus_per_origin = 1'024;
  size_t surplus_in_all = 4'096;
  uint64_t surplus_timeout_ms = 2'000;
  size_t tls_contexts = 64;
};

class OriginPool final : private H2ConnectionOwner {
 public:
  // `shown` (which outlives the pool) follows how many wait.
  OriginPool(core::Loop& loop, const OriginPoolLimits& limits, core::Gauge* shown = nullptr);
  ~OriginPool() override;
  OriginPool(const OriginPool&) = delete;
  OriginPool& operator=(const OriginPool&) = delete;

  // Connections with equal keys may stand in for one another: same origin, same way of TLS, same
  // versions of HTTP. `http2`: whether an https origin may choose HTTP/2.
  static void write_key(const model::Origin& origin, const model::OriginTls& tls, bool http2,
                        std::string& key);

  // Room on an HTTP/2 connection, or an idle one of HTTP/1.1, the one used last; null when there is
  // none.
  std::unique_ptr<OriginExchange> take(const std::string& key);
  // A connection that was dialled for the exchange that gets it.
  std::unique_ptr<OriginExchange> adopt(const std::string& key, model::Scheme scheme, bool http2,
                                        std::unique_ptr<core::Transport> transport,
                                        message::HeadPool& heads);
  // Keeps its connection where it may carry another; else that is closed at the end of the turn.
  void give_back(std::unique_ptr<OriginExchange> exchange);

  // What to dial for an origin; the Error says why its certificate authority can't be used.
  core::Result<OriginAddress> address_of(const model::Origin& origin, const model::OriginTls& tls,
                                         bool http2);

  size_t idle() const { return idle_.size() + h2_idle_; }
  void close_idle();

 private:
  // One waiting connection; hears what happens on it.
  struct Idle final : OriginListener {
    Idle(OriginPool& owner, std::unique_ptr<OriginExchange> held, uint64_t now_ms);
    void on_origin_interim(message::ResponseHeadPtr head) override;
    void on_origin_head(message::ResponseHeadPtr head) override;
    void on_origin_body(core::Slice content) override;
    void on_origin_end(const message::Fields& trailers) override;
    void on_origin_drained() override {}
    void on_origin_failed(const message::ExchangeError& error) override;

    OriginPool& pool;
    std::unique_ptr<OriginExchange> connection;
    uint64_t since_ms;
    std::list<Idle, core::PooledAllocator<Idle>>::iterator self;
  };
  using IdleList = std::list<Idle, core::PooledAllocator<Idle>>;  // the longest waiting first

  void on_h2_over(H2Connection& connection) override;
  void on_h2_idle(bool idle) override;
  void show_idle();
  void drop(IdleList::iterator idle);
  bool has_surplus(const std::vector<IdleList::iterator>& waiting) const;
  void arm_sweep();
  void sweep();
  void sweep_surplus(uint64_t now_ms);
  core::Result<std::shared_ptr<tls::Context>> context_for(const model::OriginTls& tls, bool http2);

  core::Loop& loop_;
  OriginPoolLimits limits_;
  core::Gauge* shown_;
  size_t h2_idle_ = 0;
  IdleList idle_;
  // Of an origin that waits for nobody just now an empty one stays until the next sweep.
  std::map<std::string, std::vector<IdleList::iterator>> by_key_;
  std::map<std::string, std::list<std::unique_ptr<H2Connection>>> h2_;
  std::map<std::string, std::shared_ptr<tls::Context>> contexts_;
  bool surplus_ = false;  // the sweep is due for it
  core::Deadline sweep_due_;
};

}  // namespace hawser::connector
