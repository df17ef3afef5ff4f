// SPDX-License-Identifier: Apache-2.0
// SignInHost: the control thread's half of signing in: the providers, the keys that seal cookies,
// the sessions' rows. Owner: the Engine. Thread: the control thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "access/key_ring.h"
#include "access/provider_link.h"
#include "access/revoked_sessions.h"
#include "access/sign_in_desk.h"
#include "access/silences.h"
#include "control/session_filter.h"
#include "control/sessions.h"
#include "control/store.h"
#include "core/log.h"
#include "core/loop.h"
#include "core/timer_wheel.h"
#include "model/event.h"
#include "model/snapshot.h"
#include "relay/recheck_queue.h"

namespace hawser::relay {

class SignInHost {
 public:
  using Keys = std::shared_ptr<const access::KeyRing>;

  class Listener {
   public:
    virtual ~Listener() = default;
    virtual void on_keys(const Keys& keys) = 0;  // a new ring
    virtual void on_revoked(const access::RevokedSessions& sessions) = 0;
  };

  // All outlive the host.
  SignInHost(core::Loop& loop, core::Log& log, control::Store& store, Listener& listener,
             model::EventSink& events);
  ~SignInHost();

  // Reads or makes the keys, and what is known of sessions.
  core::Result<void> open();
  const Keys& keys() const { return keys_; }
  // A provider whose settings did not change keeps what it knows.
  void apply(std::shared_ptr<const model::Snapshot> snapshot);

  void ask_provider(const std::string& provider, access::ProviderLink::MetadataDone done);
  void ask_keys(const access::KeySource& source, bool anew, access::IssuerLink::KeysDone done);
  using SignedInDone = std::function<void(access::SignedIn<access::SessionFacts>)>;
  void sign_in(const access::Callback& callback, const SignedInDone& done);
  // As the SignInDesk has it (sign_in_recheck.cc).
  void renew(const std::string& app, const access::SessionFacts& facts, access::Renewal renewal,
             const SignedInDone& done);
  // `session` is its raw id, here and below.
  access::SignedIn<std::string> id_token(const std::string& session) const;
  void end_session(const std::string& session,
                   std::function<void(access::SignedIn<access::EndedSession>)> done);
  // Ends the sessions that a provider's logout token names. A token is good once.
  void end_by_provider(const std::string& logout_token,
                       std::function<void(access::SignedIn<void>)> done);
  control::Outcome<std::vector<control::SessionRecord>> sessions() const {
    return sessions_.list();
  }
  // Those that the filter names end at once, on all workers; answers how many. Auditors are told of
  // each: `why` has kind, reason and who did it.
  void revoke(const control::SessionFilter& filter, const model::Event& why,
              control::OutcomeDone<uint64_t> done);
  const access::RevokedSessions& revoked() const { return revoked_; }

 private:
  core::Result<void> save_keys(const access::KeyRing& ring, uint64_t revision);
  core::Result<void> renew_keys();
  void rotate_keys();
  access::ProviderLink* find_link(const std::string& provider);
  void apply_issuers();
  access::ProviderLink* find_provider_of(const access::KeySource& source);
  // Of a login's or a token's id, which then is kept until it is worth nothing by itself.
  bool first_use(const std::string& id, int64_t ends_s);
  access::EndedSession ended(const std::string& session);
  void end_named(const access::ProviderLink& link, const token::LogoutToken& logout,
                 const std::function<void(access::SignedIn<void>)>& done);
  core::Result<void> read_revoked();
  void revoke(const std::vector<control::SessionRecord>& sessions, const model::Event& why,
              control::OutcomeDone<uint64_t> done);
  void revoked(const control::SessionRecord& record, const model::Event& why);
  // The session's facts as its row has them, with the marks that the app's present rules ask for.
  access::SignedIn<access::SessionFacts> mark_again(const std::string& app,
                                                    access::SessionFacts facts) const;
  // --- asking providers again (sign_in_recheck.cc)
  bool is_due(const model::App& app, const std::string& session, int64_t checked_s) const;
  bool is_silent(const std::string& provider, const std::string& session) const;  // in hex
  void recheck(const std::string& provider, const std::string& session);
  void vouched(control::SessionRecord record, nlohmann::json row,
               access::SignedIn<access::Vouched> vouched);
  void save_vouched(control::SessionRecord record, const nlohmann::json& row);
  // Where the provider could not be asked rightly, about anybody or about this person.
  void note_silence(const control::SessionRecord& record, const access::SignInError& error);
  void end_unvouched(const control::SessionRecord& record, std::string_view reason);
  bool try_with_consent(const model::Provider& provider, int64_t login_begun_s);
  void begin_session(const access::Callback& callback, const access::Tokens& tokens,
                     const SignedInDone& done);
  // Ends what the browser has of the app that must not outlive this sign-in (sign_in_logout.cc).
  void end_superseded(const control::SessionRecord& begun, const std::string& brought,
                      control::OutcomeDone<void> done);

  core::Loop& loop_;
  core::Log& log_;
  control::Store& store_;
  control::Sessions sessions_;
  Listener& listener_;
  model::EventSink& events_;
  Keys keys_;
  std::shared_ptr<const model::Snapshot> snapshot_;
  std::map<std::string, std::unique_ptr<access::ProviderLink>> links_;
  // Of tokens that programs bring along, but for those that are a provider's.
  std::map<access::KeySource, std::unique_ptr<access::IssuerLink>> issuers_;
  std::map<std::string, int64_t> used_ids_;  // when each ends, in seconds
  RecheckQueue rechecks_;
  access::Silences silences_;  // sessions by their ids in hex
  struct Consent {
    int64_t asked_since_s = 0;  // 0: not yet
    bool in_vain = false;
  };
  std::map<std::string, Consent> consents_;  // for refresh tokens, by provider
  access::RevokedSessions revoked_;
  core::Deadline rotation_;
};

}  // namespace hawser::relay
