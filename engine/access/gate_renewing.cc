// SPDX-License-Identifier: Apache-2.0
// The part of a Gate that looks at a session again: because the rules name other groups and claims
// than its cookie knows of, because the provider has to vouch for the person again, or because the
// rules changed while a request runs.
#include <utility>

#include "access/answers.h"
#include "access/gate.h"
#include "access/recheck.h"
#include "access/session_facts.h"

namespace hawser::access {
namespace {

bool is_person(const SessionFacts& facts) { return !facts.user.empty() || !facts.subject.empty(); }

// The session, with what the provider says of the person now.
SessionFacts vouched_again(const SessionFacts& before, const SessionFacts& now) {
  SessionFacts session = before;
  session.subject = now.subject;
  session.user = now.user;
  session.marks = now.marks;
  session.acr = now.acr;
  session.amr = now.amr;
  session.identity = now.identity;
  session.checked_s = now.checked_s;
  session.names_digest = now.names_digest;
  return session;
}

}  // namespace

bool Gate::is_silent(const Guarded& guarded, const SessionFacts& session) const {
  return silences_.find(guarded.app->sign_in.provider, session.session, now_s()) !=
         Silences::Of::nobody;
}

// Of a silent provider, what it said last counts.
bool Gate::is_vouched(const Guarded& guarded, const SessionFacts& session) const {
  const int64_t due_s = recheck_due_s(guarded.app->session, session.session, session.checked_s);
  return due_s == 0 || now_s() < due_s || is_silent(guarded, session);
}

bool Gate::is_current(const Guarded& guarded, const SessionFacts& session) const {
  return session.names_digest == guarded.digest && is_vouched(guarded, session);
}

bool Gate::outlived_silence(const Guarded& guarded, const SessionFacts& session) const {
  const model::SessionLimits& limits = guarded.app->session;
  return recheck_due_s(limits, session.session, session.checked_s) != 0 &&
         now_s() >= silence_ends_s(limits, session.checked_s);
}

int64_t Gate::renew_at(const Guarded& guarded, const SessionFacts& session) const {
  const int64_t due_s = recheck_due_s(guarded.app->session, session.session, session.checked_s);
  if (due_s == 0 || now_s() < due_s) return due_s;
  return is_silent(guarded, session) ? now_s() + ask_silent_again_s : now_s();
}

void Gate::note_silence(const Guarded& guarded, const SignedIn<SessionFacts>& now) {
  if (!now) return;
  const int64_t due_s = recheck_due_s(guarded.app->session, now->session, now->checked_s);
  if (due_s == 0 || now_s() < due_s) return;
  const std::string& provider = guarded.app->sign_in.provider;
  now->in_doubt ? silences_.of_session(provider, now->session, now_s())
                : silences_.of_provider(provider, now_s());
}

// --- a request that comes in

void Gate::renew(const Question& question, const Guarded& guarded, const SessionPtr& session,
                 GateListener& listener) {
  const uint64_t ticket = wait_for(listener);
  const Renewal renewal = is_vouched(guarded, *session) ? Renewal::marks : Renewal::vouched;
  renewals_.ask(guarded.app->name, *session, renewal,
                [self = self_, ticket, question, session, renewal](const auto& now) {
                  if (*self != nullptr) (*self)->renewed(question, renewal, ticket, *session, now);
                });
}

void Gate::renewed(const Question& question, Renewal renewal, uint64_t ticket,
                   const SessionFacts& before, const SignedIn<SessionFacts>& now) {
  GateListener* listener = take(ticket);
  if (listener == nullptr) return;  // and the question with it
  const auto found = guarded_.find(question.app->name);
  if (found == guarded_.end()) {
    tell_denied(question, "app_unpublished");
    return listener->on_answered(denied(question, {}));
  }
  const Guarded& guarded = found->second;
  if (renewal == Renewal::vouched) note_silence(guarded, now);
  if (!now && now.error().fault == SignInFault::provider_unreachable) {
    tell_denied(question, "provider_unreachable");
    return listener->on_answered(unreachable_answer(words(question), question, now.error(),
                                                    utc_time(now_s()), way_of_claim(question)));
  }
  SessionPtr session;
  if (now && now->names_digest == guarded.digest && !revoked_.has(now->session)) {
    SessionFacts vouched = vouched_again(before, *now);
    if (vouched != before) vouched.issued_s = 0;  // so that a new cookie goes out
    session = std::make_shared<const SessionFacts>(std::move(vouched));
  }
  ask_rules(question, guarded, std::move(session), *listener);
}

// --- one that runs

void Gate::reconsider(const Running& running, Renewal renewal, GateListener& listener) {
  const auto found = guarded_.find(running.app.name);
  if (found == guarded_.end()) {
    // What was open to all and is gone finishes: a reload drops nothing without a reason.
    const bool open = running.app.access == model::Access::passthrough ||
                      (snapshot_ != nullptr && snapshot_->find_app(running.app.name) != nullptr);
    return listener.on_reconsidered(
        {renewal, open ? Standing::goes_on : Standing::rules_changed, nullptr, 0});
  }
  const Guarded& guarded = found->second;
  static const SessionFacts nobody;
  const SessionFacts& facts = running.facts ? *running.facts : nobody;
  const bool enough = renewal == Renewal::vouched ? is_current(guarded, facts)
                                                  : facts.names_digest == guarded.digest;
  if (facts.session.empty() || enough)
    return listener.on_reconsidered(judge(running, renewal, guarded, facts));
  const uint64_t ticket = wait_for(listener);
  renewals_.ask(guarded.app->name, facts, renewal,
                [self = self_, ticket, running, renewal](const SignedIn<SessionFacts>& now) {
                  if (*self != nullptr) (*self)->reconsidered(running, renewal, ticket, now);
                });
}

void Gate::reconsidered(const Running& running, Renewal renewal, uint64_t ticket,
                        const SignedIn<SessionFacts>& now) {
  GateListener* listener = take(ticket);
  if (listener == nullptr) return;  // and what ran
  const auto found = guarded_.find(running.app.name);
  if (found == guarded_.end()) return reconsider(running, renewal, *listener);
  const Guarded& guarded = found->second;
  if (renewal == Renewal::vouched) note_silence(guarded, now);
  if (!now && now.error().detail == "busy")
    return listener->on_reconsidered({renewal, Standing::goes_on, nullptr, now_s() + 1});
  if (!now) return listener->on_reconsidered({renewal, Standing::session_over, nullptr, 0});
  // The control thread has a newer configuration, which is on its way here and asks again.
  if (now->names_digest != guarded.digest)
    return listener->on_reconsidered({renewal, Standing::goes_on, nullptr, now_s() + 1});
  Reconsidered outcome = judge(running, renewal, guarded, *now);
  outcome.facts = std::make_shared<const SessionFacts>(vouched_again(*running.facts, *now));
  listener->on_reconsidered(std::move(outcome));
}

Reconsidered Gate::judge(const Running& running, Renewal renewal, const Guarded& guarded,
                         const SessionFacts& facts) const {
  Reconsidered outcome;
  outcome.renewal = renewal;
  const auto client = model::IpAddress::parse(running.client_ip);
  // A program's token or certificate is not looked at again: it must be one that opens the app
  // still, and the rules may ask for nothing else than it was looked through for.
  const bool known = !is_person(facts) ||
                     (facts.names_digest == guarded.digest &&
                      (!facts.session.empty() || running.app.machines == guarded.app->machines));
  if (!client || !known) {
    outcome.standing = Standing::rules_changed;
    return outcome;
  }
  Person person;
  if (is_person(facts)) person = person_of(facts, guarded);
  RequestFacts request;
  request.client = *client;
  if (guarded.rules.look_at_countries()) request.country = country_of(countries_.get(), *client);
  request.method = running.head.method_text();
  request.path = running.head.target.canonical_path;
  request.now_s = running.admitted_s;
  const Decision decision = guarded.rules.decide(is_person(facts) ? &person : nullptr, request);
  if (decision.verdict != Verdict::allow) {
    outcome.standing = Standing::rules_changed;
  } else if (outlived_silence(guarded, facts)) {
    outcome.standing = Standing::provider_unreachable;
  } else {
    outcome.renew_s = renew_at(guarded, facts);
  }
  return outcome;
}

}  // namespace hawser::access
