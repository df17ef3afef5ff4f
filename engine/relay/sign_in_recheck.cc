// SPDX-License-Identifier: Apache-2.0
// The part of a SignInHost that brings sessions up to date: from their rows where the rules ask for
// other names, and by asking the provider where an app's `recheck` is due.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "access/recheck.h"
#include "access/session_facts.h"
#include "relay/sealed_row.h"
#include "relay/sign_in_host.h"
#include "tls/digest.h"

namespace hawser::relay {
namespace {

using access::SignedIn;
using access::SignInError;
using access::SignInFault;

std::string text_of(const nlohmann::json& row, const char* name) {
  const auto found = row.find(name);
  return found != row.end() && found->is_string() ? found->get<std::string>() : std::string();
}

// What is known of the person now. The UserInfo endpoint need not tell all that an ID token does,
// so what it does not name stays.
nlohmann::json claims_of(const nlohmann::json& before, const access::Vouched& vouched) {
  if (vouched.id_token) return vouched.id_token->claims;
  nlohmann::json claims = before;
  if (vouched.user_info) claims.update(*vouched.user_info);
  return claims;
}

}  // namespace

bool SignInHost::is_due(const model::App& app, const std::string& session,
                        int64_t checked_s) const {
  const int64_t due_s = access::recheck_due_s(app.session, session, checked_s);
  return due_s != 0 && loop_.wall_ms() / 1000 >= due_s;
}

bool SignInHost::is_silent(const std::string& provider, const std::string& session) const {
  return silences_.find(provider, session, loop_.wall_ms() / 1000) != access::Silences::Of::nobody;
}

void SignInHost::renew(const std::string& app_name, const access::SessionFacts& facts,
                       access::Renewal renewal, const SignedInDone& done) {
  auto now = mark_again(app_name, facts);
  if (!now || renewal == access::Renewal::marks) return done(std::move(now));
  const model::App* app = snapshot_->find_app(app_name);  // whose row it is
  const std::string& provider = app->sign_in.provider;
  const std::string session = tls::hex(facts.session);
  if (is_silent(provider, session) || !is_due(*app, facts.session, now->checked_s))
    return done(std::move(now));
  rechecks_.add(provider, session,
                [this, app_name, facts, done] { done(mark_again(app_name, facts)); });
}

void SignInHost::recheck(const std::string& provider, const std::string& session) {
  const auto record = sessions_.find(session);
  const model::App* app = record ? snapshot_->find_app(record->app) : nullptr;
  access::ProviderLink* link = find_link(provider);
  const bool theirs = app != nullptr && link != nullptr && record->provider == provider &&
                      app->sign_in.provider == provider;
  const auto id = tls::hex_decode(session);
  if (!theirs || !id || is_silent(provider, session) ||
      !is_due(*app, *id, record->checked_ms / 1000))
    return rechecks_.finish(provider, session);
  auto row = open_row(*keys_, record->sealed);
  access::Vouching vouching;
  if (row) vouching.refresh_token = text_of(*row, "refresh_token");
  if (vouching.refresh_token.empty()) return end_unvouched(*record, "no_refresh_token");
  vouching.client = model::client_of(*app, link->provider());
  vouching.subject = record->subject;
  link->vouch(std::move(vouching), [this, record = *record, row = *std::move(row)](
                                       SignedIn<access::Vouched> outcome) mutable {
    vouched(std::move(record), std::move(row), std::move(outcome));
  });
}

void SignInHost::vouched(control::SessionRecord record, nlohmann::json row,
                         SignedIn<access::Vouched> outcome) {
  const model::Provider* provider = snapshot_->find_provider(record.provider);
  if (provider == nullptr) return rechecks_.finish(record.provider, record.id);
  if (!outcome) {
    const SignInError& error = outcome.error();
    if (error.fault == SignInFault::code_refused || error.fault == SignInFault::token_refused)
      return end_unvouched(record, error.detail);
    note_silence(record, error);
    return rechecks_.finish(record.provider, record.id);
  }
  if (!outcome->refresh_token.empty()) row["refresh_token"] = outcome->refresh_token;
  if (outcome->unfinished) {
    note_silence(record, *outcome->unfinished);
    return save_vouched(std::move(record), row);
  }
  token::IdToken person;
  person.subject = record.subject;
  person.claims = claims_of(row["claims"], *outcome);
  const auto user = access::user_of(*provider, person);
  if (!user) return end_unvouched(record, user.error().detail);
  row["claims"] = std::move(person.claims);
  if (!outcome->id_token_text.empty()) row["id_token"] = std::move(outcome->id_token_text);
  record.user = *user;
  record.checked_ms = loop_.wall_ms();
  save_vouched(std::move(record), row);
}

void SignInHost::note_silence(const control::SessionRecord& record, const SignInError& error) {
  const int64_t now_s = loop_.wall_ms() / 1000;
  if (error.fault == SignInFault::login_unknown) return;  // the provider's settings changed
  error.fault == SignInFault::provider_refused
      ? silences_.of_session(record.provider, record.id, now_s)
      : silences_.of_provider(record.provider, now_s);
}

// A conflict: the session was ended meanwhile.
void SignInHost::save_vouched(control::SessionRecord record, const nlohmann::json& row) {
  record.sealed = seal_row(*keys_, row);
  sessions_.update(record, [this, id = record.id,
                            provider = record.provider](const control::Outcome<void>& saved) {
    if (!saved) {
      core::LogLine(log_, core::Level::warn, "session_not_saved")
          .text("session", id)
          .text("reason", saved.error().detail);
    }
    rechecks_.finish(provider, id);
  });
}

// Also where the store does not take it: whoever the provider vouches for no more is not let in.
void SignInHost::end_unvouched(const control::SessionRecord& record, std::string_view reason) {
  sessions_.revoke(
      record, [this, record, reason = std::string(reason)](const control::Outcome<void>& gone) {
        if (!gone) {
          core::LogLine(log_, core::Level::warn, "session_not_saved")
              .text("session", record.id)
              .text("reason", gone.error().detail);
        }
        model::Event why;
        why.kind = model::EventKind::revoked;
        why.reason = reason.empty() ? "not_vouched" : reason;
        revoked(record, why);
        rechecks_.finish(record.provider, record.id);
      });
}

// Many a provider gives a refresh token only to who was asked for consent; others let nobody in
// with whom that is tried. So it is tried where none came without.
bool SignInHost::try_with_consent(const model::Provider& provider, int64_t login_begun_s) {
  const auto& scopes = provider.scopes;
  if (std::find(scopes.begin(), scopes.end(), "offline_access") == scopes.end()) return false;
  Consent& consent = consents_[provider.name];
  if (consent.in_vain) return false;
  if (consent.asked_since_s == 0) consent.asked_since_s = loop_.wall_ms() / 1000;
  if (login_begun_s <= consent.asked_since_s) return true;
  consent.in_vain = true;
  core::LogLine(log_, core::Level::warn, "refresh_token_missing")
      .text("provider", provider.name)
      .text("reason",
            "it gives none, though `offline_access` was asked for with consent: sessions "
            "end after `recheck`");
  return false;
}

}  // namespace hawser::relay
