// SPDX-License-Identifier: Apache-2.0
// The part of the gate that gives an exchange the proof of its user, where the connector wants to
// see for itself.
#include <utility>

#include "access/answers.h"
#include "access/gate.h"
#include "tls/digest.h"

namespace hawser::access {
namespace {

constexpr size_t proof_limit_bytes = 16 * 1024;  // what a connector takes

}  // namespace

// Whether what was decided holds after an answer took its time.
bool Gate::still_holds(const Question& question, const Admission& admission) const {
  const auto guarded = guarded_.find(question.app->name);
  return guarded != guarded_.end() && guarded->second.app->revision == admission.revision &&
         !revoked_.has(admission.session());
}

// A program without a session has no such proof: its connector says no by itself.
void Gate::prove(const Question& question, const model::App& app, Admission admission,
                 GateListener& listener) {
  if (!app.verify_identity || admission.session().empty() || desk_ == nullptr)
    return let_in(question, std::move(admission), listener);
  // The provider's answer to a renewal is another proof.
  const SessionFacts& session = *admission.facts;
  admission.grant_name = tls::hex(session.session) + "." + std::to_string(session.checked_s);
  if (const std::string* known = id_tokens_.find(admission.grant_name)) {
    admission.grant = *known;
    return let_in(question, std::move(admission), listener);
  }
  const uint64_t ticket = wait_for(listener);
  const std::string id = session.session;
  // A mailbox copies what it carries.
  const auto waiting = std::make_shared<Admission>(std::move(admission));
  desk_->ask_id_token(
      id, [self = self_, ticket, question, waiting](const SignedIn<std::string>& id_token) {
        if (*self != nullptr) (*self)->proved(question, ticket, std::move(*waiting), id_token);
      });
}

void Gate::proved(const Question& question, uint64_t ticket, Admission admission,
                  const SignedIn<std::string>& id_token) {
  GateListener* listener = take(ticket);
  if (listener == nullptr) return;  // and the question with it
  if (!still_holds(question, admission)) return decide(question, *listener);
  if (!id_token) return ask_to_sign_in(question, "", nullptr, *listener);
  if (id_token->size() > proof_limit_bytes) {
    const SignInError error{SignInFault::too_much_to_hold, "id_token",
                            "the ID token has " + std::to_string(id_token->size()) +
                                " bytes, and connectors take no more than " +
                                std::to_string(proof_limit_bytes)};
    return listener->on_answered(fault_answer(words(question), error, question.request_id,
                                              utc_time(now_s()), way_of_claim(question)));
  }
  id_tokens_.keep(admission.grant_name, *id_token);
  admission.grant = *id_token;
  let_in(question, std::move(admission), *listener);
}

}  // namespace hawser::access
