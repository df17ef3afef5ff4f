// SPDX-License-Identifier: Apache-2.0
// The part of a SignInHost that ends sessions together with their provider: a person signs out
// here, or the provider tells that somebody did elsewhere.
#include <nlohmann/json.hpp>
#include <utility>

#include "relay/sealed_row.h"
#include "relay/sign_in_host.h"
#include "tls/digest.h"
#include "token/signed_token.h"

namespace hawser::relay {
namespace {

using access::EndedSession;
using access::SignedIn;
using access::SignInError;
using access::SignInFault;

bool names_audience(const token::Claims& claims, const std::string& client_id) {
  return !client_id.empty() && token::check_audience(claims, client_id).ok();
}

// The provider's client that the token says it is for; "" where it is for none of them. Nothing of
// the token is believed yet.
std::string client_named(const model::Snapshot& snapshot, const model::Provider& provider,
                         const token::Claims& claims) {
  if (!token::check_issuer(claims, provider.issuer)) return {};
  if (names_audience(claims, provider.client.id)) return provider.client.id;
  for (const model::App& app : snapshot.apps()) {
    const std::string& id = app.sign_in.client.id;
    if (app.sign_in.provider == provider.name && names_audience(claims, id)) return id;
  }
  return {};
}

}  // namespace

// --- somebody signs in where somebody was signed in

// Another person's sessions, and one that the browser had before it got its present login cookie:
// nobody who signs out there would end that. The same person's others go on.
void SignInHost::end_superseded(const control::SessionRecord& begun, const std::string& brought,
                                control::OutcomeDone<void> done) {
  control::SessionFilter here;
  here.app = begun.app;
  here.browser = begun.browser;
  auto named = sessions_.matching(here);
  if (!named) return done(named.error());
  std::erase_if(*named, [&](const control::SessionRecord& each) {
    return each.provider == begun.provider && each.subject == begun.subject;
  });
  const auto before = sessions_.find(brought);
  if (before && before->app == begun.app && before->browser != begun.browser)
    named->push_back(*before);
  model::Event why;
  why.kind = model::EventKind::revoked;
  why.reason = "superseded";
  revoke(*named, why, [done = std::move(done)](const control::Outcome<uint64_t>& gone) {
    if (!gone) return done(gone.error());
    done({});
  });
}

// --- a person signs out

EndedSession SignInHost::ended(const std::string& session) {
  EndedSession ended;
  const auto record = sessions_.find(tls::hex(session));
  if (!record) return ended;
  access::ProviderLink* link = find_link(record->provider);
  const model::App* app = snapshot_->find_app(record->app);
  if (link == nullptr || app == nullptr || app->sign_in.provider != record->provider) return ended;
  const auto& metadata = link->metadata();
  if (!metadata || metadata->end_session_endpoint.empty()) return ended;
  const auto row = open_row(*keys_, record->sealed);
  if (!row) return ended;
  const auto id_token = row->find("id_token");
  ended.end_session_endpoint = metadata->end_session_endpoint;
  if (id_token != row->end() && id_token->is_string())
    ended.id_token = id_token->get<std::string>();
  ended.client_id = model::client_of(*app, link->provider()).id;
  return ended;
}

void SignInHost::end_session(const std::string& session,
                             std::function<void(SignedIn<EndedSession>)> done) {
  auto known = ended(session);  // the row goes
  control::SessionFilter filter;
  filter.id = tls::hex(session);
  if (const auto record = sessions_.find(filter.id); record && !record->browser.empty()) {
    filter.id.clear();
    filter.app = record->app;
    filter.browser = record->browser;
  }
  // The gate tells auditors: it knows the request.
  revoke(
      filter, model::Event(),
      [known = std::move(known), done = std::move(done)](const control::Outcome<uint64_t>& gone) {
        if (gone) return done(known);
        done(SignInError{SignInFault::engine_failed, "", gone.error().detail});
      });
}

// --- a provider tells

void SignInHost::end_by_provider(const std::string& logout_token,
                                 std::function<void(SignedIn<void>)> done) {
  const SignInError unknown{SignInFault::token_refused, "issuer_wrong",
                            "the token is of no provider and client of ours"};
  const auto unchecked = token::read_signed_token(logout_token);
  if (!unchecked) return done(access::token_refused(unchecked.error()));
  for (const auto& [name, link] : links_) {
    const std::string client = client_named(*snapshot_, link->provider(), unchecked->claims);
    if (client.empty()) continue;
    return link->check_logout(
        logout_token, client, [this, name = name, done](SignedIn<token::LogoutToken> checked) {
          if (!checked) return done(checked.error());
          const access::ProviderLink* same = find_link(name);
          if (same != nullptr) return end_named(*same, *checked, done);
          done(SignInError{SignInFault::login_unknown, "", "the provider is no longer configured"});
        });
  }
  done(unknown);
}

void SignInHost::end_named(const access::ProviderLink& link, const token::LogoutToken& logout,
                           const std::function<void(SignedIn<void>)>& done) {
  // Who told it twice is not refused for it: a sign-in that came meanwhile is not ended, though.
  const std::string id = "logout " + link.provider().issuer + ' ' + logout.id;
  const int64_t ends_s = logout.expires_s + static_cast<int64_t>(link.provider().clock_skew_s);
  if (used_ids_.contains(id)) return done({});
  control::SessionFilter filter;
  filter.provider = link.provider().name;
  filter.subject = logout.subject;
  filter.provider_session = logout.provider_session;
  model::Event why;
  why.kind = model::EventKind::signed_out;
  why.reason = "by_provider";
  revoke(filter, why, [this, id, ends_s, done](const control::Outcome<uint64_t>& ended) {
    if (!ended) return done(SignInError{SignInFault::engine_failed, "", ended.error().detail});
    first_use(id, ends_s);  // only now: a provider that was told of a failure may come again
    done({});
  });
}

}  // namespace hawser::relay
