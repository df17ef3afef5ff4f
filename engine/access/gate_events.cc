// SPDX-License-Identifier: Apache-2.0
// What the gate tells auditors of, and what it remembers for whoever asks later.
#include <utility>

#include "access/answers.h"
#include "access/coming.h"
#include "access/decision_story.h"
#include "access/gate.h"
#include "tls/digest.h"

namespace hawser::access {
namespace {

// Of what a client wrote: an event is kept for long.
constexpr size_t text_limit_bytes = 512;

std::string in_one_line(const std::vector<std::string>& texts) {
  std::string all;
  for (const std::string& text : texts) all += (all.empty() ? "" : " ") + text;
  return all;
}

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
void Gate::tell_denied(const Question& question, std::string_view reason, std::string_view detail) {
  if (events_ == nullptr) return;
  Event event = event_of(EventKind::denied, question);
  event.reason = reason;
  event.detail = bounded(detail);
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

void Gate::remember(const Question& question, const Guarded& guarded, const SessionFacts* session,
                    const RequestFacts& facts, const Decision& decision) {
  if (decisions_ == nullptr) return;
  DecisionRing::Decided decided;
  decided.request_id = question.request_id;
  decided.time_ms = loop_.wall_ms();
  decided.verdict = decision.verdict;
  decided.app = guarded.app->name;
  decided.app_revision = guarded.app->revision;
  decided.rule = decision.rule_name();
  decided.client_ip = question.client_ip;
  decided.country = facts.country;
  decided.host = question.head.target.authority.host;
  decided.method = facts.method;
  decided.path = facts.path;
  if (session != nullptr) {
    decided.signed_in = true;
    decided.user = session->user;
    decided.session = session->session;
    decided.marks = session->marks;
    decided.acr = session->acr;
    decided.amr = session->amr;
    decided.signed_in_s = session->signed_in_s;
  }
  decisions_->add(decided);
}

// The request's own line tells what was asked for; this one, all that the rules looked at.
void Gate::log_decision(const Question& question, const Guarded& guarded,
                        const SessionFacts* session, const RequestFacts& facts,
                        const Decision& decision) {
  if (!log_.enabled(core::Level::info)) return;
  core::LogLine line(log_, core::Level::info, "decision");
  line.text("request_id", question.request_id)
      .text("app", guarded.app->name)
      .text("verdict", to_string(decision.verdict))
      .text_if("rule", decision.rule_name())
      .text("client", question.client_ip)
      .text_if("country", facts.country)
      .text("method", facts.method)
      .text("path", facts.path);
  if (session == nullptr) return;
  line.text("user", session->user)
      .text("session", tls::hex(session->session))
      .text_if("acr", session->acr)
      .text_if("amr", in_one_line(session->amr))
      .text_if("names", in_one_line(names_of(guarded.rules.names(), session->marks)));
  if (session->signed_in_s != 0) line.number("signed_in_s", session->signed_in_s);
}

// An ordinary allowed request is no event, and neither is one by somebody who has not signed in
// yet.
void Gate::tell_decision(const Question& question, const Guarded& guarded,
                         const SessionFacts* session, const RequestFacts& facts,
                         const Decision& decision, RuleFinding closest) {
  remember(question, guarded, session, facts, decision);
  const bool denied = decision.verdict == Verdict::deny;
  if (!denied && decision.verdict != Verdict::step_up) return;
  log_decision(question, guarded, session, facts, decision);
  if (events_ == nullptr) return;
  Event event = event_of(denied ? EventKind::denied : EventKind::stepped_up, question);
  event.rule = decision.rule_name();
  event.reason = !denied                    ? "not_strong_enough"
                 : decision.rule == nullptr ? "no_rule_matched"
                                            : "denied_by_rule";
  if (denied && decision.rule == nullptr) event.detail = step_name(closest);
  if (session != nullptr) {
    event.user = session->user;
    event.session = tls::hex(session->session);
    event.acr = session->acr;
    event.amr = session->amr;
  }
  tell(std::move(event));
}

}  // namespace hawser::access
