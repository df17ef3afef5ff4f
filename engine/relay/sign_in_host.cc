// SPDX-License-Identifier: Apache-2.0
#include "relay/sign_in_host.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "access/session_facts.h"
#include "relay/sealed_row.h"
#include "tls/digest.h"

namespace hawser::relay {
namespace {

using access::SignInError;
using access::SignInFault;

constexpr std::string_view keys_key = "access/keys";
constexpr int64_t day_s = 24 * 3600;
constexpr int64_t rotate_after_s = 7 * day_s;
// Longer than any session lasts (`max_age` is 365 days at most).
constexpr int64_t keep_keys_s = 366 * day_s;
constexpr uint64_t rotation_check_ms = uint64_t{3600} * 1000;
constexpr size_t used_ids_limit = 100'000;

}  // namespace

SignInHost::SignInHost(core::Loop& loop, core::Log& log, control::Store& store, Listener& listener,
                       model::EventSink& events)
    : loop_(loop),
      log_(log),
      store_(store),
      sessions_(store),
      listener_(listener),
      events_(events),
      keys_(std::make_shared<const access::KeyRing>()),
      rechecks_([this](const std::string& provider, const std::string& session) {
        recheck(provider, session);
      }),
      rotation_([this] { rotate_keys(); }) {}

SignInHost::~SignInHost() = default;

// --- keys

core::Result<void> SignInHost::open() {
  if (auto indexed = sessions_.index_old(); !indexed) return core::Error{indexed.error().detail};
  return renew_keys();
}

core::Result<void> SignInHost::renew_keys() {
  auto entry = store_.get(keys_key);
  if (!entry.ok()) return core::Error{entry.error().reason};
  access::KeyRing ring;
  uint64_t revision = 0;
  if (entry->has_value()) {
    auto parsed = access::KeyRing::parse((*entry)->value);
    if (!parsed) {
      return core::Error{"the state's record " + std::string(keys_key) +
                         " is damaged: " + parsed.error().reason};
    }
    ring = std::move(parsed).value();
    revision = (*entry)->revision;
  }
  if (auto read = read_revoked(); !read) return read;
  rotation_.arm(loop_.timers(), rotation_check_ms);
  return save_keys(ring, revision);
}

core::Result<void> SignInHost::save_keys(const access::KeyRing& ring, uint64_t revision) {
  access::KeyRing rotated = ring.rotated(loop_.wall_ms() / 1000, rotate_after_s, keep_keys_s);
  core::Result<void> result;
  if (rotated.to_json() != ring.to_json()) {
    store_.commit({{std::string(keys_key), rotated.to_json(), revision, control::no_lease}},
                  [&result](const control::StoreResult<uint64_t>& saved) {
                    if (!saved.ok()) result = core::Error{saved.error().reason};
                  });
    if (!result) return result;
    model::Event event;
    event.kind = model::EventKind::administered;
    event.time_ms = loop_.wall_ms();
    event.reason = "keys_rotated";
    events_.on_event(std::move(event));
  }
  keys_ = std::make_shared<const access::KeyRing>(std::move(rotated));
  listener_.on_keys(keys_);
  return {};
}

void SignInHost::rotate_keys() {
  if (const auto done = renew_keys(); !done) {
    core::LogLine(log_, core::Level::error, "sealing_keys_not_rotated")
        .text("reason", done.error().reason);
  }
}

// --- providers

void SignInHost::apply(std::shared_ptr<const model::Snapshot> snapshot) {
  snapshot_ = std::move(snapshot);
  silences_.forget();
  std::map<std::string, std::unique_ptr<access::ProviderLink>> links;
  for (const model::Provider& provider : snapshot_->providers()) {
    auto& old = links_[provider.name];
    const bool same = old != nullptr && old->provider() == provider;
    links[provider.name] =
        same ? std::move(old) : std::make_unique<access::ProviderLink>(loop_, log_, provider);
  }
  links_.swap(links);
  for (auto& [name, link] : links) {
    if (link == nullptr) continue;
    link->end();
    loop_.defer_delete(std::move(link));
  }
  apply_issuers();
}

access::ProviderLink* SignInHost::find_link(const std::string& provider) {
  const auto found = links_.find(provider);
  return found == links_.end() ? nullptr : found->second.get();
}

void SignInHost::ask_provider(const std::string& provider,
                              access::ProviderLink::MetadataDone done) {
  access::ProviderLink* link = find_link(provider);
  if (link == nullptr)
    return done(SignInError{SignInFault::engine_failed, "", "no provider has this name any more"});
  const Consent& consent = consents_[provider];
  const bool wanted = consent.asked_since_s != 0 && !consent.in_vain;
  link->ask_metadata(
      [wanted, done = std::move(done)](access::SignedIn<access::ProviderMetadata> metadata) {
        if (metadata) metadata->wants_consent = wanted;
        done(std::move(metadata));
      });
}

// --- sign-ins

// A code is good once at an honest provider; the engine does not rely on that.
bool SignInHost::first_use(const std::string& id, int64_t ends_s) {
  const int64_t now_s = loop_.wall_ms() / 1000;
  if (used_ids_.size() >= used_ids_limit)
    std::erase_if(used_ids_, [now_s](const auto& used) { return used.second < now_s; });
  if (used_ids_.size() >= used_ids_limit) return false;
  return used_ids_.emplace(id, ends_s).second;
}

void SignInHost::sign_in(const access::Callback& callback, const SignedInDone& done) {
  access::ProviderLink* link = find_link(callback.login.provider);
  const model::App* app = snapshot_->find_app(callback.login.app);
  // A code of one provider, and a client's secret at it, are not for the one that is asked now.
  if (link == nullptr || app == nullptr || app->sign_in.provider != callback.login.provider)
    return done(SignInError{SignInFault::login_unknown, "", "the configuration changed meanwhile"});
  const int64_t login_ends_s = loop_.wall_ms() / 1000 + access::LoginState::lifetime_s;
  if (!first_use(callback.login.id, login_ends_s))
    return done(SignInError{SignInFault::login_replayed, "", "its `state` came before"});
  access::Redemption redemption;
  redemption.client = model::client_of(*app, link->provider());
  redemption.code = callback.code;
  redemption.issuer = callback.issuer;
  redemption.redirect_uri = callback.redirect_uri;
  redemption.verifier = callback.login.verifier;
  redemption.nonce = callback.login.nonce;
  redemption.acr_values = callback.login.acr_values;
  redemption.max_age_s = callback.login.max_age_s;
  link->redeem(std::move(redemption),
               [this, callback, done](access::SignedIn<access::Tokens> tokens) {
                 if (!tokens) {
                   // Nothing came of it: else who sends made-up codes could use all of them up.
                   used_ids_.erase(callback.login.id);
                   return done(tokens.error());
                 }
                 begin_session(callback, *tokens, done);
               });
}

void SignInHost::begin_session(const access::Callback& callback, const access::Tokens& tokens,
                               const SignedInDone& done) {
  const model::App* app = snapshot_->find_app(callback.login.app);
  const model::Provider* provider = snapshot_->find_provider(callback.login.provider);
  if (app == nullptr || provider == nullptr || app->sign_in.provider != provider->name)
    return done(SignInError{SignInFault::login_unknown, "", "the configuration changed meanwhile"});
  auto user = access::user_of(*provider, tokens.id_token);
  if (!user) return done(user.error());
  const int64_t now_ms = loop_.wall_ms();
  access::SessionFacts facts = access::session_facts(*app, *provider, tokens.id_token,
                                                     std::move(user).value(), now_ms / 1000);
  if (app->session.recheck_s != 0 && tokens.refresh_token.empty()) {
    if (try_with_consent(*provider, callback.login.begun_s)) {
      return done(SignInError{SignInFault::provider_misconfigured,
                              std::string(access::consent_wanted),
                              "no refresh token came without the person's consent"});
    }
    // Nobody could vouch for the person again but by signing in.
    facts.expires_s =
        std::min(facts.expires_s, now_ms / 1000 + static_cast<int64_t>(app->session.recheck_s));
  }
  if (auto good = access::check_session(*keys_, *app, callback.login.amr, facts); !good)
    return done(good.error());
  control::SessionRecord record;
  record.id = tls::hex(facts.session);
  record.app = app->name;
  record.provider = provider->name;
  record.subject = facts.subject;
  record.user = facts.user;
  record.provider_session = tokens.id_token.provider_session;
  record.created_ms = now_ms;
  record.expires_ms = facts.expires_s * 1000;
  record.checked_ms = now_ms;
  record.browser = tls::sha256_hex(record.app + '\n' + callback.browser);
  record.sealed = seal_row(*keys_, tokens);
  const auto finish = [facts = std::move(facts), done](const control::Outcome<void>& outcome) {
    if (outcome) return done(facts);
    done(SignInError{SignInFault::engine_failed, "", outcome.error().detail});
  };
  control::SessionRecord begun = record;
  begun.sealed.clear();
  sessions_.create(std::move(record), now_ms,
                   [this, begun = std::move(begun), brought = tls::hex(callback.session),
                    finish](const control::Outcome<void>& saved) {
                     if (!saved) return finish(saved);
                     end_superseded(begun, brought, finish);
                   });
}

access::SignedIn<access::SessionFacts> SignInHost::mark_again(const std::string& app_name,
                                                              access::SessionFacts facts) const {
  const SignInError ended{SignInFault::login_unknown, "", "the session has no row any more"};
  const auto record = sessions_.find(tls::hex(facts.session));
  if (!record || record->app != app_name) return ended;
  const model::App* app = snapshot_->find_app(record->app);
  const model::Provider* provider = snapshot_->find_provider(record->provider);
  const auto row = open_row(*keys_, record->sealed);
  if (app == nullptr || provider == nullptr || !row || !row->contains("claims")) return ended;
  // What one provider calls a group says nothing of another's.
  if (app->sign_in.provider != provider->name) return ended;
  if (!access::is_from(*provider, row->at("claims"))) return ended;
  access::mark(facts, access::RuleNames(app->rules), app->identity, *provider, row->at("claims"));
  facts.user = record->user;
  facts.checked_s = record->checked_ms / 1000;
  facts.in_doubt = silences_.find(record->provider, record->id, loop_.wall_ms() / 1000) ==
                   access::Silences::Of::session;
  // What no cookie could hold is told at the next sign-in, instead of being read at every request.
  if (auto good = access::check_session(*keys_, *app, {}, facts); !good) return good.error();
  return facts;
}

access::SignedIn<std::string> SignInHost::id_token(const std::string& session) const {
  const SignInError ended{SignInFault::login_unknown, "", "the session has no row any more"};
  const auto record = sessions_.find(tls::hex(session));
  if (!record) return ended;
  const auto row = open_row(*keys_, record->sealed);
  if (!row) return ended;
  const auto token = row->find("id_token");
  if (token == row->end() || !token->is_string()) return ended;
  return token->get<std::string>();
}

// --- ending sessions

core::Result<void> SignInHost::read_revoked() {
  const auto revoked = sessions_.list_revoked();
  if (!revoked) return core::Error{revoked.error().detail};
  for (const control::RevokedSession& session : *revoked) {
    const auto id = tls::hex_decode(session.id);
    if (!id) return core::Error{"the state's record of the session " + session.id + " is damaged"};
    revoked_.add(*id, session.expires_ms / 1000);
  }
  return {};
}

void SignInHost::revoked(const control::SessionRecord& record, const model::Event& why) {
  access::RevokedSessions one;
  const auto id = tls::hex_decode(record.id);
  HAWSER_ASSERT(id.ok());  // it was made by us, and read as one
  one.add(*id, record.expires_ms / 1000);
  revoked_.forget(loop_.wall_ms() / 1000);
  revoked_.add(one);
  listener_.on_revoked(one);
  core::LogLine(log_, core::Level::info, "session_revoked")
      .text("session", record.id)
      .text("app", record.app)
      .text("user", record.user)
      .text_if("reason", why.reason);
  if (why.reason.empty()) return;  // whoever asked for it tells
  model::Event event = why;
  event.time_ms = loop_.wall_ms();
  event.app = record.app;
  event.provider = record.provider;
  event.user = record.user;
  event.session = record.id;
  events_.on_event(std::move(event));
}

void SignInHost::revoke(const control::SessionFilter& filter, const model::Event& why,
                        control::OutcomeDone<uint64_t> done) {
  const auto named = sessions_.matching(filter);
  if (!named) return done(named.error());
  revoke(*named, why, std::move(done));
}

void SignInHost::revoke(const std::vector<control::SessionRecord>& sessions,
                        const model::Event& why, control::OutcomeDone<uint64_t> done) {
  auto left = std::make_shared<uint64_t>(1);  // one for this loop itself
  auto count = std::make_shared<uint64_t>(0);
  auto failure = std::make_shared<std::optional<control::Refusal>>();  // the first
  const auto finish = [left, count, failure, done] {
    if (--*left != 0) return;
    *failure ? done(**failure) : done(*count);
  };
  for (const control::SessionRecord& record : sessions) {
    ++*left;
    sessions_.revoke(
        record, [this, record, why, count, failure, finish](const control::Outcome<void>& gone) {
          if (gone) {
            ++*count;
            revoked(record, why);
          } else if (!*failure) {
            *failure = gone.error();
          }
          finish();
        });
  }
  finish();
}

}  // namespace hawser::relay
