// SPDX-License-Identifier: Apache-2.0
// The part of the gate that keeps what somebody has typed while they sign in again, and lets it go
// on once they have.
#include <algorithm>
#include <utility>

#include "access/answers.h"
#include "access/coming.h"
#include "access/cookies.h"
#include "access/form_ticket.h"
#include "access/gate.h"
#include "access/token_request.h"
#include "access/visitor.h"
#include "message/characters.h"
#include "tls/digest.h"

namespace hawser::access {
namespace {

using message::FieldName;

std::string target_of(const message::RequestHead& head) {
  std::string target;
  head.target.append_path_and_query(target);
  return target;
}

// The fields of its content, but for those that end at this hop.
message::Fields form_fields(const message::RequestHead& head) {
  message::Fields kept;
  head.fields.for_each([&](const message::FieldView& field) {
    if (belongs_to_form(field) && !head.fields.contains_token(FieldName::connection, field.name))
      kept.add(field.name, field.value);
  });
  return kept;
}

std::string form_cookie(const FormTicket& ticket, std::string_view sealed, int64_t now_s) {
  return ticket.cookie_name() + "=" + std::string(sealed) +
         "; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=" +
         std::to_string(std::max<int64_t>(0, ticket.ends_s - now_s));
}

// Sends it once the page is there, with the fragment that only the browser knows.
std::string send_script(std::string_view login, bool has_fragment) {
  std::string script = "addEventListener('DOMContentLoaded',function(){var f=document.forms[0];";
  if (has_fragment) {
    script += "var k=" + script_text("hawser-" + std::string(login)) +
              ";try{f.action+=sessionStorage.getItem(k)||'';sessionStorage.removeItem(k)}"
              "catch(e){}";
  }
  return script + "f.submit()})";
}

}  // namespace

// Of whose session the request's cookie is, or was until not long ago; nothing where nobody can
// say. A cookie does not name the provider, but its marks do: those of another's people, of whom
// one may have the same `sub`, have another digest.
std::optional<SessionFacts> Gate::known_person(const Question& question, bool& revoked) const {
  revoked = false;
  const auto value = find_cookie(question.head.fields, SessionCookie::name(question.app->name));
  if (!value) return std::nullopt;
  auto facts =
      SessionCookie::open(*keys_, question.app->name, question.head.target.authority.host, *value);
  if (facts && revoked_.has(facts->session)) {
    revoked = true;
    return std::nullopt;
  }
  if (!facts) return std::nullopt;
  const auto guarded = guarded_.find(question.app->name);
  if (guarded == guarded_.end() || facts->names_digest != guarded->second.digest)
    return std::nullopt;
  const model::App& app = *guarded->second.app;
  const int64_t ended_s =
      std::min(facts->expires_s, facts->issued_s + static_cast<int64_t>(app.session.idle_s));
  const auto known_s = std::max(known_after_end_s, static_cast<int64_t>(app.park.for_s));
  if (now_s() >= ended_s + known_s) return std::nullopt;
  return facts;
}

// Of the app's provider, by the present configuration.
std::string Gate::issuer_of(const std::string& app_name) const {
  const model::App* app = snapshot_ == nullptr ? nullptr : snapshot_->find_app(app_name);
  if (app == nullptr) return {};
  const model::Provider* provider = snapshot_->find_provider(app->sign_in.provider);
  return provider == nullptr ? std::string() : provider->issuer;
}

Answer Gate::form_not_sent(const Question& question, Text why, std::string_view stronger) const {
  const bool signed_in = why == Text::form_lost || why == Text::form_taken ||
                         why == Text::form_of_other || why == Text::form_foreign;
  NotSent told{why, "", "", question.request_id, utc_time(now_s())};
  (signed_in ? told.go_on_url : told.sign_in_url) =
      signed_in ? return_target(question) : login_target(question, stronger);
  return not_sent_answer(words(question), told);
}

// A form came, and its sender has to sign in, or more strongly.
void Gate::ask_about_form(const Question& question, std::string_view stronger,
                          const SessionFacts* session, GateListener& listener) {
  const bool is_signed_in = session != nullptr && !session->session.empty();
  if (const std::string claimed = claimed_form(question.body); !claimed.empty()) {
    // It is kept already, and so are its sender's efforts; or it is not, and what stands for it is
    // nothing to be kept.
    const auto ticket = find_ticket(question.head.fields, claimed);
    if (ticket && FormTicket::open(*keys_, question.head.target.authority.host, *ticket))
      return listener.on_answered(sign_in_first(question, stronger, *ticket));
    return listener.on_answered(
        form_not_sent(question, is_signed_in ? Text::form_lost : Text::form_signed_out, stronger));
  }
  bool revoked = false;
  const auto person = is_signed_in ? std::optional(*session) : known_person(question, revoked);
  const bool same_origin = is_same_origin(question.head);
  if (!person || !same_origin) {
    const Text why = revoked                  ? Text::form_revoked
                     : person && !same_origin ? Text::form_foreign
                                              : Text::form_signed_out;
    return listener.on_answered(form_not_sent(question, why, stronger));
  }
  const uint64_t limit_bytes = question.app->park.size_bytes;
  const message::BodyLength& length = question.head.body_length;
  const bool too_large = limit_bytes == 0 || (length.is_known() && length.bytes > limit_bytes) ||
                         target_of(question.head).size() > LoginState::return_limit_bytes;
  if (too_large || desk_ == nullptr)
    return listener.on_answered(form_not_sent(question, Text::form_too_large, stronger));
  listener.on_form_wanted({static_cast<size_t>(limit_bytes), issuer_of(question.app->name),
                           person->subject, person->user, std::string(stronger)});
}

void Gate::refuse_form(const Question& question, const FormWanted& wanted, FormRefusal why,
                       GateListener& listener) {
  const Text text = why == FormRefusal::too_large ? Text::form_too_large : Text::form_no_room;
  listener.on_answered(form_not_sent(question, text, wanted.stronger));
}

void Gate::keep_form(const Question& question, const FormWanted& wanted, std::string body,
                     std::unique_ptr<HeldRoom> room, GateListener& listener) {
  FormTicket ticket;
  ticket.id = tls::random_bytes(FormTicket::id_bytes);
  ticket.key = tls::random_bytes(FormTicket::key_bytes);
  ticket.app = question.app->name;
  ticket.issuer = wanted.issuer;
  ticket.subject = wanted.subject;
  ticket.ends_s = now_s() + static_cast<int64_t>(question.app->park.for_s);
  const size_t bytes = body.size();
  std::string packed =
      pack_form({ticket.id, target_of(question.head), form_fields(question.head), std::move(body)});
  KeptForm form{ticket.id, ticket.owner(), tls::aead_seal(ticket.key, packed, ticket.id),
                ticket.ends_s};
  std::string().swap(packed);
  const uint64_t waiting = wait_for(listener);
  form_rooms_.emplace(waiting, std::move(room));
  desk_->keep_form(std::move(form), [self = self_, waiting, question, ticket, bytes,
                                     user = wanted.user, stronger = wanted.stronger](bool kept) {
    if (*self == nullptr) return;
    Gate& gate = **self;
    gate.form_rooms_.erase(waiting);  // where it is kept now, it is counted
    GateListener* sender = gate.take(waiting);
    if (sender == nullptr) return;
    if (!kept)
      return sender->on_answered(gate.form_not_sent(question, Text::form_no_room, stronger));
    gate.tell_form(gate.event_of(EventKind::form_parked, question), user, "parked", bytes);
    const std::string sealed = ticket.seal(*gate.keys_, question.head.target.authority.host);
    Answer answer = gate.sign_in_first(question, stronger, sealed);
    answer.reason = "form_parked";
    sender->on_answered(std::move(answer));
  });
}

// 303: the browser asks for the way to the provider, and the form stays here.
Answer Gate::sign_in_first(const Question& question, std::string_view stronger,
                           std::string_view ticket) const {
  Answer answer = redirect_answer(
      login_target(question, stronger) + "&" + encode_form(Form{{"form", std::string(ticket)}}),
      question.request_id, 303);
  answer.reason = stronger.empty() ? "signed_out" : "step_up";
  answer.rule = stronger;
  return answer;
}

// Where the sender of a kept form may sign in again, as long as it is kept; nowhere where the
// request stands for none.
WayOn Gate::way_of_claim(const Question& question) const {
  const auto sealed = find_ticket(question.head.fields, claimed_form(question.body));
  if (!sealed) return {};
  const auto ticket = FormTicket::open(*keys_, question.head.target.authority.host, *sealed);
  if (!ticket || ticket->ends_s <= now_s()) return {};
  return {login_target(question, "") + "&" + encode_form(Form{{"form", std::string(*sealed)}}),
          true};
}

// After the sign-in: the page that has the browser send what was kept.
Answer Gate::form_page(const Coming& coming, const SessionFacts& facts) {
  const PageWords& words = pages_->words_for(coming.languages);
  const auto ticket = FormTicket::unpack(coming.login.form);
  if (!ticket || ticket->subject != facts.subject || ticket->issuer != issuer_of(coming.app)) {
    Event event = coming.event;
    event.kind = EventKind::form_parked;
    event.app = coming.app;
    event.provider = coming.login.provider;
    tell_form(std::move(event), facts.user, "form_of_other", 0);
    return not_sent_answer(words, {Text::form_of_other, "", coming.login.return_to,
                                   coming.request_id, utc_time(now_s())});
  }
  Page page(words);
  page.title = words[Text::form_sending_title];
  page.advice = words[Text::form_sending_advice];
  page.form_url = coming.base_url + coming.login.return_to;
  const std::string claim = ticket->claim();
  const size_t equals = claim.find('=');
  page.form_field = claim.substr(0, equals);
  page.form_value = claim.substr(equals + 1);
  page.form_button = words[Text::form_sending_button];
  page.nonce = tls::base64url(tls::random_bytes(16));
  page.script = send_script(tls::hex(coming.login.id), coming.has_fragment);
  Answer answer = page_answer(200, page, coming.request_id);
  // So that the browser says by Origin whose page it was; the callback's URL stays untold.
  answer.head.fields.set("Referrer-Policy", "origin");
  answer.head.fields.add(FieldName::set_cookie,
                         form_cookie(*ticket, ticket->seal(*keys_, coming.host), now_s()));
  return answer;
}

// The last step.
void Gate::let_in(const Question& question, Admission admission, GateListener& listener) {
  if (!admission.claimed_form.empty())
    return release_form(question, std::move(admission), listener);
  remove_own_cookies(question.head.fields);
  listener.on_admitted(std::move(admission));
}

// The request may pass, and stands for a form that was kept.
void Gate::release_form(const Question& question, Admission admission, GateListener& listener) {
  const std::string id = std::move(admission.claimed_form);
  const auto sealed = find_ticket(question.head.fields, id);
  if (!sealed) return tell_lost_form(question, id, std::string(admission.user()), listener);
  const auto ticket = FormTicket::open(*keys_, question.head.target.authority.host, *sealed);
  const auto refuse = [&](Text why) {
    listener.on_answered(lost_form(question, admission.user(), why));
  };
  if (!ticket || ticket->app != question.app->name || desk_ == nullptr)
    return refuse(Text::form_lost);
  if (!is_same_origin(question.head)) return refuse(Text::form_foreign);
  if (!admission.facts || ticket->subject != admission.facts->subject ||
      ticket->issuer != issuer_of(question.app->name))
    return refuse(Text::form_of_other);
  const uint64_t waiting = wait_for(listener);
  auto shared =
      std::make_shared<Admission>(std::move(admission));  // what the mailbox holds is copied
  desk_->lend_form(
      ticket->id, [self = self_, waiting, question, ticket = *ticket, shared](LentForm lent) {
        if (*self == nullptr) return;
        (*self)->released(question, waiting, ticket, std::move(*shared), std::move(lent));
      });
}

void Gate::released(const Question& question, uint64_t waiting, const FormTicket& ticket,
                    Admission admission, LentForm lent) {
  GateListener* listener = take(waiting);
  if (lent.state != LentForm::State::lent) {
    if (listener == nullptr) return;
    const bool taken = lent.state == LentForm::State::taken;
    return listener->on_answered(
        lost_form(question, admission.user(), taken ? Text::form_taken : Text::form_lost));
  }
  if (listener == nullptr) return desk_->settle_form(ticket.id, false);  // gone meanwhile
  if (!still_holds(question, admission)) {
    desk_->settle_form(ticket.id, false);
    return decide(question, *listener);
  }
  const auto opened = tls::aead_open(ticket.key, lent.sealed, ticket.id);
  lent.sealed = {};
  auto form = opened.ok() ? unpack_form(*opened) : std::nullopt;
  if (!form || form->target != target_of(question.head)) {
    desk_->settle_form(ticket.id, false);
    return listener->on_answered(lost_form(question, admission.user(), Text::form_lost));
  }
  form->id = ticket.id;
  tell_form(event_of(EventKind::form_parked, question), admission.user(), "released",
            form->body.size());
  admission.form = std::make_unique<ParkedForm>(std::move(*form));
  admission.forget_cookie = ticket.cookie_name();
  remove_own_cookies(question.head.fields);
  listener->on_admitted(std::move(admission));
}

// The browser has no cookie for the form any more: it was sent, and somebody reloads the page; or
// it has waited for too long. The application is not asked in its place.
void Gate::tell_lost_form(const Question& question, std::string id, std::string user,
                          GateListener& listener) {
  if (desk_ == nullptr) return listener.on_answered(lost_form(question, user, Text::form_lost));
  const uint64_t waiting = wait_for(listener);
  const std::string asked = id;
  desk_->lend_form(asked, [self = self_, waiting, question, id = std::move(id),
                           user = std::move(user)](const LentForm& lent) {
    if (*self == nullptr) return;
    Gate& gate = **self;
    if (lent.state == LentForm::State::lent) gate.desk_->settle_form(id, false);
    const bool taken = lent.state == LentForm::State::taken;
    if (GateListener* sender = gate.take(waiting))
      sender->on_answered(
          gate.lost_form(question, user, taken ? Text::form_taken : Text::form_lost));
  });
}

// The sender is signed in; the page says why nothing was sent all the same.
Answer Gate::lost_form(const Question& question, std::string_view user, Text why) {
  Answer answer = form_not_sent(question, why, "");
  tell_form(event_of(EventKind::form_parked, question), user, answer.reason, 0);
  answer.user = user;
  return answer;
}

void Gate::tell_form(Event event, std::string_view user, std::string_view reason, size_t bytes) {
  event.time_ms = loop_.wall_ms();
  event.user = user;
  event.reason = reason;
  core::LogLine line(log_, core::Level::info, "form_parked");
  line.text("request_id", event.request_id).text("app", event.app).text_if("user", user);
  line.text("reason", reason);
  if (bytes != 0) line.number("request_bytes", bytes);
  tell(std::move(event));
}

void Gate::settle_form(const std::string& id, bool sent) {
  if (desk_ != nullptr) desk_->settle_form(id, sent);
}

}  // namespace hawser::access
