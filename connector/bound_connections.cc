// SPDX-License-Identifier: Apache-2.0
#include "connector/bound_connections.h"

#include <algorithm>
#include <utility>

namespace hawser::connector {

// One session's connection for one app. While it waits it hears what happens on the connection:
// anything that does is its end.
struct Binding final : OriginListener {
  Binding(BoundConnections& owner, BoundKey whose) : all(owner), key(std::move(whose)) {}

  void on_origin_interim(message::ResponseHeadPtr) override { all.end(*this); }
  void on_origin_head(message::ResponseHeadPtr) override { all.end(*this); }
  void on_origin_body(core::Slice) override { all.end(*this); }
  void on_origin_end(const message::Fields&) override { all.end(*this); }
  void on_origin_drained() override {}
  void on_origin_failed(const message::ExchangeError&) override { all.end(*this); }

  bool idle() const { return connection != nullptr && user == nullptr && waiting.empty(); }

  BoundConnections& all;
  BoundKey key;
  std::unique_ptr<OriginExchange> connection;  // while no exchange has it
  BoundUse* user = nullptr;
  std::deque<BoundUse*> waiting;
  bool spoken = false;  // credentials have passed, not only an offer to take some
  uint64_t since_ms = 0;
};

// --- one exchange's claim

BoundUse::BoundUse(BoundConnections& all, const BoundName& name, std::function<void()> on_turn)
    : all_(all), name_(name), on_turn_(std::move(on_turn)) {}

bool BoundUse::ours() const { return binding_ != nullptr && binding_->user == this; }

BoundUse::Turn BoundUse::ask(bool speaks) {
  if (ours()) return Turn::ours;
  Binding* const binding = all_.find(name_);
  if (binding == nullptr) return Turn::none;
  if (binding->idle()) {
    binding->user = this;
    binding_ = binding;
    return Turn::ours;
  }
  if (!speaks && !binding->spoken) return Turn::none;
  binding->waiting.push_back(this);
  binding_ = binding;
  return Turn::waits;
}

std::unique_ptr<OriginExchange> BoundUse::take() {
  std::unique_ptr<OriginExchange> connection = std::move(binding_->connection);
  if (connection != nullptr) connection->set_listener(nullptr);
  return connection;
}

bool BoundUse::bind(bool spoken) {
  if (binding_ == nullptr && name_.session != 0 && all_.find(name_) == nullptr) {
    binding_ = all_.make(name_);
    if (binding_ != nullptr) binding_->user = this;
  }
  if (!ours()) return false;
  binding_->spoken = binding_->spoken || spoken;
  return true;
}

void BoundUse::give_back(std::unique_ptr<OriginExchange> connection) {
  if (ours() && connection->reusable()) {
    binding_->user = nullptr;
    all_.keep(*std::exchange(binding_, nullptr), std::move(connection));
    return;
  }
  leave();
  all_.close(std::move(connection));
}

void BoundUse::leave() {
  Binding* const binding = std::exchange(binding_, nullptr);
  if (std::exchange(to_be_told_, false)) std::erase(all_.to_tell_, this);
  if (binding == nullptr) return;
  if (binding->user == this) return all_.end(*binding);
  std::erase(binding->waiting, this);
}

// --- all of them

BoundConnections::BoundConnections(core::Loop& loop, const BoundLimits& limits, core::Gauge* shown,
                                   core::Counter* given_up)
    : loop_(loop), limits_(limits), shown_(shown), given_up_(given_up), sweep_due_([this] {
        sweep();
      }) {}

BoundConnections::~BoundConnections() {
  for (BoundUse* const use : to_tell_) use->to_be_told_ = false;
  for (auto& [key, binding] : bindings_) {
    if (binding->user != nullptr) binding->user->binding_ = nullptr;
    for (BoundUse* const use : binding->waiting) use->binding_ = nullptr;
  }
}

Binding* BoundConnections::find(const BoundName& name) {
  if (bindings_.empty()) return nullptr;
  const auto found = bindings_.find(name);
  return found == bindings_.end() ? nullptr : found->second.get();
}

Binding* BoundConnections::make(const BoundName& name) {
  if (bindings_.size() >= limits_.connections && !make_room()) return nullptr;
  const BoundKey key(name);
  Binding* const made =
      bindings_.emplace(key, std::make_unique<Binding>(*this, key)).first->second.get();
  show();
  return made;
}

// Of those that nobody uses the one that waits the longest goes.
bool BoundConnections::make_room() {
  if (given_up_ != nullptr) given_up_->add();
  Binding* longest = nullptr;
  for (const auto& [key, binding] : bindings_)
    if (binding->idle() && (longest == nullptr || binding->since_ms < longest->since_ms))
      longest = binding.get();
  if (longest == nullptr) return false;
  end(*longest);
  return true;
}

void BoundConnections::keep(Binding& binding, std::unique_ptr<OriginExchange> connection) {
  binding.connection = std::move(connection);
  binding.connection->set_listener(&binding);
  binding.since_ms = loop_.now_ms();
  if (!sweep_due_.armed()) sweep_due_.arm(loop_.timers(), limits_.idle_timeout_ms);
  if (binding.waiting.empty()) return;
  turns_due_.push_back(binding.key);
  loop_.request_flush(*this);
}

// Turns are given here alone: not within a call of the connection that has just ended the exchange
// before, nor within the end of another forwarder.
void BoundConnections::flush() {
  for (const BoundKey& key : std::exchange(turns_due_, {})) give_turn(key);
  while (!to_tell_.empty()) {
    BoundUse* const use = to_tell_.back();
    to_tell_.pop_back();
    use->to_be_told_ = false;
    use->on_turn_();
  }
}

void BoundConnections::give_turn(const BoundKey& key) {
  Binding* const binding = find(key.name());
  if (binding == nullptr || binding->connection == nullptr || binding->waiting.empty()) return;
  binding->user = binding->waiting.front();
  binding->waiting.pop_front();
  binding->user->on_turn_();
}

void BoundConnections::end(Binding& binding) {
  std::vector<std::unique_ptr<Binding>> ended;
  const auto found = bindings_.find(binding.key);
  ended.push_back(std::move(found->second));
  bindings_.erase(found);
  end_all(std::move(ended));
}

// They are out of the map. Whoever waited for one of them goes on without.
void BoundConnections::end_all(std::vector<std::unique_ptr<Binding>> ended) {
  show();
  for (std::unique_ptr<Binding>& binding : ended) {
    if (binding->user != nullptr) binding->user->binding_ = nullptr;
    for (BoundUse* const use : binding->waiting) {
      use->binding_ = nullptr;
      use->to_be_told_ = true;
    }
    to_tell_.insert(to_tell_.end(), binding->waiting.rbegin(), binding->waiting.rend());
    if (binding->connection != nullptr) close(std::move(binding->connection));
    loop_.defer_delete(std::move(binding));  // this may be a call of its own
  }
  if (!to_tell_.empty()) loop_.request_flush(*this);
}

void BoundConnections::end_session(const channel::Link* channel, uint64_t session) {
  std::vector<std::unique_ptr<Binding>> ended;
  for (auto at = bindings_.lower_bound(BoundName{channel, session, "", ""});
       at != bindings_.end() && at->first.channel == channel && at->first.session == session;) {
    ended.push_back(std::move(at->second));
    at = bindings_.erase(at);
  }
  if (!ended.empty()) end_all(std::move(ended));
}

void BoundConnections::end_channel(const channel::Link* channel) {
  std::vector<std::unique_ptr<Binding>> ended;
  for (auto at = bindings_.lower_bound(BoundName{channel, 0, "", ""});
       at != bindings_.end() && at->first.channel == channel;) {
    ended.push_back(std::move(at->second));
    at = bindings_.erase(at);
  }
  if (!ended.empty()) end_all(std::move(ended));
}

void BoundConnections::close(std::unique_ptr<OriginExchange> connection) {
  connection->set_listener(nullptr);
  loop_.defer_delete(std::move(connection));
}

void BoundConnections::sweep() {
  const uint64_t now_ms = loop_.now_ms();
  uint64_t first_due_ms = UINT64_MAX;
  std::vector<std::unique_ptr<Binding>> ended;
  for (auto at = bindings_.begin(); at != bindings_.end();) {
    const uint64_t due_ms = at->second->since_ms + limits_.idle_timeout_ms;
    const bool idle = at->second->idle();
    if (idle && due_ms <= now_ms) {
      ended.push_back(std::move(at->second));
      at = bindings_.erase(at);
      continue;
    }
    if (idle) first_due_ms = std::min(first_due_ms, due_ms);
    ++at;
  }
  if (first_due_ms != UINT64_MAX) sweep_due_.arm(loop_.timers(), first_due_ms - now_ms);
  if (!ended.empty()) end_all(std::move(ended));
}

void BoundConnections::show() {
  if (shown_ != nullptr) shown_->set(static_cast<int64_t>(bindings_.size()));
}

}  // namespace hawser::connector
