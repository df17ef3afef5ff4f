// SPDX-License-Identifier: Apache-2.0
#include "connector/app_cache.h"

#include <utility>

#include "model/control_calls.h"

namespace hawser::connector {

using message::ErrorCode;
using message::ExchangeError;

AppCache::Waiter::~Waiter() {
  if (cache_ != nullptr) cache_->left(*this);
}

AppCache::~AppCache() {
  for (auto& [app, question] : questions_)
    for (Waiter* waiter : question.waiters) waiter->cache_ = nullptr;
}

std::shared_ptr<const model::App> AppCache::find(const std::string& app, uint64_t revision) {
  const auto entry = entries_.find(app);
  if (entry == entries_.end() || entry->second.app->revision != revision) return nullptr;
  order_.splice(order_.begin(), order_, entry->second.used);
  return entry->second.app;
}

std::unique_ptr<AppCache::Waiter> AppCache::ask(const std::string& app, channel::Link& link,
                                                Done done) {
  std::unique_ptr<Waiter> waiter(new Waiter(*this, app, link, std::move(done)));
  Question& question = questions_[app];
  question.waiters.push_back(waiter.get());
  if (question.call == nullptr) call(app, question);
  return waiter;
}

void AppCache::call(const std::string& app, Question& question) {
  if (calls_ != nullptr) calls_->add();
  question.link = question.waiters.front()->link_;
  question.call = std::make_unique<ControlCall>(
      loop_, *question.link, ControlRequest{.target = "/v1/apps/" + app},
      [this, app](const ControlResult& result) { answered(app, result); });
}

void AppCache::answered(const std::string& app, const ControlResult& result) {
  const auto found = questions_.find(app);
  if (found == questions_.end()) return;
  Question& question = found->second;
  const channel::Link* asked = question.link;
  loop_.defer_delete(std::move(question.call));
  if (!result && result.error().code == ErrorCode::link_lost) {
    // Those that came by the same channel have lost their exchange anyway; another may ask.
    for (Waiter* waiter : question.waiters) {
      if (waiter->link_ == asked) continue;
      question.waiters.remove(waiter);
      question.waiters.push_front(waiter);
      return call(app, question);
    }
  }
  settle(app, read(app, result));
}

void AppCache::settle(const std::string& app, const AppResult& result) {
  if (result) store(app, *result);
  std::list<Waiter*> waiters = std::move(questions_[app].waiters);
  questions_.erase(app);
  for (Waiter* waiter : waiters) waiter->cache_ = nullptr;
  // Each call may destroy its own waiter, and no other.
  for (Waiter* waiter : waiters) {
    const Done done = std::move(waiter->done_);
    done(result);
  }
}

AppResult AppCache::read(const std::string& app, const ControlResult& result) {
  const auto refused = [&](std::string reason) {
    return ExchangeError::of(ErrorCode::app_unknown, std::move(reason),
                             message::Retry::origin_untouched);
  };
  if (!result) return refused("asking for app " + app + ": " + result.error().reason);
  if (result->status != 200)
    return refused("the engine answered " + std::to_string(result->status) + " for app " + app);
  auto decoded = model::decode_app(result->body);
  if (!decoded) return refused("app " + app + ": " + decoded.error().reason);
  if (decoded->name != app || decoded->origins.empty())
    return refused("the engine's answer for app " + app + " is another's");
  return std::shared_ptr<const model::App>(
      std::make_shared<model::App>(std::move(decoded).value()));
}

void AppCache::left(Waiter& waiter) {
  const auto found = questions_.find(waiter.app_);
  if (found == questions_.end()) return;
  found->second.waiters.remove(&waiter);
  if (!found->second.waiters.empty()) return;
  loop_.defer_delete(std::move(found->second.call));
  questions_.erase(found);
}

void AppCache::store(const std::string& app, std::shared_ptr<const model::App> value) {
  if (const auto known = entries_.find(app); known != entries_.end()) {
    known->second.app = std::move(value);
    return;
  }
  if (entries_.size() >= limit_) {
    entries_.erase(order_.back());
    order_.pop_back();
  }
  order_.push_front(app);
  entries_.emplace(app, Entry{std::move(value), order_.begin()});
}

}  // namespace hawser::connector
