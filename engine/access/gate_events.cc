// SPDX-License-Identifier: Apache-2.0
// What the gate tells auditors of.
#include <utility>

#include "access/coming.h"
#include "access/gate.h"
#include "tls/digest.h"

namespace hawser::access {
namespace {

// Of what a client wrote: an event is kept for long.
constexpr size_t text_limit_bytes = 512;

std::string bounded(std::string_view text) { return std::string(text.substr(0, text_limit_bytes)); }

}  // namespace

Event Gate::event_of(EventKind kind, const Question& question) const {
  Event event;
  event.kind = kind;
  event.time_ms = loop_.wall_ms();
  event.request_id = question.request_id;
  if (question.app != nullptr) {
    event.app = question.app->name;
    event.provider = question.app->sign_in.provider;
  }
  event.client_ip = question.client_ip;
  event.host = bounded(question.head.target.authority.host);
  event.method = bounded(question.head.method_text());
  event.path = bounded(question.head.target.path);
  return event;
}

void Gate::tell(Event event) {
  if (events_ != nullptr) events_->on_event(std::move(event));
}

// No rule said so: there are none, or they cannot be asked.
void Gate::tell_denied(const Question& question, std::string_view reason) {
  if (events_ == nullptr) return;
  Event event = event_of(EventKind::denied, question);
  event.reason = reason;
  tell(std::move(event));
}

void Gate::tell_signed_in(const Coming& coming, const SessionFacts& facts) {
  Event event = coming.event;
  event.kind = EventKind::signed_in;
  event.time_ms = loop_.wall_ms();
  event.app = coming.app;
  event.provider = coming.login.provider;
  event.user = facts.user;
  event.session = tls::hex(facts.session);
  event.acr = facts.acr;
  event.amr = facts.amr;
  tell(std::move(event));
}

void Gate::tell_signed_out(Event event, const SignedIn<EndedSession>& ended) {
  event.time_ms = loop_.wall_ms();
  event.reason = "by_person";
  event.failed = !ended;
  if (!ended) event.detail = ended.error().reason;
  tell(std::move(event));
}

// An ordinary allowed request is no event, and neither is one by somebody who has not signed in
// yet.
void Gate::tell_decision(const Question& question, const SessionFacts* session,
                         const Decision& decision) {
  const bool denied = decision.verdict == Verdict::deny;
  if (events_ == nullptr || (!denied && decision.verdict != Verdict::step_up)) return;
  Event event = event_of(denied ? EventKind::denied : EventKind::stepped_up, question);
  event.rule = decision.rule_name();
  if (denied) event.reason = decision.rule == nullptr ? "no_rule_matched" : "denied_by_rule";
  if (!denied) event.reason = "not_strong_enough";
  if (session != nullptr) {
    event.user = session->user;
    event.session = tls::hex(session->session);
    event.acr = session->acr;
    event.amr = session->amr;
  }
  tell(std::move(event));
}

}  // namespace hawser::access
