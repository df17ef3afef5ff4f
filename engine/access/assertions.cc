// SPDX-License-Identifier: Apache-2.0
#include "access/assertions.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "tls/digest.h"
#include "token/identity_values.h"
#include "token/signing.h"

namespace hawser::access {
namespace {

// Whether an assertion of `then` says what one of `now` would, of the same session.
bool same_statement(const SessionFacts& then, const SessionFacts& now) {
  return then.subject == now.subject && then.user == now.user && then.acr == now.acr &&
         then.amr == now.amr && then.identity == now.identity &&
         then.signed_in_s == now.signed_in_s && then.expires_s == now.expires_s;
}

// Ours stand, whatever a mapping names.
void add_told(token::Claims& claims, const model::App& app, const SessionFacts& facts) {
  token::Claims told = token::told_claims(app.identity, facts.identity);
  told.update(claims);
  claims = std::move(told);
}

}  // namespace

std::string Assertions::of(const model::App& app, const std::string& base_url,
                           const SessionFacts& facts, int64_t now_s) {
  if (facts.session.empty()) return sign(app, base_url, facts, now_s);
  std::string name = facts.session + '\n' + app.name + '\n' + base_url;
  for (const Map* map : {&young_, &old_}) {
    if (const Kept* kept = find(*map, name, facts, now_s)) return kept->token;
  }
  std::string token = sign(app, base_url, facts, now_s);
  if (!token.empty()) keep(std::move(name), {token, now_s, facts}, now_s);
  return token;
}

const Assertions::Kept* Assertions::find(const Map& map, const std::string& name,
                                         const SessionFacts& facts, int64_t now_s) {
  const auto found = map.find(name);
  if (found == map.end()) return nullptr;
  const Kept& kept = found->second;
  const bool fresh = now_s >= kept.made_s && now_s < kept.made_s + used_for_s;
  return fresh && same_statement(kept.facts, facts) ? &kept : nullptr;
}

void Assertions::keep(std::string name, Kept made, int64_t now_s) {
  const bool aged = now_s < young_since_s_ || now_s >= young_since_s_ + used_for_s;
  if (aged || young_.size() >= kept_limit / 2) {
    old_ = std::exchange(young_, {});
    young_since_s_ = now_s;
  }
  young_[std::move(name)] = std::move(made);
}

std::string Assertions::sign(const model::App& app, const std::string& base_url,
                             const SessionFacts& facts, int64_t now_s) const {
  const SigningRing::Key* key = ring_->signer(now_s);
  if (key == nullptr) return {};
  int64_t expires_s = now_s + lifetime_s;
  if (facts.expires_s != 0) expires_s = std::min(expires_s, facts.expires_s);
  token::Claims claims{{"iss", base_url},   {"aud", app.name}, {"sub", facts.subject},
                       {"iat", now_s},      {"nbf", now_s},    {"exp", expires_s},
                       {"user", facts.user}};
  if (!facts.session.empty()) claims["sid"] = tls::hex(facts.session);
  if (!facts.acr.empty()) claims["acr"] = facts.acr;
  if (!facts.amr.empty()) claims["amr"] = facts.amr;
  if (facts.signed_in_s != 0) claims["auth_time"] = facts.signed_in_s;
  add_told(claims, app, facts);
  auto token = token::sign_token(key->key, key->id, "JWT", claims);
  return token ? std::move(token).value() : std::string();
}

}  // namespace hawser::access
