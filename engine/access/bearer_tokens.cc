// SPDX-License-Identifier: Apache-2.0
#include "access/bearer_tokens.h"

#include <algorithm>
#include <cstring>
#include <nlohmann/json.hpp>
#include <utility>

#include "access/issuer_link.h"
#include "access/session_facts.h"
#include "message/characters.h"
#include "tls/digest.h"
#include "token/access_token.h"
#include "token/identity_values.h"
#include "token/signed_token.h"

namespace hawser::access {
namespace {

using Kind = BearerFinding::Kind;

constexpr size_t remembered_limit = 4'000;
constexpr size_t facts_limit_bytes = 4096;    // of each of them
constexpr size_t token_waiting_limit = 1000;  // of one issuer
// How soon the control thread is asked again for keys that a token wants, and that are there.
constexpr uint64_t desk_ask_again_ms = 5'000;
constexpr uint64_t kept_keys_fresh_ms = 60'000;

constexpr std::string_view bearer_scheme = "Bearer ";

BearerFinding finding(Kind kind, std::string fault, std::string reason) {
  return {kind, nullptr, std::move(fault), std::move(reason), {}};
}

BearerFinding finding(Kind kind, const token::TokenError& error) {
  return finding(kind, std::string(name_of(error.fault)), error.reason);
}

// Which of the app's issuers the token says that it is of and for. Nothing of it is believed yet.
token::Checked<const model::BearerIssuer*> issuer_of(const model::App& app,
                                                     std::string_view compact) {
  const auto token = token::read_signed_token(compact);
  if (!token) return token.error();
  token::TokenError nearest{token::TokenFault::issuer_wrong, "the app lists no such issuer"};
  for (const model::BearerIssuer& issuer : app.machines.bearer) {
    if (!token::check_issuer(token->claims, issuer.issuer)) continue;
    const auto meant = token::check_audience(token->claims, issuer.audience);
    if (meant) return &issuer;
    nearest = meant.error();
  }
  return nearest;
}

std::vector<std::string> claim_texts(const token::Claims& claims, const char* name) {
  auto texts = token::texts_claim(claims, name);
  return texts.ok() ? std::move(texts).value() : std::vector<std::string>();
}

size_t size_of(const SessionFacts& facts) {
  size_t bytes = facts.subject.size() + facts.user.size() + facts.client_id.size() +
                 facts.marks.size() + facts.acr.size();
  for (const auto* texts : {&facts.amr, &facts.identity})
    for (const std::string& text : *texts) bytes += text.size();
  return bytes;
}

SignedIn<SessionFacts> token_facts(const model::App& app, const RuleNames& names,
                                   const model::BearerIssuer& issuer,
                                   const token::AccessToken& token) {
  auto user = user_named(issuer.user_claim, token.subject, token.claims);
  if (!user) return user.error();
  const token::Claims& claims = token.claims;
  SessionFacts facts;
  facts.subject = token.subject;
  facts.user = std::move(user).value();
  facts.client_id = token.client_id;
  facts.marks = names.marks_of(claim_texts(claims, issuer.groups_claim.c_str()), claims)
                    .to_bytes(names.size());
  const auto acr = token::text_claim(claims, "acr");
  if (acr && *acr) facts.acr = **acr;
  facts.amr = claim_texts(claims, "amr");
  facts.identity = token::identity_values(app.identity, issuer.groups_claim, claims);
  const auto signed_in = token::time_claim(claims, "auth_time");
  if (signed_in && *signed_in) facts.signed_in_s = **signed_in;
  facts.expires_s = token.expires_s + static_cast<int64_t>(issuer.clock_skew_s);  // by our clock
  if (size_of(facts) > facts_limit_bytes)
    return SignInError{SignInFault::too_much_to_hold, "too_much_to_hold",
                       "the token says more of its user than is kept"};
  return facts;
}

}  // namespace

std::optional<std::string_view> bearer_token(const message::Fields& fields) {
  constexpr auto id = message::FieldName::authorization;
  const auto value = fields.get(id);
  if (!value || fields.count(id) != 1 || value->size() <= bearer_scheme.size() ||
      !message::equals_ignoring_case(value->substr(0, bearer_scheme.size()), bearer_scheme))
    return std::nullopt;
  return message::trim_blanks(value->substr(bearer_scheme.size()));
}

size_t BearerTokens::DigestHash::operator()(const Digest& digest) const {
  size_t hash = 0;  // a digest is as random as it gets
  std::memcpy(&hash, digest.data(), sizeof hash);
  return hash;
}

BearerFinding BearerTokens::look(const model::App& app, const RuleNames& names,
                                 std::string_view token, bool keys_asked) {
  const Digest digest = tls::sha256(app.name + "\n" + std::string(token));
  const auto known = good_.find(digest);
  if (known != good_.end() && now_s() < known->second.facts.expires_s) {
    refresh(*known->second.checked_by);
    return {Kind::good, &known->second.facts, {}, {}, {}};
  }
  const auto issuer = issuer_of(app, token);
  if (!issuer) return finding(Kind::not_ours, issuer.error());
  return check(app, names, token, **issuer, keys_asked, digest);
}

BearerFinding BearerTokens::check(const model::App& app, const RuleNames& names,
                                  std::string_view token, const model::BearerIssuer& issuer,
                                  bool keys_asked, const Digest& digest) {
  const KeySource source{issuer.issuer, issuer.ca_pem};
  const auto& entry = *keys_.try_emplace(source).first;
  const Known& known = entry.second;
  const bool may_wait = !keys_asked && (known.asking || is_past(known, desk_ask_again_ms));
  BearerFinding wanted{Kind::keys_wanted, nullptr, {}, {}, source};
  if (known.keys == nullptr) {
    if (may_wait) return wanted;
    return finding(Kind::unavailable, "provider_unreachable", "the issuer's keys are not known");
  }
  const auto checked = token::check_access_token(
      token, *known.keys,
      {issuer.issuer, issuer.audience, {now_s(), static_cast<int64_t>(issuer.clock_skew_s)}});
  if (!checked && may_wait && checked.error().fault == token::TokenFault::key_unknown)
    return wanted;
  if (!checked) return finding(Kind::bad, checked.error());
  auto facts = token_facts(app, names, issuer, *checked);
  if (!facts) return finding(Kind::bad, facts.error().detail, facts.error().reason);
  refresh(entry);
  return {Kind::good, remember(digest, {std::move(facts).value(), &entry}), {}, {}, {}};
}

// Also for a token that is remembered: its key may have been withdrawn since.
void BearerTokens::refresh(const std::pair<const KeySource, Known>& source) {
  const Known& known = source.second;
  if (!known.asking && is_past(known, kept_keys_fresh_ms)) ask_keys(source.first, false, [] {});
}

bool BearerTokens::is_past(const Known& known, uint64_t age_ms) const {
  return known.asked_ms == 0 || known.asked_ms + age_ms <= loop_.now_ms();
}

bool BearerTokens::ask_keys(const KeySource& source, bool anew, std::function<void()> done) {
  Known& known = keys_[source];
  if (desk_ == nullptr || known.waiting.size() >= token_waiting_limit) return false;
  known.waiting.push_back(std::move(done));
  if (std::exchange(known.asking, true)) return true;
  known.asked_ms = std::max<uint64_t>(1, loop_.now_ms());
  desk_->ask_keys(source, anew, [self = self_, source](const auto& keys) {
    if (*self != nullptr) (*self)->on_keys(source, keys);
  });
  return true;
}

// Those from before an outage are as good, but for what the control thread holds for too old.
void BearerTokens::on_keys(const KeySource& source, const SignedIn<Keys>& keys) {
  Known& known = keys_[source];
  known.asking = false;
  if (keys && *keys != known.keys) {
    if (known.keys != nullptr) forget_tokens();  // a key may have been withdrawn
    known.keys = *keys;
  }
  if (!keys && keys.error().detail == IssuerLink::keys_outdated) {
    known.keys = nullptr;
    forget_tokens();
  }
  for (const auto& done : std::exchange(known.waiting, {})) done();
}

void BearerTokens::forget_tokens() {
  good_.clear();
  remembered_.clear();
}

const SessionFacts* BearerTokens::remember(const Digest& digest, Good good) {
  const auto [place, is_new] = good_.insert_or_assign(digest, std::move(good));
  const SessionFacts* kept = &place->second.facts;  // stays where it is
  if (!is_new) return kept;
  remembered_.push_back(digest);
  if (remembered_.size() <= remembered_limit) return kept;
  good_.erase(remembered_.front());
  remembered_.pop_front();
  return kept;
}

}  // namespace hawser::access
