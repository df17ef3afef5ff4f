// SPDX-License-Identifier: Apache-2.0
// The part of the Gate that is for programs: an access token or a certificate in place of a
// session.
#include <nlohmann/json.hpp>
#include <utility>

#include "access/answers.h"
#include "access/gate.h"
#include "access/machine_answers.h"
#include "token/identity_values.h"

namespace hawser::access {

// A token of an issuer and for an audience that the app lists decides, whoever is signed in beside
// it. Any other is the application's own business where somebody is, and of no use where not.
void Gate::decide_by_token(const Question& question, const Guarded& guarded, std::string_view token,
                           bool keys_asked, GateListener& listener) {
  const BearerFinding found = bearer_.look(*guarded.app, guarded.rules.names(), token, keys_asked);
  switch (found.kind) {
    case BearerFinding::Kind::good: {
      SessionFacts facts = *found.facts;
      facts.names_digest = guarded.digest;  // it was looked through for the present rules
      return ask_rules(question, guarded, std::make_shared<const SessionFacts>(std::move(facts)),
                       listener);
    }
    case BearerFinding::Kind::keys_wanted:
      return wait_for_keys(question, found.source, listener);
    case BearerFinding::Kind::unavailable:
      tell_denied(question, found.fault, found.reason);
      return listener.on_answered(keys_unavailable_answer(question, found.fault));
    case BearerFinding::Kind::not_ours:
      if (read_session(question, guarded)) return decide_by_session(question, guarded, listener);
      break;
    case BearerFinding::Kind::bad:
      break;
  }
  tell_denied(question, "token_refused", found.fault + ": " + found.reason);
  listener.on_answered(token_refusal(question, found.fault, found.reason));
}

// A certificate that the client has shown counts where nobody is signed in.
void Gate::decide_by_certificate(const Question& question, const Guarded& guarded,
                                 GateListener& listener) {
  const auto& checked = question.certificate->check(guarded.authority, loop_.wall_ms());
  if (!checked) {
    tell_denied(question, "certificate_refused",
                checked.error().name + ": " + checked.error().reason);
    return listener.on_answered(
        certificate_refusal(words(question), question, checked.error(), utc_time(now_s())));
  }
  SessionFacts facts;
  facts.subject = checked->name;
  facts.user = checked->name;
  facts.marks = PersonMarks().to_bytes(guarded.rules.names().size());
  token::Claims claims{{"sub", checked->name}};
  if (!checked->email.empty()) claims["email"] = checked->email;
  facts.identity = token::identity_values(guarded.app->identity, "groups", claims);
  facts.amr = {"pop"};  // RFC 8176: proof of possession of a key, which the handshake was
  facts.signed_in_s = now_s();
  facts.expires_s = checked->not_after_ms / 1000;
  facts.names_digest = guarded.digest;
  ask_rules(question, guarded, std::make_shared<const SessionFacts>(std::move(facts)), listener);
}

void Gate::wait_for_keys(const Question& question, const KeySource& source,
                         GateListener& listener) {
  const uint64_t ticket = wait_for(listener);
  const bool asked =
      bearer_.ask_keys(source, bearer_.has_keys(source), [self = self_, ticket, question] {
        if (*self != nullptr) (*self)->keys_came(question, ticket);
      });
  if (asked) return;
  take(ticket);
  listener.on_answered(keys_unavailable_answer(question, "busy"));
}

void Gate::keys_came(const Question& question, uint64_t ticket) {
  GateListener* listener = take(ticket);
  if (listener == nullptr) return;  // and the question with it
  const auto found = guarded_.find(question.app->name);
  const auto token = bearer_token(question.head.fields);
  if (found == guarded_.end() || !token) return decide(question, *listener);
  decide_by_token(question, found->second, *token, true, *listener);
}

}  // namespace hawser::access
