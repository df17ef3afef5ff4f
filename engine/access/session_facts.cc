// SPDX-License-Identifier: Apache-2.0
#include "access/session_facts.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "tls/digest.h"
#include "token/identity_values.h"

namespace hawser::access {
namespace {

constexpr size_t session_id_bytes = 16;

// A claim that is a text or a list of texts; anything else counts for nothing.
std::vector<std::string> texts_of(const token::Claims& claims, const std::string& name) {
  auto texts = token::texts_claim(claims, name.c_str());
  return texts.ok() ? std::move(texts).value() : std::vector<std::string>();
}

// By our clock: the token is fresh, so `iat` tells what the provider's shows. Else a rule's
// `max_age` that the provider holds to be met would not be here, and ask again without an end. A
// provider that does not tell the time may have seen the person last month.
int64_t signed_in_at(const model::Provider& provider, const token::IdToken& id_token,
                     int64_t now_s) {
  if (!id_token.signed_in_s) return 0;
  const auto skew_s = static_cast<int64_t>(provider.clock_skew_s);
  const auto issued = token::time_claim(id_token.claims, "iat");
  const int64_t ahead_s = issued.ok() && *issued ? now_s - **issued : 0;
  return std::min(now_s, *id_token.signed_in_s + std::clamp(ahead_s, -skew_s, skew_s));
}

// Which field of `identity` takes most of a cookie that is too large, and what to do.
std::string longest_field(const model::App& app, const SessionFacts& facts) {
  if (app.identity.empty() || app.identity.size() != facts.identity.size()) return {};
  const auto longest = std::max_element(
      facts.identity.begin(), facts.identity.end(),
      [](const std::string& a, const std::string& b) { return a.size() < b.size(); });
  if (longest->empty()) return {};
  const model::IdentityField& field =
      app.identity[static_cast<size_t>(std::distance(facts.identity.begin(), longest))];
  return "; `identity." + field.field + "` alone holds " + std::to_string(longest->size()) +
         " bytes of the claim " + field.claim +
         ": name those that the application needs, as {claim: " + field.claim + ", values: [...]}";
}

}  // namespace

uint64_t marks_digest(const RuleNames& names, const std::vector<model::IdentityField>& identity,
                      const model::Provider& provider) {
  std::string text = std::to_string(names.digest());
  for (const std::string* part : {&provider.name, &provider.issuer, &provider.groups_claim})
    text += "\n" + *part;
  if (!identity.empty()) text += "\n" + token::identity_text(identity);
  const auto hash = tls::sha256(text);
  uint64_t digest = 0;
  for (size_t i = 0; i < sizeof digest; ++i) digest = digest << 8 | hash[i];
  return digest;
}

bool is_from(const model::Provider& provider, const token::Claims& claims) {
  return token::check_issuer(claims, provider.issuer).ok();
}

void mark(SessionFacts& facts, const RuleNames& names,
          const std::vector<model::IdentityField>& identity, const model::Provider& provider,
          const token::Claims& claims) {
  const std::vector<std::string> groups = texts_of(claims, provider.groups_claim);
  facts.marks = names.marks_of(groups, claims).to_bytes(names.size());
  facts.identity = token::identity_values(identity, provider.groups_claim, claims);
  facts.names_digest = marks_digest(names, identity, provider);
}

SignedIn<std::string> user_of(const model::Provider& provider, const token::IdToken& id_token) {
  return user_named(provider.user_claim, id_token.subject, id_token.claims);
}

SignedIn<std::string> user_named(const std::string& claim, const std::string& subject,
                                 const token::Claims& claims) {
  if (claim == "sub") return subject;
  const auto names = texts_of(claims, claim);
  if (names.size() != 1 || names.front().empty()) {
    return SignInError{SignInFault::token_refused, "user_missing",
                       "the token has no single `" + claim + "`"};
  }
  if (claim == "email" && token::is_email_unverified(claims)) {
    return SignInError{SignInFault::token_refused, "user_unverified",
                       "the provider has not verified `email`"};
  }
  return names.front();
}

SignedIn<void> check_session(const KeyRing& keys, const model::App& app,
                             const std::vector<std::string>& amr, const SessionFacts& facts) {
  for (const std::string& method : amr) {
    if (std::find(facts.amr.begin(), facts.amr.end(), method) == facts.amr.end())
      return SignInError{SignInFault::token_refused, "too_weak", "`amr` lacks " + method};
  }
  const auto sealed = SessionCookie::seal(keys, app.name, "", facts);  // the host adds nothing
  if (!sealed)
    return SignInError{SignInFault::too_much_to_hold, "",
                       sealed.error().reason + longest_field(app, facts)};
  return {};
}

SessionFacts session_facts(const model::App& app, const model::Provider& provider,
                           const token::IdToken& id_token, std::string user, int64_t now_s) {
  SessionFacts facts;
  facts.session = tls::random_bytes(session_id_bytes);
  facts.subject = id_token.subject;
  facts.user = std::move(user);
  mark(facts, RuleNames(app.rules), app.identity, provider, id_token.claims);
  facts.acr = id_token.acr;
  facts.amr = id_token.amr;
  facts.signed_in_s = signed_in_at(provider, id_token, now_s);
  facts.expires_s = now_s + static_cast<int64_t>(app.session.max_age_s);
  facts.issued_s = now_s;
  facts.checked_s = now_s;
  return facts;
}

}  // namespace hawser::access
