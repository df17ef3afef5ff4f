// SPDX-License-Identifier: Apache-2.0
#include "access/renewals.h"

#include <utility>

namespace hawser::access {

Renewals::Renewals(SignInDesk* desk) : desk_(desk), self_(std::make_shared<Renewals*>(this)) {}

Renewals::~Renewals() { *self_ = nullptr; }

void Renewals::ask(const std::string& app, const SessionFacts& facts, Renewal renewal, Done done) {
  if (desk_ == nullptr)
    return done(SignInError{SignInFault::engine_failed, "", "nobody signs in here"});
  const Key key{renewal, facts.session};
  std::vector<Done>& waiting = asked_[key];
  if (waiting.size() >= waiting_limit) {
    return done(SignInError{SignInFault::provider_unreachable, "busy",
                            "too many requests of the session wait for the provider"});
  }
  waiting.push_back(std::move(done));
  if (waiting.size() > 1) return;
  if (renewal == Renewal::marks) ++marking_;
  desk_->renew(app, facts, renewal, [self = self_, key](const SignedIn<SessionFacts>& renewed) {
    if (*self != nullptr) (*self)->answered(key, renewed);
  });
}

void Renewals::answered(const Key& key, const SignedIn<SessionFacts>& facts) {
  const auto found = asked_.find(key);
  if (found == asked_.end()) return;
  const std::vector<Done> waiting = std::move(found->second);
  asked_.erase(found);  // before they are told: one may ask again
  for (const Done& done : waiting) done(facts);
  if (key.first != Renewal::marks) return;
  --marking_;
  if (on_fewer_) on_fewer_();
}

}  // namespace hawser::access
