// SPDX-License-Identifier: Apache-2.0
// The gate's own pages: on the way to a provider, and back from it.
#include <nlohmann/json.hpp>
#include <utility>

#include "access/answers.h"
#include "access/coming.h"
#include "access/cookies.h"
#include "access/gate.h"
#include "access/own_url.h"
#include "access/query.h"
#include "access/return_url.h"
#include "access/token_request.h"
#include "model/json_members.h"
#include "tls/digest.h"

namespace hawser::access {
namespace {

using message::FieldName;

constexpr size_t random_bytes = 16;
constexpr size_t verifier_bytes = 32;
constexpr size_t code_limit_bytes = 4096;

std::string random_text(size_t bytes) { return tls::base64url(tls::random_bytes(bytes)); }

// Browsers keep what follows "#" to themselves: the page notes it before it goes on.
std::string keep_fragment_script(const LoginState& login, std::string_view next) {
  return "var h=location.hash;if(h.length>1){try{sessionStorage.setItem(" +
         script_text("hawser-" + tls::hex(login.id)) + ",h);document.cookie=" +
         script_text(login.fragment_cookie() + "=1; Path=/; Secure; SameSite=Lax; Max-Age=3600") +
         "}catch(e){}}location.replace(" + script_text(next) + ")";
}
std::string restore_fragment_script(std::string_view login, std::string_view next) {
  return "var k=" + script_text("hawser-" + std::string(login)) +
         ",h='';try{h=sessionStorage.getItem(k)||'';sessionStorage.removeItem(k)}catch(e){}"
         "location.replace(" +
         script_text(next) + "+h)";
}

// What the rule of that name wants of a sign-in. Whoever changes the name in the URL is asked for
// less or more, and decided on by the same rules as ever.
void ask_for_strength(const model::App& app, std::string_view rule_name, LoginState& login) {
  for (const model::AccessRule& rule : app.rules) {
    if (rule.name != rule_name) continue;
    login.acr_values = rule.strength.acr;
    login.amr = rule.strength.amr;
    if (rule.strength.max_age_s != 0) login.max_age_s = rule.strength.max_age_s;
  }
}

// The rule that wanted what a sign-in asks for; "" where there is none any more.
std::string_view rule_of_strength(const model::App& app, const LoginState& login) {
  if (login.acr_values.empty() && login.amr.empty() && !login.max_age_s) return {};
  for (const model::AccessRule& rule : app.rules) {
    const model::RuleStrength& strength = rule.strength;
    if (strength.acr == login.acr_values && strength.amr == login.amr &&
        strength.max_age_s == login.max_age_s.value_or(0))
      return rule.name;
  }
  return {};
}

std::string joined(const std::vector<std::string>& texts) {
  std::string all;
  for (const std::string& text : texts) all += (all.empty() ? "" : " ") + text;
  return all;
}

// `acr_values` is a wish that a provider may pass over, above all for who is signed in there;
// claims that are essential are not, and neither is a sign-in from the start.
void add_strength(Form& form, const LoginState& login, const ProviderMetadata& metadata) {
  if (login.max_age_s) form.emplace_back("max_age", std::to_string(*login.max_age_s));
  if (!login.acr_values.empty()) form.emplace_back("acr_values", joined(login.acr_values));
  if (!login.acr_values.empty() && metadata.takes_claims) {
    const nlohmann::json acr{{"essential", true}, {"values", login.acr_values}};
    form.emplace_back("claims", model::write_json({{"id_token", {{"acr", acr}}}}));
  } else if (!login.acr_values.empty() || !login.amr.empty()) {
    form.emplace_back("prompt", "login");
  }
}

// A refresh token may need it (OpenID Connect Core 11).
void add_consent(Form& form) {
  for (auto& [name, value] : form)
    if (name == "prompt") return void(value += " consent");
  form.emplace_back("prompt", "consent");
}

SignInError login_unknown(std::string reason) {
  return {SignInFault::login_unknown, "", std::move(reason)};
}

}  // namespace

Gate::Coming Gate::coming_from(const Question& question) {
  Coming coming;
  const message::RequestHead& head = question.head;
  coming.host = head.target.authority.host;
  coming.base_url = base_url_of(head);
  coming.request_id = question.request_id;
  coming.event = event_of(EventKind::sign_in_failed, question);
  coming.languages = head.fields.get("Accept-Language").value_or("");
  const auto browser = find_cookie(head.fields, LoginState::cookie_name);
  if (browser && is_browser_secret(*browser)) coming.browser = *browser;
  return coming;
}

void Gate::serve_own_page(const Question& question, GateListener& listener) {
  const std::string_view path = question.head.target.canonical_path;
  const std::string_view page =
      path.size() > own_path.size() ? path.substr(own_path.size()) : std::string_view();
  const bool reads =
      question.head.method == message::Method::get || question.head.method == message::Method::head;
  if (page == "login" && reads) return begin_sign_in(question, listener);
  if (page == "callback" && reads) return come_back(question, listener);
  if (page == "logout" && reads) return sign_out(question, listener);
  if (page == "jwks.json" && reads) return listener.on_answered(published_keys(question));
  if (page == "signed-out" && reads) return listener.on_answered(signed_out_answer(question));
  if (page == "backchannel-logout" && question.head.method == message::Method::post)
    return end_by_provider(question, listener);
  const PageWords& words = this->words(question);
  Page nothing(words);
  nothing.title = words[Text::nothing_here_title];
  nothing.advice = words[Text::nothing_here_advice];
  nothing.facts = {{words[Text::fact_request], std::string(question.request_id)}};
  Answer answer = page_answer(404, nothing, question.request_id);
  answer.reason = "no_such_path";
  listener.on_answered(std::move(answer));
}

// What an application checks our assertions with. Whoever keeps it for less than two hours knows a
// new key before it signs.
Answer Gate::published_keys(const Question& question) const {
  Answer answer;
  answer.body = assertions_.ring().jwk_set();
  answer.head.status = 200;
  answer.head.reason = message::usual_reason(200);
  answer.head.fields.add(FieldName::content_type, "application/jwk-set+json");
  answer.head.fields.add(FieldName::cache_control, "public, max-age=300");
  answer.head.fields.add("X-Content-Type-Options", "nosniff");
  answer.head.fields.add(FieldName::x_request_id, question.request_id);
  answer.head.body_length = message::BodyLength::known(answer.body.size());
  answer.reason = "published_keys";
  return answer;
}

// The app of that name, if it is on this host and people sign in to it.
const model::App* Gate::app_here(const Question& question, std::string_view name) const {
  const model::App* app = snapshot_ == nullptr ? nullptr : snapshot_->find_app(name);
  const bool here = app != nullptr && app->access == model::Access::rules &&
                    app->host.matches(question.head.target.authority.host);
  return here ? app : nullptr;
}

void Gate::refuse(const Coming& coming, const SignInError& error) {
  Event event = coming.event;
  event.time_ms = loop_.wall_ms();
  event.app = coming.app;
  event.provider = coming.login.provider;
  event.reason = name_of(error.fault);
  event.detail = error.detail.empty() ? error.reason : error.detail + ": " + error.reason;
  tell(std::move(event));
  GateListener* listener = take(coming.ticket);
  if (listener == nullptr) return;
  const auto form = FormTicket::unpack(coming.login.form);
  // A second answer to the same sign-in may find that it was sent already.
  const bool is_first = error.fault != SignInFault::login_replayed;
  const bool form_is_kept = is_first && form && form->ends_s > now_s();
  // To load this page again is of no use: it would bring the provider's same answer once more.
  const WayOn on{form_is_kept ? login_url_again(coming) : coming.login.return_to, form_is_kept};
  listener->on_answered(fault_answer(pages_->words_for(coming.languages), error, coming.request_id,
                                     utc_time(now_s()), on));
}

void Gate::begin_sign_in(const Question& question, GateListener& listener) {
  const std::string& query = question.head.target.query;
  const model::App* app = app_here(question, query_value(query, "app").value_or(""));
  Coming coming = coming_from(question);
  coming.ticket = wait_for(listener);
  if (app == nullptr || desk_ == nullptr)
    return refuse(coming, login_unknown("no app of that name is signed in to on this host"));
  coming.app = app->name;
  if (coming.browser.empty()) {
    coming.browser = new_browser_secret();
    coming.new_browser = true;
  }
  LoginState& login = coming.login;
  login.id = tls::random_bytes(random_bytes);
  login.app = app->name;
  login.provider = app->sign_in.provider;
  login.verifier = random_text(verifier_bytes);
  login.nonce = random_text(random_bytes);
  login.return_to = checked_return(query_value(query, "to"), app->path_prefix);
  if (const auto form = query_value(query, "form")) {
    const auto ticket = FormTicket::open(*keys_, coming.host, *form);
    if (ticket && ticket->app == app->name) login.form = ticket->pack();
  }
  login.begun_s = now_s();
  ask_for_strength(*app, query_value(query, "stronger").value_or(""), login);
  desk_->ask_provider(login.provider, [self = self_, coming](const auto& metadata) {
    if (*self != nullptr) (*self)->go_to_provider(coming, metadata);
  });
}

void Gate::go_to_provider(const Coming& coming, const SignedIn<ProviderMetadata>& metadata) {
  if (!metadata) return refuse(coming, metadata.error());
  const model::App* app = snapshot_->find_app(coming.app);
  const model::Provider* provider = snapshot_->find_provider(coming.login.provider);
  if (app == nullptr || provider == nullptr || app->sign_in.provider != provider->name)
    return refuse(coming, login_unknown("the configuration changed meanwhile"));
  GateListener* listener = take(coming.ticket);
  if (listener == nullptr) return;
  Form form{{"response_type", "code"},
            {"client_id", model::client_of(*app, *provider).id},
            {"redirect_uri", coming.base_url + std::string(own_path) + "callback"},
            {"scope", joined(provider->scopes)},
            {"state", coming.login.seal(*keys_, coming.host, coming.browser)},
            {"nonce", coming.login.nonce},
            {"code_challenge", coming.login.challenge()},
            {"code_challenge_method", "S256"}};
  add_strength(form, coming.login, *metadata);
  if (metadata->wants_consent && app->session.recheck_s != 0) add_consent(form);
  const PageWords& words = pages_->words_for(coming.languages);
  Page page(words);
  page.title = words[Text::signing_in];
  page.next_url = with_query(metadata->authorization_endpoint, form);
  page.next_words = words[Text::signing_in_next];
  page.nonce = random_text(random_bytes);
  page.script = keep_fragment_script(coming.login, page.next_url);
  Answer answer = page_answer(200, page, coming.request_id);
  if (coming.new_browser)
    answer.head.fields.add(FieldName::set_cookie,
                           set_cookie(LoginState::cookie_name, coming.browser));
  answer.reason = "sign_in_begun";
  listener->on_answered(std::move(answer));
}

void Gate::come_back(const Question& question, GateListener& listener) {
  const std::string& query = question.head.target.query;
  Coming coming = coming_from(question);
  coming.ticket = wait_for(listener);
  const auto login = LoginState::open(*keys_, coming.host, coming.browser,
                                      query_value(query, "state").value_or(""), now_s());
  if (!login) return refuse(coming, login_unknown("`state` is not of this browser and host"));
  if (app_here(question, login->app) == nullptr || desk_ == nullptr)
    return refuse(coming, login_unknown("the app of this sign-in is no longer here"));
  coming.login = *login;
  coming.has_fragment = find_cookie(question.head.fields, login->fragment_cookie()).has_value();
  coming.app = login->app;
  auto issuer = query_value(query, "iss");
  if (!issuer && query_names(query, "iss")) issuer = "";  // twice, say: it is nobody's
  const model::Provider* provider = snapshot_->find_provider(login->provider);
  // An error is nobody's word either then (RFC 9207 2.4).
  if (issuer && provider != nullptr && *issuer != provider->issuer)
    return refuse(coming, {SignInFault::issuer_mixed_up, "", "`iss` of the answer is another's"});
  if (const auto error = query_value(query, "error")) {
    const std::string name = plain_error_name(*error);
    const bool down = name == "server_error" || name == "temporarily_unavailable";
    return refuse(coming, {down ? SignInFault::provider_unreachable : SignInFault::provider_refused,
                           name, "the provider answered with an error"});
  }
  const auto code = query_value(query, "code");
  if (!code || code->empty() || code->size() > code_limit_bytes)
    return refuse(coming, {SignInFault::code_refused, "", "the provider sent no usable code"});
  Callback callback{*login,
                    *code,
                    std::move(issuer),
                    coming.base_url + std::string(own_path) + "callback",
                    coming.browser,
                    ""};
  const auto cookie = find_cookie(question.head.fields, SessionCookie::name(login->app));
  if (const auto before = SessionCookie::open(*keys_, login->app, coming.host, cookie.value_or("")))
    callback.session = before->session;
  desk_->sign_in(std::move(callback), [self = self_, coming](const auto& facts) {
    if (*self != nullptr) (*self)->signed_in(coming, facts);
  });
}

// To begin this sign-in anew, with what it was for: the form that is kept, and how strong it has to
// be.
std::string Gate::login_url_again(const Coming& coming) const {
  const LoginState& login = coming.login;
  Form form{{"app", coming.app}, {"to", login.return_to}};
  if (const auto ticket = FormTicket::unpack(login.form))
    form.emplace_back("form", ticket->seal(*keys_, coming.host));
  const model::App* app = snapshot_->find_app(coming.app);
  if (app != nullptr) {
    const std::string_view stronger = rule_of_strength(*app, login);
    if (!stronger.empty()) form.emplace_back("stronger", stronger);
  }
  return std::string(own_path) + "login?" + encode_form(form);
}

// Goes on to the URL with the fragment that the browser has kept for this sign-in.
Answer Gate::fragment_page(const Coming& coming, const std::string& url, Text title) const {
  const PageWords& words = pages_->words_for(coming.languages);
  Page page(words);
  page.title = words[title];
  page.next_url = url;
  page.next_words = words[Text::signed_in_next];
  page.nonce = random_text(random_bytes);
  page.script = restore_fragment_script(tls::hex(coming.login.id), url);
  Answer answer = page_answer(200, page, coming.request_id);
  answer.head.fields.add(FieldName::set_cookie, forget_cookie(coming.login.fragment_cookie()));
  return answer;
}

// The provider gives no refresh token without the person's consent, as has turned out now.
void Gate::sign_in_again(const Coming& coming) {
  GateListener* listener = take(coming.ticket);
  if (listener == nullptr) return;
  const std::string url = coming.base_url + login_url_again(coming);
  Answer answer = coming.has_fragment ? fragment_page(coming, url, Text::signing_in)
                                      : redirect_answer(url, coming.request_id);
  answer.reason = consent_wanted;
  listener->on_answered(std::move(answer));
}

void Gate::signed_in(const Coming& coming, const SignedIn<SessionFacts>& facts) {
  if (!facts && facts.error().detail == consent_wanted) return sign_in_again(coming);
  if (!facts) return refuse(coming, facts.error());
  const auto sealed = SessionCookie::seal(*keys_, coming.app, coming.host, *facts);
  if (!sealed) return refuse(coming, {SignInFault::too_much_to_hold, "", sealed.error().reason});
  tell_signed_in(coming, *facts);
  GateListener* listener = take(coming.ticket);
  if (listener == nullptr) return;
  const std::string url = coming.base_url + coming.login.return_to;
  Answer answer;
  if (!coming.login.form.empty()) {
    answer = form_page(coming, *facts);
    if (coming.has_fragment)
      answer.head.fields.add(FieldName::set_cookie, forget_cookie(coming.login.fragment_cookie()));
  } else if (coming.has_fragment) {
    answer = fragment_page(coming, url, Text::signed_in);
  } else {
    answer = redirect_answer(url, coming.request_id);
  }
  answer.head.fields.add(FieldName::set_cookie,
                         set_cookie(SessionCookie::name(coming.app), *sealed));
  answer.reason = "signed_in";
  listener->on_answered(std::move(answer));
}

}  // namespace hawser::access
