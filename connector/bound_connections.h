// SPDX-License-Identifier: Apache-2.0
// BoundConnections: the connections to origins on which NTLM or Negotiate was spoken. Each belongs
// to one client session, as one channel names it, and one app; it goes back to no pool, and carries
// nobody else's request. A session has one of them for an app, and its exchanges take turns on it.
// It ends with the session, with the channel, when the origin closes it, after a time without use,
// and when there are too many: whoever comes next begins anew. Owner: the ConnectorWorker. Thread:
// the worker's own.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "channel/link.h"
#include "connector/origin_exchange.h"
#include "core/loop.h"
#include "core/metrics.h"
#include "core/timer_wheel.h"

namespace hawser::connector {

struct BoundLimits {
  size_t connections = 1000;
  uint64_t idle_timeout_ms = 120'000;
};

// Whose a connection is, as an exchange names it. `channel` is compared alone.
struct BoundName {
  const channel::Link* channel = nullptr;
  uint64_t session = 0;  // 0: nobody's, so nothing can be bound
  std::string_view app;
  std::string_view user;  // whom the engine let in; another one in the session is another person
};

// The same, with texts of its own.
struct BoundKey {
  explicit BoundKey(const BoundName& name)
      : channel(name.channel), session(name.session), app(name.app), user(name.user) {}
  BoundName name() const { return {channel, session, app, user}; }

  const channel::Link* channel;
  uint64_t session;
  std::string app;
  std::string user;
};

struct BoundOrder {
  using is_transparent = void;  // NOLINT(readability-identifier-naming): the standard's name
  static auto parts(const BoundName& name) {
    return std::tie(name.channel, name.session, name.app, name.user);
  }
  bool operator()(const BoundKey& a, const BoundKey& b) const {
    return (*this)(a.name(), b.name());
  }
  bool operator()(const BoundName& a, const BoundKey& b) const { return (*this)(a, b.name()); }
  bool operator()(const BoundKey& a, const BoundName& b) const { return (*this)(a.name(), b); }
  bool operator()(const BoundName& a, const BoundName& b) const { return parts(a) < parts(b); }
};

class BoundConnections;
struct Binding;

// One exchange's claim on its session's connection. Owner: its forwarder. Once it has left, it may
// outlive the BoundConnections.
class BoundUse {
 public:
  enum class Turn : uint8_t {
    none,   // the exchange goes like any other
    ours,   // take()
    waits,  // another exchange of the session has it; on_turn() tells when to ask again
  };
  // The name's texts outlive it.
  BoundUse(BoundConnections& all, const BoundName& name, std::function<void()> on_turn);
  ~BoundUse() { leave(); }
  BoundUse(const BoundUse&) = delete;
  BoundUse& operator=(const BoundUse&) = delete;

  // `speaks`: the exchange itself carries credentials for a connection. One that doesn't waits only
  // for a connection on which some were spoken.
  Turn ask(bool speaks);
  // The connection, while ours; null when it was only reserved by bind().
  std::unique_ptr<OriginExchange> take();
  // The connection that this exchange has, or will have, is its session's from now on. False where
  // that has one already, or there are too many: then it is to be closed behind the exchange.
  bool bind(bool spoken);
  bool ours() const;
  // The exchange is through with the connection. Where that was not bound, or is no longer, it is
  // closed.
  void give_back(std::unique_ptr<OriginExchange> connection);
  // The connection is gone, or serves HTTP no longer; or nobody waits any more.
  void leave();

 private:
  friend class BoundConnections;
  BoundConnections& all_;
  BoundName name_;
  std::function<void()> on_turn_;
  Binding* binding_ = nullptr;  // ours, or the one that we wait for
  bool to_be_told_ = false;     // that the one that we waited for has ended
};

class BoundConnections final : private core::Flushable {
 public:
  // Where given, `shown` follows how many there are, and `given_up` counts those that the limit
  // ended or kept from being bound. Both outlive this.
  BoundConnections(core::Loop& loop, const BoundLimits& limits, core::Gauge* shown = nullptr,
                   core::Counter* given_up = nullptr);
  ~BoundConnections() override;
  BoundConnections(const BoundConnections&) = delete;
  BoundConnections& operator=(const BoundConnections&) = delete;

  // What is in use is closed behind its exchange.
  void end_session(const channel::Link* channel, uint64_t session);
  void end_channel(const channel::Link* channel);

  size_t size() const { return bindings_.size(); }

 private:
  friend class BoundUse;
  friend struct Binding;
  Binding* find(const BoundName& name);
  Binding* make(const BoundName& name);
  bool make_room();
  void keep(Binding& binding, std::unique_ptr<OriginExchange> connection);
  void flush() override;
  void give_turn(const BoundKey& key);
  void end(Binding& binding);
  void end_all(std::vector<std::unique_ptr<Binding>> ended);
  void close(std::unique_ptr<OriginExchange> connection);
  void sweep();
  void show();

  core::Loop& loop_;
  BoundLimits limits_;
  core::Gauge* shown_;
  core::Counter* given_up_;
  std::map<BoundKey, std::unique_ptr<Binding>, BoundOrder> bindings_;
  std::vector<BoundKey> turns_due_;
  std::vector<BoundUse*> to_tell_;  // what they waited for has ended
  core::Deadline sweep_due_;
};

}  // namespace hawser::connector
