// SPDX-License-Identifier: Apache-2.0
// The part of a ProviderLink that asks the provider whether it still vouches for somebody who is
// signed in: a refresh token brings a new ID token (OpenID Connect Core 12), or the UserInfo
// endpoint's claims where no ID token comes with it (Core 5.3).
#include <algorithm>
#include <utility>

#include "access/provider_link.h"
#include "access/token_request.h"
#include "token/strict_json.h"

namespace hawser::access {
namespace {

using message::FieldName;

constexpr size_t user_info_limit_bytes = 256 * 1024;

// Errors that are about the person or what was granted, and not about us (RFC 6749 5.2; some
// providers answer with those of OpenID Connect Core 3.1.2.6 here too).
bool is_of_the_person(std::string_view error) {
  constexpr std::string_view names[] = {"invalid_grant",        "access_denied",
                                        "login_required",       "consent_required",
                                        "interaction_required", "account_selection_required"};
  return std::find(std::begin(names), std::end(names), error) != std::end(names);
}

// About nobody in particular (RFC 6585 4, RFC 9110 15.5.9; RFC 6749 5.2 for our client's proof). An
// answer to one person's token may be any other 4xx, and others' checks must not wait for it.
bool is_of_the_provider(int status, std::string_view error) {
  constexpr int request_timeout = 408;
  constexpr int too_many_requests = 429;
  return status < 400 || status >= 500 || status == request_timeout ||
         status == too_many_requests || error == "invalid_client";
}

SignInError refused(std::string detail, std::string reason) {
  return {SignInFault::code_refused, std::move(detail), std::move(reason)};
}

}  // namespace

struct ProviderLink::Asked {
  Vouching vouching;
  VouchedDone done;
  TokenAnswer answer;
  std::shared_ptr<const token::KeySet> tried;  // that do not have the token's key
};

void ProviderLink::finish(const std::shared_ptr<Asked>& asked, SignedIn<Vouched> outcome) {
  if (std::erase(vouching_, asked) != 0) asked->done(std::move(outcome));
}

void ProviderLink::finish_refused(const std::shared_ptr<Asked>& asked, const std::string& what,
                                  const SignInError& why) {
  SignInError error = unreachable(what, why.reason);
  error.fault = SignInFault::provider_refused;
  error.detail = why.detail;
  finish_silent(asked, error);
}

// The old refresh token may be worth nothing any more.
void ProviderLink::finish_silent(const std::shared_ptr<Asked>& asked, const SignInError& error) {
  Vouched vouched;
  vouched.refresh_token = asked->answer.refresh_token;
  vouched.unfinished = error;
  if (vouched.refresh_token.empty()) return finish(asked, error);
  finish(asked, std::move(vouched));
}

void ProviderLink::end_vouching(const SignInError& error) {
  for (const auto& asked : std::exchange(vouching_, {})) asked->done(error);
}

void ProviderLink::vouch(Vouching vouching, VouchedDone done) {
  auto asked = std::make_shared<Asked>(Asked{std::move(vouching), std::move(done), {}, {}});
  vouching_.push_back(asked);
  ask_metadata([this, asked](const SignedIn<ProviderMetadata>& metadata) {
    if (!metadata) return finish(asked, metadata.error());
    refresh(asked);
  });
}

void ProviderLink::refresh(const std::shared_ptr<Asked>& asked) {
  const Vouching& vouching = asked->vouching;
  const Form form{{"grant_type", "refresh_token"}, {"refresh_token", vouching.refresh_token}};
  auto request =
      token_request(metadata_->token_endpoint, form, vouching.client, loop_.wall_ms() / 1000);
  if (!request) {
    return finish(asked,
                  SignInError{SignInFault::engine_failed, "client_key", request.error().reason});
  }
  fetch(std::move(request).value(), [this, asked](core::Result<http::ClientResponse> response) {
    refreshed(asked, std::move(response));
  });
}

void ProviderLink::refreshed(const std::shared_ptr<Asked>& asked,
                             core::Result<http::ClientResponse> response) {
  if (!response) return finish(asked, unreachable("refresh", response.error().reason));
  auto answer = read_token_answer(*response, GrantType::refresh_token);
  if (!answer && !is_of_the_provider(response->status, answer.error().detail)) {
    if (is_of_the_person(answer.error().detail))
      return finish(asked, refused(answer.error().detail, answer.error().reason));
    return finish_refused(asked, "refresh", answer.error());
  }
  if (!answer && answer.error().fault != SignInFault::token_refused) {
    SignInError error = unreachable("refresh", answer.error().reason);
    error.detail = answer.error().detail;
    return finish(asked, error);
  }
  if (!answer) return finish(asked, answer.error());
  asked->answer = std::move(answer).value();
  asked->answer.id_token.empty() ? ask_user_info(asked) : check(asked, false);
}

// Everything but `nonce`, which a refreshed token need not have (Core 12.2).
void ProviderLink::check(const std::shared_ptr<Asked>& asked, bool anew) {
  ask_keys(anew, [this, asked](const SignedIn<std::shared_ptr<const token::KeySet>>& keys) {
    if (!keys) return finish_silent(asked, keys.error());
    token::IdTokenWanted wanted;
    wanted.issuer = provider_.issuer;
    wanted.client_id = asked->vouching.client.id;
    wanted.access_token = asked->answer.access_token;
    wanted.subject = asked->vouching.subject;
    wanted.time = {loop_.wall_ms() / 1000, static_cast<int64_t>(provider_.clock_skew_s)};
    auto checked = token::check_id_token(asked->answer.id_token, **keys, wanted);
    const bool key_unknown = !checked && checked.error().fault == token::TokenFault::key_unknown;
    if (key_unknown && asked->tried == nullptr) {
      asked->tried = *keys;
      return check(asked, true);
    }
    // They were read a moment ago, so not again: the provider may use a new key since.
    if (key_unknown && asked->tried == *keys)
      return finish_silent(asked, unreachable("keys", checked.error().reason));
    if (!checked) return finish(asked, token_refused(checked.error()));
    Vouched vouched;
    vouched.id_token = std::move(checked).value();
    vouched.id_token_text = std::move(asked->answer.id_token);
    vouched.refresh_token = std::move(asked->answer.refresh_token);
    finish(asked, std::move(vouched));
  });
}

// --- without an ID token

void ProviderLink::ask_user_info(const std::shared_ptr<Asked>& asked) {
  Vouched vouched;
  vouched.refresh_token = asked->answer.refresh_token;
  if (!metadata_->user_info) return finish(asked, std::move(vouched));
  token::FetchRequest request;
  request.url = *metadata_->user_info;
  request.response_limit_bytes = user_info_limit_bytes;
  request.fields.add(FieldName::authorization, "Bearer " + asked->answer.access_token);
  request.fields.add(FieldName::accept, "application/json");
  fetch(std::move(request), [this, asked](core::Result<http::ClientResponse> response) {
    on_user_info(asked, std::move(response));
  });
}

void ProviderLink::on_user_info(const std::shared_ptr<Asked>& asked,
                                core::Result<http::ClientResponse> response) {
  if (!response) return finish_silent(asked, unreachable("userinfo", response.error().reason));
  // The access token is a moment old: whoever it stands for is not to be known any more.
  if (response->status == 401 || response->status == 403)
    return finish(asked, refused("userinfo", "the UserInfo endpoint took a new access token not"));
  if (response->status != 200) {
    const std::string reason = "it answered " + std::to_string(response->status);
    if (!is_of_the_provider(response->status, ""))
      return finish_refused(asked, "userinfo", {SignInFault::provider_refused, "", reason});
    return finish_silent(asked, unreachable("userinfo", reason));
  }
  auto claims = token::parse_strict_object(response->body, user_info_limit_bytes);
  if (!claims)
    return finish_silent(asked, unreachable("userinfo", "its answer is " + claims.error().reason));
  const auto subject = token::text_claim(*claims, "sub");
  if (!subject || !*subject || **subject != asked->vouching.subject) {
    return finish(asked, SignInError{SignInFault::token_refused, "subject_wrong",
                                     "the UserInfo endpoint's `sub` is another person"});
  }
  Vouched vouched;
  vouched.refresh_token = asked->answer.refresh_token;
  vouched.user_info = std::move(claims).value();
  finish(asked, std::move(vouched));
}

}  // namespace hawser::access
