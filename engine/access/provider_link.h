// SPDX-License-Identifier: Apache-2.0
// ProviderLink: what the engine asks of one OpenID provider: beside its description and its keys,
// what a code is worth. Owner: the sign-in desk. Thread: the control thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "access/issuer_link.h"
#include "access/sign_in_fault.h"
#include "model/provider.h"
#include "token/id_token.h"
#include "token/logout_token.h"

namespace hawser::access {

// What came back with a browser, and what it must fit.
struct Redemption {
  model::ProviderClient client;
  std::string code;
  std::optional<std::string> issuer;  // `iss` of the answer
  std::string redirect_uri;
  std::string verifier;
  std::string nonce;
  std::vector<std::string> acr_values;
  std::optional<uint64_t> max_age_s;
};

struct Tokens {
  token::IdToken id_token;
  std::string id_token_text;
  std::string refresh_token;  // "" where none came
};

// Whom a provider has to vouch for again.
struct Vouching {
  model::ProviderClient client;
  std::string refresh_token;
  std::string subject;  // of the person who signed in
};

struct Vouched {
  std::optional<token::IdToken> id_token;
  std::string id_token_text;
  std::string refresh_token;               // the next one; "": the old one stays good
  std::optional<token::Claims> user_info;  // asked for where no ID token came
  // Set: then there is the next refresh token alone, which must not be lost.
  std::optional<SignInError> unfinished;
};

class ProviderLink final : public IssuerLink {
 public:
  using TokensDone = std::function<void(SignedIn<Tokens>)>;
  // Of its faults code_refused and token_refused mean that the provider does not vouch for the
  // person any more; provider_refused, that it said neither yes nor no of this person, which says
  // nothing of others; every other, that it could not be asked rightly.
  using VouchedDone = std::function<void(SignedIn<Vouched>)>;
  using LogoutDone = std::function<void(SignedIn<token::LogoutToken>)>;

  ProviderLink(core::Loop& loop, core::Log& log, model::Provider provider);
  ~ProviderLink() override;

  const model::Provider& provider() const { return provider_; }

  // Each answers once, perhaps within the call.
  void redeem(Redemption redemption, TokensDone done);
  void vouch(Vouching vouching, VouchedDone done);  // provider_vouching.cc
  void check_logout(std::string logout_token, std::string client_id, LogoutDone done);
  void end() override;

 private:
  struct Redeeming;
  struct Asked;  // of a vouching

  void ask_tokens(std::shared_ptr<Redeeming> redeeming);
  void on_tokens(const std::shared_ptr<Redeeming>& redeeming,
                 core::Result<http::ClientResponse> response);
  void check(const std::shared_ptr<Redeeming>& redeeming, bool anew);
  struct ToldLogout;
  void check_logout_by_keys(const std::shared_ptr<ToldLogout>& told, bool anew);
  void finish(const std::shared_ptr<Redeeming>& redeeming, SignedIn<Tokens> outcome);
  void refresh(const std::shared_ptr<Asked>& asked);
  void refreshed(const std::shared_ptr<Asked>& asked, core::Result<http::ClientResponse> response);
  void check(const std::shared_ptr<Asked>& asked, bool anew);
  void ask_user_info(const std::shared_ptr<Asked>& asked);
  void on_user_info(const std::shared_ptr<Asked>& asked,
                    core::Result<http::ClientResponse> response);
  void finish(const std::shared_ptr<Asked>& asked, SignedIn<Vouched> outcome);
  void finish_refused(const std::shared_ptr<Asked>& asked, const std::string& what,
                      const SignInError& why);
  void finish_silent(const std::shared_ptr<Asked>& asked, const SignInError& error);
  void end_vouching(const SignInError& error);

  model::Provider provider_;
  std::vector<std::shared_ptr<Redeeming>> redeeming_;
  std::vector<std::shared_ptr<Asked>> vouching_;
};

}  // namespace hawser::access
