// SPDX-License-Identifier: Apache-2.0
// The gate's pages for the way out: a person signs out of an app and then of the provider
// (OpenID Connect RP-Initiated Logout 1.0), or the provider tells of it (Back-Channel Logout 1.0).
#include <utility>

#include "access/answers.h"
#include "access/coming.h"
#include "access/cookies.h"
#include "access/form_ticket.h"
#include "access/gate.h"
#include "access/own_url.h"
#include "access/query.h"
#include "access/token_request.h"
#include "tls/digest.h"

namespace hawser::access {
namespace {

using message::FieldName;

// Another site's link, or a browser that fetches ahead: neither is the person's wish to sign out. A
// browser that does not tell the site is judged by the page that it names, if it names one.
bool is_foreign(const message::RequestHead& head) {
  const message::Fields& fields = head.fields;
  if (fields.has("Sec-Purpose") || fields.has("Purpose")) return true;
  if (const auto site = fields.get("Sec-Fetch-Site")) return *site == "cross-site";
  return (fields.has(FieldName::origin) || fields.has("Referer")) && !is_same_origin(head);
}

std::string provider_url(const EndedSession& ended, const std::string& base_url) {
  Form form{{"client_id", ended.client_id},
            {"post_logout_redirect_uri", base_url + std::string(own_path) + "signed-out"}};
  if (!ended.id_token.empty()) form.emplace_back("id_token_hint", ended.id_token);
  return with_query(ended.end_session_endpoint, form);
}

// The cookie stays, so that whoever is told so can sign out after all: by the page's own link.
Answer still_signed_in(const PageWords& words, const Question& question, const std::string& app,
                       uint16_t status, Text advice) {
  Page page(words);
  page.title = words[Text::not_signed_out_title];
  page.advice = words[advice];
  page.link_url = std::string(own_path) + "logout?" + encode_form(Form{{"app", app}});
  page.link_words = words[Text::sign_out_now];
  page.facts.emplace_back(words[Text::fact_request], question.request_id);
  return page_answer(status, page, question.request_id);
}

}  // namespace

Answer Gate::signed_out_answer(const Question& question) const {
  const PageWords& words = this->words(question);
  Page page(words);
  page.title = words[Text::signed_out_title];
  page.advice = words[Text::signed_out_advice];
  Answer answer = page_answer(200, page, question.request_id);
  answer.reason = "signed_out";
  return answer;
}

void Gate::sign_out(const Question& question, GateListener& listener) {
  const model::App* app =
      app_here(question, query_value(question.head.target.query, "app").value_or(""));
  if (app == nullptr) return listener.on_answered(signed_out_answer(question));
  const std::string name = SessionCookie::name(app->name);
  const auto value = find_cookie(question.head.fields, name);
  const auto facts = SessionCookie::open(*keys_, app->name, question.head.target.authority.host,
                                         value.value_or(""));
  const bool meant = question.head.method == message::Method::get && !is_foreign(question.head);
  if (facts && !meant) {
    Answer answer =
        still_signed_in(words(question), question, app->name, 200, Text::not_signed_out_other_site);
    answer.reason = "not_signed_out";
    return listener.on_answered(std::move(answer));
  }
  if (!facts || desk_ == nullptr) {
    Answer answer = signed_out_answer(question);
    answer.head.fields.add(FieldName::set_cookie, forget_cookie(name));
    return listener.on_answered(std::move(answer));
  }
  const uint64_t ticket = wait_for(listener);
  const std::string base_url = base_url_of(question.head);
  Event event = event_of(EventKind::signed_out, question);
  event.app = app->name;
  event.provider = app->sign_in.provider;
  event.user = facts->user;
  event.session = tls::hex(facts->session);
  desk_->end_session(facts->session, [self = self_, ticket, question, base_url,
                                      event](const SignedIn<EndedSession>& ended) {
    if (*self == nullptr) return;
    (*self)->tell_signed_out(event, ended);
    if (GateListener* waiting = (*self)->take(ticket))
      waiting->on_answered((*self)->way_out(question, event.app, base_url, ended));
  });
}

// The session is over here; where the provider has a page for that, the browser goes on to it.
Answer Gate::way_out(const Question& question, const std::string& app, const std::string& base_url,
                     const SignedIn<EndedSession>& ended) const {
  if (!ended) {
    Answer failed =
        still_signed_in(words(question), question, app, 500, Text::not_signed_out_failed);
    failed.reason = name_of(ended.error().fault);
    failed.detail = ended.error().reason;
    return failed;
  }
  Answer answer = signed_out_answer(question);
  if (!ended->end_session_endpoint.empty()) {
    answer = redirect_answer(provider_url(*ended, base_url), question.request_id);
    answer.head.fields.add("Referrer-Policy", "no-referrer");  // the URL has the person's token
    answer.reason = "signed_out";
  }
  answer.head.fields.add(FieldName::set_cookie, forget_cookie(SessionCookie::name(app)));
  return answer;
}

void Gate::end_by_provider(const Question& question, GateListener& listener) {
  const auto logout_token = query_value(question.body, "logout_token");
  const uint64_t ticket = wait_for(listener);
  const auto answered = [self = self_, ticket, request_id = std::string(question.request_id)](
                            const SignedIn<void>& ended) {
    if (*self == nullptr) return;
    if (GateListener* waiting = (*self)->take(ticket))
      waiting->on_answered(back_channel_answer(ended, request_id));
  };
  if (logout_token && desk_ != nullptr) return desk_->end_by_provider(*logout_token, answered);
  answered(SignInError{SignInFault::token_refused, "malformed", "the form has no `logout_token`"});
}

}  // namespace hawser::access
