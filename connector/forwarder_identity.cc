// SPDX-License-Identifier: Apache-2.0
// The part of a Forwarder that sees for itself who is asking, where the app or this connector's own
// configuration wants it. Until then no origin hears of the request.
#include <algorithm>
#include <utility>

#include "connector/assertion_check.h"
#include "connector/forwarder.h"
#include "http/folded_name.h"
#include "message/characters.h"
#include "token/identity_values.h"

namespace hawser::connector {

using message::ErrorCode;

namespace {

constexpr std::string_view assertion_field = "X-Hawser-Assertion";

// The user's name by the issuer's own claims; "" where it has none.
std::string user_named(const TrustedIssuer& issuer, const token::IdToken& token) {
  if (issuer.user_claim == "sub") return token.subject;
  // As the engine has it: an address that nobody has verified might be somebody else's.
  if (issuer.user_claim == "email" && token::is_email_unverified(token.claims)) return {};
  const auto name = token::text_claim(token.claims, issuer.user_claim.c_str());
  return name && *name ? **name : std::string();
}

// Fields of the connector's own configuration stand in place of the app's of that name.
std::vector<model::IdentityField> both_mappings(const std::vector<model::IdentityField>& own,
                                                const std::vector<model::IdentityField>& apps) {
  std::vector<model::IdentityField> all = own;
  http::FoldedNames names(own.size());
  for (const model::IdentityField& field : own) names.add(field.field);
  for (const model::IdentityField& field : apps)
    if (!names.has(field.field)) all.push_back(field);
  return all;
}

}  // namespace

bool Forwarder::wants_identity() const {
  if (app_->verify_identity) return true;
  if (needs_.identity == nullptr) return false;
  const auto& issuers = needs_.identity->issuers();
  return std::any_of(issuers.begin(), issuers.end(), [this](const TrustedIssuer& issuer) {
    return std::any_of(
        app_->origins.begin(), app_->origins.end(),
        [&](const model::Origin& origin) { return issuer.covers_host(origin.host, origin.port); });
  });
}

void Forwarder::ask_identity() {
  if (needs_.identity == nullptr || needs_.identity->issuers().empty())
    return refuse_identity("connector.yaml of this connector has no `verify_identity`");
  if (info_.proof == nullptr) return refuse_identity("the engine showed no ID token of the user's");
  if (info_.proof->app != info_.app || info_.proof->session != info_.session)
    return refuse_identity("the engine showed the ID token of another session");
  proof_asked_ = needs_.identity->verify(
      info_.proof, [this](const IdentityVerifier::Verdict& verdict) { on_identity(verdict); });
}

void Forwarder::refuse_identity(std::string reason) {
  fail(ErrorCode::identity_unverified, std::move(reason));
}

// Who vouches for all origins of the app.
const ProvenPerson::By* Forwarder::voucher(const ProvenPerson& person) const {
  const int64_t now_s = needs_.loop.wall_ms() / 1000;
  for (const ProvenPerson::By& by : person.by) {
    const bool all =
        std::all_of(app_->origins.begin(), app_->origins.end(), [&](const model::Origin& origin) {
          return by.issuer->may_cover(origin.host, origin.port);
        });
    if (all && by.until_s > now_s) return &by;
  }
  return nullptr;
}

void Forwarder::on_identity(const IdentityVerifier::Verdict& verdict) {
  if (!verdict) return refuse_identity(verdict.error().reason);
  const ProvenPerson& person = **verdict;
  const ProvenPerson::By* by = voucher(person);
  if (by == nullptr) {
    return refuse_identity(
        "the ID token is too old, or is for none of the clients that `verify_identity` names for "
        "this origin");
  }
  const std::string user = user_named(*by->issuer, person.token);
  if (user.empty() || user != info_.user)
    return refuse_identity("the engine names another user than the ID token does");
  if (!assertion_agrees(*by->issuer, person.token)) return;
  voucher_ = by->issuer;
  told_ = both_mappings(voucher_->identity, app_->identity);
  info_.claims = token::claims_told(
      told_, token::identity_values(told_, voucher_->groups_claim, person.token.claims));
  const int64_t left_ms = by->until_s * 1000 - needs_.loop.wall_ms();
  identity_due_.arm(needs_.loop.timers(), static_cast<uint64_t>(std::max<int64_t>(1, left_ms)));
  go_on();
}

// False: it does not, and the request was refused.
bool Forwarder::assertion_agrees(const TrustedIssuer& issuer, const token::IdToken& token) {
  const http::FoldedName ours(assertion_field);
  // By another spelling an application could take for it what nobody has compared.
  head_->fields.remove_if([&](const message::FieldView& field) {
    return http::FoldedName(field.name).text() == ours.text() &&
           !message::equals_ignoring_case(field.name, assertion_field);
  });
  const size_t count = head_->fields.count(assertion_field);
  if (count == 0) return true;
  core::Result<void> agrees = core::Error{"there are two"};
  if (count == 1) {
    agrees = check_assertion(*head_->fields.get(assertion_field),
                             {*app_, issuer, token, info_.user, info_.session});
  }
  if (!agrees)
    refuse_identity("X-Hawser-Assertion says something else than the ID token: " +
                    agrees.error().reason);
  return agrees.ok();
}

// Which addresses may be dialled for the request: those alone for which its proof is good enough.
bool Forwarder::admits(const model::IpAddress& address) const {
  if (needs_.identity == nullptr) return true;
  const model::Origin& origin = app_->origins[origin_];
  if (voucher_ != nullptr) return voucher_->covers(origin.host, address, origin.port);
  const auto& issuers = needs_.identity->issuers();
  return std::none_of(issuers.begin(), issuers.end(), [&](const TrustedIssuer& issuer) {
    return issuer.covers(origin.host, address, origin.port);
  });
}

}  // namespace hawser::connector
