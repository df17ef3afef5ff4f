// SPDX-License-Identifier: Apache-2.0
// What of a person's token goes into the session cookie: who it is, and those groups and claims
// that the app's rules name. Owner: nobody. Thread: any.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "access/rules_names.h"
#include "access/session_cookie.h"
#include "access/sign_in_fault.h"
#include "model/app.h"
#include "model/provider.h"
#include "token/id_token.h"

namespace hawser::access {

// What rules and the log call the person: the claim that the provider's `user_claim` names. Where
// it is missing, or an address that the provider has not verified, there is no name to go by, and
// no other would do: it might be somebody else's.
SignedIn<std::string> user_of(const model::Provider& provider, const token::IdToken& id_token);
// The same of any token: the text of `claim`, which is `subject` where that is `sub`.
SignedIn<std::string> user_named(const std::string& claim, const std::string& subject,
                                 const token::Claims& claims);

// Why a session with these facts is not begun: it lacks one of the methods (`amr`) that the sign-in
// was for, and asking again would bring the same answer; or its cookie would be too large.
SignedIn<void> check_session(const KeyRing& keys, const model::App& app,
                             const std::vector<std::string>& amr, const SessionFacts& facts);

// With a new session's id. `user` is as user_of() has it. It ends with the app's `max_age`,
// whatever the token's own end.
SessionFacts session_facts(const model::App& app, const model::Provider& provider,
                           const token::IdToken& id_token, std::string user, int64_t now_s);

// Changes with the names that an app's rules use, with what its application is told, and with the
// provider that says who is who.
uint64_t marks_digest(const RuleNames& names, const std::vector<model::IdentityField>& identity,
                      const model::Provider& provider);

// Whether it was that provider who said so: one may have become another under its name.
bool is_from(const model::Provider& provider, const token::Claims& claims);

// Notes which of the names that an app's rules use are the person's, and what its application is
// told of the person.
void mark(SessionFacts& facts, const RuleNames& names,
          const std::vector<model::IdentityField>& identity, const model::Provider& provider,
          const token::Claims& claims);

}  // namespace hawser::access
