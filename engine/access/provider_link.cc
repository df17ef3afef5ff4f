// SPDX-License-Identifier: Apache-2.0
#include "access/provider_link.h"

#include <utility>

#include "access/token_request.h"

namespace hawser::access {

// A code on its way to a person's facts.
struct ProviderLink::Redeeming {
  Redemption asked;
  TokensDone done;
  TokenAnswer answer;
};

// A logout that the provider tells of, until it is known to be the provider's own word.
struct ProviderLink::ToldLogout {
  std::string token;
  std::string client_id;
  LogoutDone done;
  uint64_t readings_begun;  // of the keys, before the token came
};

ProviderLink::ProviderLink(core::Loop& loop, core::Log& log, model::Provider provider)
    : IssuerLink(loop, log, {provider.name, provider.issuer, provider.ca_pem, IssuerUse::sign_in}),
      provider_(std::move(provider)) {}

ProviderLink::~ProviderLink() = default;

void ProviderLink::end() {
  IssuerLink::end();
  for (const auto& redeeming : std::exchange(redeeming_, {})) redeeming->done(changed());
  end_vouching(changed());
}

// --- what a code is worth

void ProviderLink::finish(const std::shared_ptr<Redeeming>& redeeming, SignedIn<Tokens> outcome) {
  if (std::erase(redeeming_, redeeming) != 0) redeeming->done(std::move(outcome));
}

void ProviderLink::redeem(Redemption redemption, TokensDone done) {
  if (redeeming_.size() >= waiting_limit) return done(busy());
  auto redeeming =
      std::make_shared<Redeeming>(Redeeming{std::move(redemption), std::move(done), {}});
  redeeming_.push_back(redeeming);
  ask_metadata([this, redeeming](SignedIn<ProviderMetadata> metadata) {
    if (!metadata) return finish(redeeming, metadata.error());
    // RFC 9207 2.4: a code of another provider is not shown to this one.
    const auto& issuer = redeeming->asked.issuer;
    if (issuer ? *issuer != provider_.issuer : metadata->names_itself) {
      return finish(redeeming, SignInError{SignInFault::issuer_mixed_up, "",
                                           "`iss` of the answer is not this provider"});
    }
    ask_tokens(redeeming);
  });
}

void ProviderLink::ask_tokens(std::shared_ptr<Redeeming> redeeming) {
  const Redemption& asked = redeeming->asked;
  const Form form{{"grant_type", "authorization_code"},
                  {"code", asked.code},
                  {"redirect_uri", asked.redirect_uri},
                  {"code_verifier", asked.verifier}};
  auto request =
      token_request(metadata_->token_endpoint, form, asked.client, loop_.wall_ms() / 1000);
  if (!request) {
    return finish(redeeming,
                  SignInError{SignInFault::engine_failed, "client_key", request.error().reason});
  }
  fetch(std::move(request).value(), [this, redeeming](core::Result<http::ClientResponse> response) {
    on_tokens(redeeming, std::move(response));
  });
}

void ProviderLink::on_tokens(const std::shared_ptr<Redeeming>& redeeming,
                             core::Result<http::ClientResponse> response) {
  if (!response) return finish(redeeming, unreachable("token", response.error().reason));
  auto answer = read_token_answer(*response);
  if (!answer) {
    metadata_doubted_ |= answer.error().fault != SignInFault::code_refused;
    return finish(redeeming, answer.error());
  }
  redeeming->answer = std::move(answer).value();
  check(redeeming, false);
}

void ProviderLink::check(const std::shared_ptr<Redeeming>& redeeming, bool anew) {
  ask_keys(anew, [this, redeeming, anew](SignedIn<std::shared_ptr<const token::KeySet>> keys) {
    if (!keys) return finish(redeeming, keys.error());
    const Redemption& asked = redeeming->asked;
    token::IdTokenWanted wanted;
    wanted.issuer = provider_.issuer;
    wanted.client_id = asked.client.id;
    wanted.nonce = asked.nonce;
    wanted.access_token = redeeming->answer.access_token;
    wanted.acr_values = asked.acr_values;
    if (asked.max_age_s) wanted.max_age_s = static_cast<int64_t>(*asked.max_age_s);
    wanted.time = {loop_.wall_ms() / 1000, static_cast<int64_t>(provider_.clock_skew_s)};
    auto checked = token::check_id_token(redeeming->answer.id_token, **keys, wanted);
    // The provider may have begun to use a new key since its keys were read.
    if (!checked && !anew && checked.error().fault == token::TokenFault::key_unknown)
      return check(redeeming, true);
    if (!checked) return finish(redeeming, token_refused(checked.error()));
    finish(redeeming, Tokens{std::move(checked).value(), std::move(redeeming->answer.id_token),
                             std::move(redeeming->answer.refresh_token)});
  });
}

// --- what it tells of sessions that it has ended

void ProviderLink::check_logout(std::string logout_token, std::string client_id, LogoutDone done) {
  auto told = std::make_shared<ToldLogout>(
      ToldLogout{std::move(logout_token), std::move(client_id), std::move(done), readings_begun()});
  ask_metadata([this, told](const SignedIn<ProviderMetadata>& metadata) {
    metadata ? check_logout_by_keys(told, false) : told->done(metadata.error());
  });
}

void ProviderLink::check_logout_by_keys(const std::shared_ptr<ToldLogout>& told, bool anew) {
  ask_keys(anew, [this, told, anew](const SignedIn<Keys>& keys) {
    if (!keys) return told->done(keys.error());
    token::LogoutTokenWanted wanted;
    wanted.issuer = provider_.issuer;
    wanted.client_id = told->client_id;
    wanted.time = {loop_.wall_ms() / 1000, static_cast<int64_t>(provider_.clock_skew_s)};
    auto checked = token::check_logout_token(told->token, **keys, wanted);
    if (checked) return told->done(std::move(checked).value());
    const bool key_unknown = checked.error().fault == token::TokenFault::key_unknown;
    // The provider is not asked again so soon, or gave no answer: it may use the key since. Whoever
    // tells of a logout comes again where that may help.
    if (key_unknown && keys_reading() <= told->readings_begun) {
      if (!anew) return check_logout_by_keys(told, true);
      return told->done(SignInError{SignInFault::provider_unreachable, "keys",
                                    "the token's key could not be looked for just now"});
    }
    told->done(token_refused(checked.error()));
  });
}

}  // namespace hawser::access
