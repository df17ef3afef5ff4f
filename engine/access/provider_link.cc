// SPDX-License-Identifier: Apache-2.0
#include "access/provider_link.h"

#include <utility>

#include "access/token_request.h"

namespace hawser::access {
namespace {

constexpr uint64_t second_ms = 1000;
constexpr uint64_t metadata_fresh_ms = 3600 * second_ms;
constexpr uint64_t keys_fresh_ms = 24 * 3600 * second_ms;
// After a failure, and for keys that a token asks for: how soon the provider is asked again.
constexpr uint64_t ask_again_ms = 5 * second_ms;
// Likewise while nothing is known of it: somebody waits.
constexpr uint64_t ask_first_again_ms = second_ms;

constexpr int too_many_requests = 429;

// Who waits for one of the provider's answers costs memory, also once the browser is gone.
constexpr size_t waiting_limit = 1000;

SignInError busy() {
  return {SignInFault::provider_unreachable, "busy", "too many sign-ins wait for the provider"};
}

// Whether something that was asked for at `asked_ms` (0: never) is so long ago.
bool is_past(uint64_t now_ms, uint64_t asked_ms, uint64_t age_ms) {
  return asked_ms == 0 || asked_ms + age_ms <= now_ms;
}

}  // namespace

// A code on its way to a person's facts.
struct ProviderLink::Redeeming {
  Redemption asked;
  TokensDone done;
  TokenAnswer answer;
};

ProviderLink::ProviderLink(core::Loop& loop, core::Log& log, model::Provider provider)
    : loop_(loop), log_(log), provider_(std::move(provider)) {
  tls::ClientOptions options;
  options.trust_pem = provider_.ca_pem;
  options.system_roots = provider_.ca_pem.empty();
  options.alpn = {"http/1.1"};
  auto context = tls::Context::client(options);
  if (context) {
    tls_ = std::move(context).value();
  } else {
    broken_ = context.error().reason;
  }
}

ProviderLink::~ProviderLink() = default;

void ProviderLink::end() {
  for (auto& [number, fetch] : fetches_) loop_.defer_delete(std::move(fetch));
  fetches_.clear();
  const SignInError changed{SignInFault::login_unknown, "", "the provider's settings changed"};
  for (const KeysDone& done : std::exchange(keys_waiting_, {})) done(changed);
  metadata_failed(changed);
  for (const auto& redeeming : std::exchange(redeeming_, {})) redeeming->done(changed);
  end_vouching(changed);
}

SignInError ProviderLink::unreachable(const std::string& what, const std::string& reason) {
  core::LogLine(log_, core::Level::warn, "provider_failed")
      .text("provider", provider_.name)
      .text("what", what)
      .text("reason", reason);
  metadata_doubted_ = true;  // its endpoints may have moved
  return {SignInFault::provider_unreachable, what, reason};
}

SignInError ProviderLink::misconfigured(const std::string& what, const std::string& reason) {
  SignInError error = unreachable(what, reason);
  error.fault = SignInFault::provider_misconfigured;
  return error;
}

// An outage passes by itself; what else is no 200 is somebody's to mend.
SignInError ProviderLink::answered(const std::string& what, int status) {
  const std::string reason = "it answered " + std::to_string(status);
  const bool outage = status >= 500 || status == too_many_requests;
  return outage ? unreachable(what, reason) : misconfigured(what, reason);
}

void ProviderLink::fetch(token::FetchRequest request, token::Fetch::Done done) {
  const uint64_t number = next_fetch_++;
  auto finish = [this, number, done = std::move(done)](core::Result<http::ClientResponse> answer) {
    const auto found = fetches_.find(number);
    if (found == fetches_.end()) return;  // ended in this turn
    loop_.defer_delete(std::move(found->second));
    fetches_.erase(found);
    done(std::move(answer));
  };
  fetches_[number] = std::make_unique<token::Fetch>(loop_, tls_, std::move(request), finish);
}

// --- the provider's description

void ProviderLink::ask_metadata(MetadataDone done) {
  const uint64_t fresh_ms = metadata_doubted_ ? ask_again_ms : metadata_fresh_ms;
  const uint64_t age_ms = metadata_ ? fresh_ms : ask_first_again_ms;
  const bool ask = !metadata_asking_ && is_past(loop_.now_ms(), metadata_asked_ms_, age_ms);
  // An old description is as good while a new one is fetched.
  if (metadata_) {
    done(*metadata_);
  } else if (!ask && !metadata_asking_) {
    done(metadata_error_);  // of a moment ago
  } else if (metadata_waiting_.size() >= waiting_limit) {
    done(busy());
  } else {
    metadata_waiting_.push_back(std::move(done));
  }
  if (ask) refresh_metadata();
}

void ProviderLink::refresh_metadata() {
  metadata_asking_ = true;
  metadata_asked_ms_ = loop_.now_ms();
  const auto location = ProviderMetadata::location(provider_.issuer);
  if (!location || tls_ == nullptr)
    return on_metadata(core::Error{location ? broken_ : location.error().reason});
  token::FetchRequest request;
  request.url = *location;
  request.response_limit_bytes = ProviderMetadata::limit_bytes;
  fetch(std::move(request),
        [this](core::Result<http::ClientResponse> response) { on_metadata(std::move(response)); });
}

void ProviderLink::on_metadata(core::Result<http::ClientResponse> response) {
  metadata_asking_ = false;
  if (!response) return metadata_failed(unreachable("discovery", response.error().reason));
  if (response->status != 200) return metadata_failed(answered("discovery", response->status));
  auto parsed = ProviderMetadata::parse(response->body, provider_.issuer);
  if (!parsed) return metadata_failed(misconfigured("discovery", parsed.error().reason));
  metadata_ = std::move(parsed).value();
  metadata_doubted_ = false;
  for (const MetadataDone& done : std::exchange(metadata_waiting_, {})) done(*metadata_);
}

void ProviderLink::metadata_failed(const SignInError& error) {
  metadata_error_ = error;
  for (const MetadataDone& done : std::exchange(metadata_waiting_, {})) done(error);
}

// --- its keys

void ProviderLink::ask_keys(bool anew, KeysDone done) {
  if (keys_waiting_.size() >= waiting_limit) return done(busy());
  const uint64_t now_ms = loop_.now_ms();
  const uint64_t age_ms = anew ? ask_again_ms : keys_fresh_ms;
  if (keys_ != nullptr && !is_past(now_ms, keys_asked_ms_, age_ms)) return done(keys_);
  keys_waiting_.push_back(std::move(done));
  if (keys_waiting_.size() > 1) return;
  keys_asked_ms_ = now_ms;
  token::FetchRequest request;
  request.url = metadata_->keys;
  request.response_limit_bytes = token::KeySet::limit_bytes;
  fetch(std::move(request),
        [this](core::Result<http::ClientResponse> response) { on_keys(std::move(response)); });
}

void ProviderLink::on_keys(core::Result<http::ClientResponse> response) {
  std::optional<SignInError> trouble;
  if (!response) {
    trouble = unreachable("keys", response.error().reason);
  } else if (response->status != 200) {
    trouble = answered("keys", response->status);
  } else if (auto parsed = token::KeySet::parse(response->body); !parsed) {
    trouble = misconfigured("keys", parsed.error().reason);
  } else {
    keys_ = std::make_shared<const token::KeySet>(std::move(parsed).value());
    for (const std::string& left_out : keys_->left_out()) {
      core::LogLine(log_, core::Level::debug, "provider_key_left_out")
          .text("provider", provider_.name)
          .text("reason", left_out);
    }
  }
  SignedIn<std::shared_ptr<const token::KeySet>> outcome = keys_;
  if (trouble && keys_ == nullptr) outcome = *trouble;  // else those from before the outage
  for (const KeysDone& done : std::exchange(keys_waiting_, {})) done(outcome);
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
  const std::string url =
      "https://" + metadata_->token_endpoint.authority() + metadata_->token_endpoint.target;
  auto request =
      token_request(metadata_->token_endpoint, url, form, asked.client, loop_.wall_ms() / 1000);
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
  ask_metadata([this, logout_token = std::move(logout_token), client_id = std::move(client_id),
                done = std::move(done)](const SignedIn<ProviderMetadata>& metadata) {
    if (!metadata) return done(metadata.error());
    check_logout_by_keys(logout_token, client_id, false, done);
  });
}

void ProviderLink::check_logout_by_keys(const std::string& logout_token,
                                        const std::string& client_id, bool anew,
                                        const LogoutDone& done) {
  ask_keys(anew, [this, logout_token, client_id, anew,
                  done](SignedIn<std::shared_ptr<const token::KeySet>> keys) {
    if (!keys) return done(keys.error());
    token::LogoutTokenWanted wanted;
    wanted.issuer = provider_.issuer;
    wanted.client_id = client_id;
    wanted.time = {loop_.wall_ms() / 1000, static_cast<int64_t>(provider_.clock_skew_s)};
    auto checked = token::check_logout_token(logout_token, **keys, wanted);
    if (checked) return done(std::move(checked).value());
    if (!anew && checked.error().fault == token::TokenFault::key_unknown)
      return check_logout_by_keys(logout_token, client_id, true, done);
    done(token_refused(checked.error()));
  });
}

}  // namespace hawser::access
