// SPDX-License-Identifier: Apache-2.0
// SignInDesk: what a worker asks of the control thread while somebody signs in: there are the
// providers' answers and the sessions' rows. Owner: the engine, which outlives the workers' gates.
// Thread: called on a worker's; `done` runs there too, once, never within the call.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "access/discovery.h"
#include "access/login_state.h"
#include "access/parked_forms.h"
#include "access/session_cookie.h"
#include "access/sign_in_fault.h"
#include "token/key_set.h"

namespace hawser::access {

// A browser came back from the provider.
struct Callback {
  LoginState login;
  std::string code;
  std::optional<std::string> issuer;  // `iss` (RFC 9207)
  std::string redirect_uri;
  std::string browser;  // the login cookie's value
  std::string session;  // whose cookie the browser brought along, raw; empty: none
};

// What the provider has to know of a session that a person ended here, to end its own.
struct EndedSession {
  std::string end_session_endpoint;  // "" where the provider has none, or the session is unknown
  std::string id_token;
  std::string client_id;
};

// Why a session's facts are wanted anew.
enum class Renewal : uint8_t {
  marks,    // the rules name other groups and claims than its cookie knows of
  vouched,  // the provider has to say again that the person is who they were
};

// `detail` of a sign_in()'s error: the browser has to go to the provider once more, for consent.
inline constexpr std::string_view consent_wanted = "consent_wanted";

// Whose keys check the tokens that programs bring along.
struct KeySource {
  std::string issuer;
  std::string ca_pem;  // empty: as the provider with this issuer has it, else the system's roots
  auto operator<=>(const KeySource&) const = default;
};

class SignInDesk {
 public:
  virtual ~SignInDesk() = default;
  virtual void ask_provider(std::string provider,
                            std::function<void(SignedIn<ProviderMetadata>)> done) = 0;
  // Redeems the code and begins a session. Those that another person has of the app in this browser
  // end; the same person's go on, as other tabs may be about to use them, and end together.
  virtual void sign_in(Callback callback, std::function<void(SignedIn<SessionFacts>)> done) = 0;
  // The session's facts anew, from its row. With `vouched` the provider is asked before, where the
  // app's `recheck` is due; if it cannot be reached, `checked_s` stays as the row has it. An error:
  // the session is over.
  virtual void renew(std::string app, SessionFacts facts, Renewal renewal,
                     std::function<void(SignedIn<SessionFacts>)> done) = 0;
  // The ID token in the session's row.
  virtual void ask_id_token(std::string session,
                            std::function<void(SignedIn<std::string>)> done) = 0;
  // With all that its browser has of the app.
  virtual void end_session(std::string session,
                           std::function<void(SignedIn<EndedSession>)> done) = 0;
  // A provider tells that it has ended sessions (OpenID Connect Back-Channel Logout 1.0).
  virtual void end_by_provider(std::string logout_token,
                               std::function<void(SignedIn<void>)> done) = 0;
  // `anew`: a token names a key that is not among those that were given out.
  virtual void ask_keys(
      KeySource source, bool anew,
      std::function<void(SignedIn<std::shared_ptr<const token::KeySet>>)> done) = 0;
  // Forms that wait for a sign-in. False: there is no room for it.
  virtual void keep_form(KeptForm form, std::function<void(bool kept)> done) = 0;
  virtual void lend_form(std::string id, std::function<void(LentForm)> done) = 0;
  virtual void settle_form(std::string id, bool sent) = 0;
};

}  // namespace hawser::access
