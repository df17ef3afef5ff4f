// SPDX-License-Identifier: Apache-2.0
// The part of a SignInHost that knows who issues the tokens that programs bring along.
#include <utility>

#include "relay/sign_in_host.h"

namespace hawser::relay {

using access::KeySource;

// Whoever signs people in is asked once for both.
access::ProviderLink* SignInHost::find_provider_of(const KeySource& source) {
  for (const auto& [name, link] : links_) {
    const model::Provider& provider = link->provider();
    const bool same = provider.issuer == source.issuer &&
                      (source.ca_pem.empty() || source.ca_pem == provider.ca_pem);
    if (same) return link.get();
  }
  return nullptr;
}

void SignInHost::apply_issuers() {
  std::map<KeySource, std::unique_ptr<access::IssuerLink>> issuers;
  for (const model::App& app : snapshot_->apps()) {
    for (const model::BearerIssuer& bearer : app.machines.bearer) {
      const KeySource source{bearer.issuer, bearer.ca_pem};
      if (find_provider_of(source) != nullptr || issuers.contains(source)) continue;
      auto& old = issuers_[source];
      issuers[source] = old != nullptr
                            ? std::move(old)
                            : std::make_unique<access::IssuerLink>(
                                  loop_, log_,
                                  access::Issuer{source.issuer, source.issuer, source.ca_pem,
                                                 access::IssuerUse::keys});
    }
  }
  issuers_.swap(issuers);
  for (auto& [source, link] : issuers) {
    if (link == nullptr) continue;
    link->end();
    loop_.defer_delete(std::move(link));
  }
}

void SignInHost::ask_keys(const KeySource& source, bool anew, access::IssuerLink::KeysDone done) {
  if (access::ProviderLink* provider = find_provider_of(source))
    return provider->ask_keys(anew, std::move(done));
  const auto found = issuers_.find(source);
  if (found != issuers_.end()) return found->second->ask_keys(anew, std::move(done));
  done(access::SignInError{access::SignInFault::login_unknown, "",
                           "the configuration changed meanwhile"});
}

}  // namespace hawser::relay
