// SPDX-License-Identifier: Apache-2.0
#include "access/gate.h"

#include <utility>

#include "access/ambient.h"
#include "access/answers.h"
#include "access/cookies.h"
#include "access/cors.h"
#include "access/form_ticket.h"
#include "access/machine_answers.h"
#include "access/method_override.h"
#include "access/own_url.h"
#include "access/session_facts.h"
#include "access/token_request.h"
#include "access/visitor.h"
#include "tls/digest.h"
#include "token/identity_values.h"

namespace hawser::access {

// What a browser is sent back to. Too long for a URL within a URL: the path alone, else the app.
std::string return_target(const Question& question) {
  std::string target;
  question.head.target.append_path_and_query(target);
  if (target.size() <= LoginState::return_limit_bytes) return target;
  const std::string& path = question.head.target.path;
  return path.size() <= LoginState::return_limit_bytes ? path : question.app->path_prefix;
}

std::string login_target(const Question& question, std::string_view stronger) {
  Form form{{"app", question.app->name}, {"to", return_target(question)}};
  if (!stronger.empty()) form.emplace_back("stronger", stronger);
  return std::string(own_path) + "login?" + encode_form(form);
}

namespace {

// The configuration's reader has tried the file already.
ClientCertificate::Authority authority_of(const model::App& app) {
  if (app.machines.client_ca_pem.empty()) return nullptr;
  auto authority = tls::ClientAuthority::make(app.machines.client_ca_pem);
  return authority ? std::move(authority).value() : nullptr;
}

}  // namespace

bool is_own_path(std::string_view canonical_path) {
  constexpr std::string_view folder = own_path.substr(0, own_path.size() - 1);
  if (!canonical_path.starts_with(folder)) return false;
  const std::string_view rest = canonical_path.substr(folder.size());
  return rest.empty() || rest.front() == '/' || rest.starts_with("%2F");
}

Gate::Gate(core::Loop& loop, core::Log& log, SignInDesk* desk, EventSink* events)
    : loop_(loop),
      log_(log),
      desk_(desk),
      events_(events),
      bearer_(loop, desk),
      renewals_(desk),
      self_(std::make_shared<Gate*>(this)) {}

Gate::~Gate() { *self_ = nullptr; }

void Gate::apply(std::shared_ptr<const model::Snapshot> snapshot) {
  guarded_.clear();  // refers to the old one
  silences_.forget();
  bearer_.forget_tokens();
  snapshot_ = std::move(snapshot);
  for (const model::App& app : snapshot_->apps()) {
    if (app.access != model::Access::rules) continue;
    Guarded guarded{&app, SessionCookie::name(app.name), Rules(app), 0, authority_of(app)};
    const model::Provider* provider = snapshot_->find_provider(app.sign_in.provider);
    if (provider != nullptr)
      guarded.digest = marks_digest(guarded.rules.names(), app.identity, *provider);
    guarded_.emplace(app.name, std::move(guarded));
  }
}

void Gate::revoke(const RevokedSessions& sessions) {
  revoked_.forget(now_s() - known_after_end_s);
  revoked_.add(sessions);
}

void Gate::decide(const Question& question, GateListener& listener) {
  if (is_own_path(question.head.target.canonical_path)) return serve_own_page(question, listener);
  if (question.app->access == model::Access::passthrough) {
    remove_own_cookies(question.head.fields);
    Admission admission;
    admission.revision = question.app->revision;
    admission.rule = "passthrough";
    return listener.on_admitted(std::move(admission));
  }
  // By the present rules, also where the request was routed by those from before a reload.
  const auto found = guarded_.find(question.app->name);
  if (found == guarded_.end()) {
    tell_denied(question, "app_unpublished");
    return listener.on_answered(denied(question, {}));
  }
  const Guarded& guarded = found->second;
  if (guarded.app->cors.allow_preflight && is_preflight(question.head))
    return listener.on_answered(preflight_answer(question));
  const auto token =
      guarded.app->machines.bearer.empty() ? std::nullopt : bearer_token(question.head.fields);
  if (token) return decide_by_token(question, guarded, *token, false, listener);
  decide_by_session(question, guarded, listener);
}

void Gate::decide_by_session(const Question& question, const Guarded& guarded,
                             GateListener& listener) {
  SessionPtr session = read_session(question, guarded);
  if (!session && guarded.authority != nullptr && question.certificate != nullptr &&
      !is_made_by_another_site(question.head, *guarded.app))
    return decide_by_certificate(question, guarded, listener);
  if (session && !is_current(guarded, *session)) return renew(question, guarded, session, listener);
  ask_rules(question, guarded, std::move(session), listener);
}

Gate::SessionPtr Gate::read_session(const Question& question, const Guarded& guarded) {
  const auto value = find_cookie(question.head.fields, guarded.cookie);
  if (!value) return nullptr;
  SessionPtr facts =
      opened_.open(*keys_, guarded.app->name, question.head.target.authority.host, *value);
  if (!facts) return nullptr;
  const int64_t idle_end_s = facts->issued_s + static_cast<int64_t>(guarded.app->session.idle_s);
  if (revoked_.has(facts->session)) return nullptr;
  if (now_s() >= facts->expires_s || now_s() >= idle_end_s) return nullptr;
  return facts;
}

Person Gate::person_of(const SessionFacts& session, const Guarded& guarded) {
  Person person;
  const auto marks = PersonMarks::from_bytes(session.marks, guarded.rules.names().size());
  if (marks) person.marks = *marks;
  person.user = session.user;
  person.acr = session.acr;
  person.amr = session.amr;
  person.signed_in_s = session.signed_in_s;
  return person;
}

void Gate::ask_rules(const Question& question, const Guarded& guarded, SessionPtr session,
                     GateListener& listener) {
  Person person;
  if (session) person = person_of(*session, guarded);
  RequestFacts facts;
  const auto client = model::IpAddress::parse(question.client_ip);
  if (!client) {  // no rule about places could be trusted
    tell_denied(question, "client_unknown");
    return listener.on_answered(denied(question, {}));
  }
  facts.client = *client;
  if (guarded.rules.look_at_countries()) facts.country = country_of(countries_.get(), *client);
  facts.method = question.head.method_text();
  facts.path = question.head.target.canonical_path;
  facts.now_s = now_s();
  const Decision decision = guarded.rules.decide(session ? &person : nullptr, facts);
  tell_shadows(question, guarded, person, decision);
  RuleFinding closest = RuleFinding::matched;
  if (decision.verdict == Verdict::deny && decision.rule == nullptr)
    closest = guarded.rules.why_not(session ? &person : nullptr, facts);
  tell_decision(question, guarded, session.get(), facts, decision, closest);
  switch (decision.verdict) {
    case Verdict::allow:
      if (session && outlived_silence(guarded, *session)) {
        tell_denied(question, "provider_unreachable");
        return listener.on_answered(unreachable_answer(
            words(question), question,
            {SignInFault::provider_unreachable, "recheck", "it is silent for too long"},
            utc_time(now_s()), way_of_claim(question)));
      }
      return admit(question, guarded, std::move(session), decision, listener);
    case Verdict::sign_in:
      return ask_to_sign_in(question, "", nullptr, listener);
    case Verdict::step_up:
      if (!session->client_id.empty())
        return listener.on_answered(stronger_token_answer(question, *decision.rule, session->user));
      return ask_to_sign_in(question, decision.rule_name(), session.get(), listener);
    case Verdict::deny:
      break;
  }
  Denial denial;
  if (session) denial.user = session->user;
  denial.rule = decision.rule_name();
  denial.message = decision.message();
  denial.client_ip = question.client_ip;
  denial.closest = closest;
  listener.on_answered(denied(question, denial));
}

Answer Gate::denied(const Question& question, const Denial& denial) const {
  return denial_answer(words(question), question, denial, utc_time(now_s()));
}

void Gate::tell_shadows(const Question& question, const Guarded& guarded, const Person& person,
                        const Decision& decision) {
  for (const ShadowMatch& shadow : decision.shadows()) {
    core::LogLine(log_, core::Level::info, "shadow_rule")
        .text("request_id", question.request_id)
        .text("app", guarded.app->name)
        .text_if("user", person.user)
        .text("rule", shadow.rule->name)
        .text("verdict", to_string(shadow.verdict));
  }
}

void Gate::admit(const Question& question, const Guarded& guarded, SessionPtr session,
                 const Decision& decision, GateListener& listener) {
  if (guarded.rules.look_at_methods()) remove_method_overrides(question.head.fields);
  Admission admission;
  admission.revision = guarded.app->revision;
  admission.rule = decision.rule_name();
  admission.claimed_form = claimed_form(question.body);
  if (session) {
    admission.claims = token::claims_told(guarded.app->identity, session->identity);
    if (guarded.app->assertion && !session->user.empty())
      admission.assertion =
          assertions_.of(*guarded.app, base_url_of(question.head), *session, now_s());
    admission.renew_s = renew_at(guarded, *session);
    admission.facts = std::move(session);
    renew_cookie(question, guarded, admission);
  }
  prove(question, *guarded.app, std::move(admission), listener);
}

// Issued again after half of `idle`, so that an answer seldom carries one.
void Gate::renew_cookie(const Question& question, const Guarded& guarded,
                        Admission& admission) const {
  const int64_t half_s = static_cast<int64_t>(guarded.app->session.idle_s) / 2;
  if (admission.session().empty() || now_s() < admission.facts->issued_s + half_s) return;
  SessionFacts now = *admission.facts;
  now.issued_s = now_s();
  const auto sealed =
      SessionCookie::seal(*keys_, guarded.app->name, question.head.target.authority.host, now);
  if (sealed) admission.set_cookie = set_cookie(guarded.cookie, *sealed);
}

void Gate::ask_to_sign_in(const Question& question, std::string_view stronger,
                          const SessionFacts* session, GateListener& listener) {
  const Visitor visitor = visitor_of(question.head);
  if (visitor == Visitor::submission && question.head.method == message::Method::post)
    return ask_about_form(question, stronger, session, listener);
  const std::string target = login_target(question, stronger);
  Answer answer = visitor == Visitor::navigation
                      ? redirect_answer(target, question.request_id)
                      : unauthorized_answer(question, base_url_of(question.head) + target);
  answer.reason = stronger.empty() ? "signed_out" : "step_up";
  answer.rule = stronger;
  listener.on_answered(std::move(answer));
}

void Gate::cancel(const GateListener& listener) {
  std::erase_if(waiting_, [&](const auto& entry) { return entry.second == &listener; });
}

uint64_t Gate::wait_for(GateListener& listener) {
  waiting_.emplace(next_ticket_, &listener);
  return next_ticket_++;
}

GateListener* Gate::take(uint64_t ticket) {
  const auto found = waiting_.find(ticket);
  if (found == waiting_.end()) return nullptr;
  GateListener* listener = found->second;
  waiting_.erase(found);
  return listener;
}

}  // namespace hawser::access
