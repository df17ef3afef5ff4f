// SPDX-License-Identifier: Apache-2.0
// ProviderLink: what the engine asks of one OpenID provider: its description, its keys, and what a
// code is worth. Description and keys are kept and used through an outage. Owner: the sign-in desk.
// Thread: the control thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "access/discovery.h"
#include "access/sign_in_fault.h"
#include "core/log.h"
#include "core/loop.h"
#include "model/provider.h"
#include "token/fetch.h"
#include "token/id_token.h"
#include "token/key_set.h"
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

class ProviderLink {
 public:
  using MetadataDone = std::function<void(SignedIn<ProviderMetadata>)>;
  using TokensDone = std::function<void(SignedIn<Tokens>)>;
  // Of its faults code_refused and token_refused mean that the provider does not vouch for the
  // person any more; every other, that it could not be asked rightly.
  using VouchedDone = std::function<void(SignedIn<Vouched>)>;
  using LogoutDone = std::function<void(SignedIn<token::LogoutToken>)>;

  ProviderLink(core::Loop& loop, core::Log& log, model::Provider provider);
  ~ProviderLink();
  ProviderLink(const ProviderLink&) = delete;
  ProviderLink& operator=(const ProviderLink&) = delete;

  const model::Provider& provider() const { return provider_; }

  // As far as the provider has been asked.
  const std::optional<ProviderMetadata>& metadata() const { return metadata_; }

  // Each answers once, perhaps within the call.
  void ask_metadata(MetadataDone done);
  void redeem(Redemption redemption, TokensDone done);
  void vouch(Vouching vouching, VouchedDone done);  // provider_vouching.cc
  void check_logout(std::string logout_token, std::string client_id, LogoutDone done);
  // Answers whoever still waits: the provider is no longer what it was. Nothing is asked after it.
  void end();

 private:
  using KeysDone = std::function<void(SignedIn<std::shared_ptr<const token::KeySet>>)>;
  struct Redeeming;
  struct Asked;  // of a vouching

  void fetch(token::FetchRequest request, token::Fetch::Done done);
  void refresh_metadata();
  void on_metadata(core::Result<http::ClientResponse> response);
  void metadata_failed(const SignInError& error);
  void ask_keys(bool anew, KeysDone done);
  void on_keys(core::Result<http::ClientResponse> response);
  void ask_tokens(std::shared_ptr<Redeeming> redeeming);
  void on_tokens(const std::shared_ptr<Redeeming>& redeeming,
                 core::Result<http::ClientResponse> response);
  void check(const std::shared_ptr<Redeeming>& redeeming, bool anew);
  void check_logout_by_keys(const std::string& logout_token, const std::string& client_id,
                            bool anew, const LogoutDone& done);
  void finish(const std::shared_ptr<Redeeming>& redeeming, SignedIn<Tokens> outcome);
  void refresh(const std::shared_ptr<Asked>& asked);
  void refreshed(const std::shared_ptr<Asked>& asked, core::Result<http::ClientResponse> response);
  void check(const std::shared_ptr<Asked>& asked, bool anew);
  void ask_user_info(const std::shared_ptr<Asked>& asked);
  void on_user_info(const std::shared_ptr<Asked>& asked,
                    core::Result<http::ClientResponse> response);
  void finish(const std::shared_ptr<Asked>& asked, SignedIn<Vouched> outcome);
  void finish_silent(const std::shared_ptr<Asked>& asked, const SignInError& error);
  void end_vouching(const SignInError& error);
  SignInError unreachable(const std::string& what, const std::string& reason);
  SignInError misconfigured(const std::string& what, const std::string& reason);
  SignInError answered(const std::string& what, int status);

  core::Loop& loop_;
  core::Log& log_;
  model::Provider provider_;
  std::shared_ptr<tls::Context> tls_;
  std::string broken_;  // why there is no tls_
  std::optional<ProviderMetadata> metadata_;
  std::shared_ptr<const token::KeySet> keys_;
  SignInError metadata_error_;  // why there is none
  bool metadata_asking_ = false;
  bool metadata_doubted_ = false;  // an endpoint that it names is of no use
  uint64_t metadata_asked_ms_ = 0;
  uint64_t keys_asked_ms_ = 0;
  std::vector<MetadataDone> metadata_waiting_;
  std::vector<KeysDone> keys_waiting_;
  std::vector<std::shared_ptr<Redeeming>> redeeming_;
  std::vector<std::shared_ptr<Asked>> vouching_;
  std::map<uint64_t, std::unique_ptr<token::Fetch>> fetches_;
  uint64_t next_fetch_ = 1;
};

}  // namespace hawser::access
