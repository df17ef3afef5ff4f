// SPDX-License-Identifier: Apache-2.0
#include "connector/identity_verifier.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "token/signed_token.h"

namespace hawser::connector {
namespace {

constexpr size_t kept_least = 1000;

// The client of the issuer's that the token says it is for; null where it is for none of them.
const std::string* client_named(const TrustedIssuer& issuer, const token::Claims& claims) {
  if (!token::check_issuer(claims, issuer.issuer)) return nullptr;
  for (const std::string& client : issuer.client_ids)
    if (token::check_audience(claims, client)) return &client;
  return nullptr;
}

}  // namespace

struct IdentityVerifier::Check {
  std::shared_ptr<const channel::Grant> grant;
  token::SignedToken unchecked;
  int64_t issued_s = 0;
  size_t issuer = 0;  // that is asked at present
  std::shared_ptr<ProvenPerson> person = std::make_shared<ProvenPerson>();
  std::string reason = "the token is of no issuer and client that `verify_identity` names";
  bool keep = true;  // the verdict: not where only keys were missing
  std::vector<std::weak_ptr<const Done>> waiting;
};

IdentityVerifier::IdentityVerifier(core::Loop& loop, core::Log& log, const TrustedIssuers& issuers)
    : loop_(loop), issuers_(issuers) {
  for (const TrustedIssuer& issuer : issuers_)
    keys_.push_back(std::make_unique<IssuerKeys>(loop, log, issuer));
}

IdentityVerifier::~IdentityVerifier() = default;

// Takes the token apart; nothing of it is believed yet. "": it may be asked about.
std::string IdentityVerifier::read_unchecked(Check& check) {
  auto token = token::read_signed_token(check.grant->id_token);
  if (!token) return token.error().reason;
  const auto issued = token::time_claim(token->claims, "iat");
  if (!issued || !*issued) return "the token does not say when it was issued";
  check.unchecked = std::move(token).value();
  check.issued_s = **issued;
  return {};
}

IdentityVerifier::Waiting IdentityVerifier::verify(std::shared_ptr<const channel::Grant> grant,
                                                   Done done) {
  if (const auto kept = verdicts_.find(grant.get());
      kept != verdicts_.end() && kept->second.grant.lock() == grant) {
    done(Verdict(kept->second.verdict));
    return nullptr;
  }
  auto waiting = std::make_shared<const Done>(std::move(done));
  if (const auto under_way = checks_.find(grant.get()); under_way != checks_.end()) {
    under_way->second->waiting.push_back(waiting);
    return waiting;
  }
  auto check = std::make_shared<Check>();
  check->grant = std::move(grant);
  check->waiting.push_back(waiting);
  checks_[check->grant.get()] = check;
  if (const std::string fault = read_unchecked(*check); !fault.empty()) {
    check->reason = fault;
    check->issuer = issuers_.size();
  }
  next_issuer(check);
  return waiting;
}

void IdentityVerifier::next_issuer(const Step& check) {
  while (check->issuer < issuers_.size() &&
         client_named(issuers_[check->issuer], check->unchecked.claims) == nullptr)
    ++check->issuer;
  if (check->issuer == issuers_.size()) return finish(check);
  keys_[check->issuer]->ask(false, [this, check](const core::Result<IssuerKeys::Keys>& keys) {
    check_by(check, false, keys);
  });
}

void IdentityVerifier::check_by(const Step& check, bool anew,
                                const core::Result<IssuerKeys::Keys>& keys) {
  const TrustedIssuer& issuer = issuers_[check->issuer];
  const auto skew_s = static_cast<int64_t>(issuer.clock_skew_s);
  const auto max_age_s = static_cast<int64_t>(issuer.max_age_s);
  if (!keys) {
    check->reason = "the keys of " + issuer.issuer + " cannot be had: " + keys.error().reason;
    check->keep = false;
    ++check->issuer;
    return next_issuer(check);
  }
  token::IdTokenWanted wanted;
  wanted.issuer = issuer.issuer;
  wanted.client_id = *client_named(issuer, check->unchecked.claims);
  // It was checked against the clock when the person signed in, and may well have ended since: what
  // counts here is when it was issued.
  wanted.time = {check->issued_s, skew_s};
  auto token = token::check_id_token(check->grant->id_token, **keys, wanted);
  if (!token && token.error().fault == token::TokenFault::key_unknown && !anew) {
    return keys_[check->issuer]->ask(
        true,
        [this, check](const core::Result<IssuerKeys::Keys>& more) { check_by(check, true, more); });
  }
  const int64_t until_s = std::min(check->grant->expires_s, check->issued_s + max_age_s);
  if (!token) {
    check->reason = std::string(token::name_of(token.error().fault)) + ": " + token.error().reason;
    check->keep = check->keep && token.error().fault != token::TokenFault::key_unknown;
  } else if (check->issued_s > now_s() + skew_s) {
    check->reason = "the token was issued in the future: compare the clocks";
    check->keep = false;
  } else if (until_s <= now_s()) {
    check->reason = "the token was issued too long ago, or its session has ended";
  } else {
    check->person->by.push_back({&issuer, until_s});
    check->person->token = std::move(token).value();
  }
  ++check->issuer;
  next_issuer(check);
}

void IdentityVerifier::finish(const Step& check) {
  checks_.erase(check->grant.get());
  Verdict verdict = core::Error{check->reason};
  if (!check->person->by.empty()) verdict = std::shared_ptr<const ProvenPerson>(check->person);
  if (check->keep) {
    forget_old();
    verdicts_.insert_or_assign(check->grant.get(), Kept{check->grant, verdict});
  }
  for (const std::weak_ptr<const Done>& each : check->waiting) {
    if (const auto waiting = each.lock()) (*waiting)(verdict);
  }
}

// Those of grants that no link has any more; all of them at once, and seldom.
void IdentityVerifier::forget_old() {
  static constexpr size_t step = 2;
  if (verdicts_.size() < forget_at_) return;
  std::erase_if(verdicts_, [](const auto& entry) { return entry.second.grant.expired(); });
  forget_at_ = std::max(kept_least, verdicts_.size() * step);
}

}  // namespace hawser::connector
