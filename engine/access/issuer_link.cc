// SPDX-License-Identifier: Apache-2.0
#include "access/issuer_link.h"

#include <utility>

#include "token/key_freshness.h"

namespace hawser::access {
namespace {

constexpr uint64_t second_ms = 1000;
constexpr uint64_t metadata_fresh_ms = 3600 * second_ms;
// After keys could not be read, while those that are known are used.
constexpr uint64_t keys_retry_ms = 60 * second_ms;
// After a failure, and for keys that a token asks for: how soon the issuer is asked again.
constexpr uint64_t ask_again_ms = 5 * second_ms;
// Likewise while nothing is known of it: somebody waits.
constexpr uint64_t ask_first_again_ms = second_ms;

constexpr int too_many_requests = 429;

// Whether something that was asked for at `asked_ms` (0: never) is so long ago.
bool is_past(uint64_t now_ms, uint64_t asked_ms, uint64_t age_ms) {
  return asked_ms == 0 || asked_ms + age_ms <= now_ms;
}

}  // namespace

IssuerLink::IssuerLink(core::Loop& loop, core::Log& log, Issuer issuer)
    : loop_(loop), log_(log), issuer_(std::move(issuer)) {
  tls::ClientOptions options;
  options.trust_pem = issuer_.ca_pem;
  options.system_roots = issuer_.ca_pem.empty();
  options.alpn = {"http/1.1"};
  auto context = tls::Context::client(options);
  if (context) {
    tls_ = std::move(context).value();
  } else {
    broken_ = context.error().reason;
  }
}

IssuerLink::~IssuerLink() = default;

SignInError IssuerLink::busy() {
  return {SignInFault::provider_unreachable, "busy", "too many sign-ins wait for the provider"};
}

SignInError IssuerLink::changed() {
  return {SignInFault::login_unknown, "", "the provider's settings changed"};
}

void IssuerLink::end() {
  for (auto& [number, fetch] : fetches_) loop_.defer_delete(std::move(fetch));
  fetches_.clear();
  for (const KeysDone& done : std::exchange(keys_waiting_, {})) done(changed());
  metadata_failed(changed());
}

SignInError IssuerLink::unreachable(const std::string& what, const std::string& reason) {
  core::LogLine(log_, core::Level::warn, "provider_failed")
      .text("provider", issuer_.name)
      .text("what", what)
      .text("reason", reason);
  metadata_doubted_ = true;  // its endpoints may have moved
  return {SignInFault::provider_unreachable, what, reason};
}

SignInError IssuerLink::misconfigured(const std::string& what, const std::string& reason) {
  SignInError error = unreachable(what, reason);
  error.fault = SignInFault::provider_misconfigured;
  return error;
}

// An outage passes by itself; what else is no 200 is somebody's to mend.
SignInError IssuerLink::answered(const std::string& what, int status) {
  const std::string reason = "it answered " + std::to_string(status);
  const bool outage = status >= 500 || status == too_many_requests;
  return outage ? unreachable(what, reason) : misconfigured(what, reason);
}

void IssuerLink::fetch(token::FetchRequest request, token::Fetch::Done done) {
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

// --- the issuer's description

void IssuerLink::ask_metadata(MetadataDone done) {
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

void IssuerLink::refresh_metadata() {
  metadata_asking_ = true;
  metadata_asked_ms_ = loop_.now_ms();
  ask_metadata_at(ProviderMetadata::location(issuer_.issuer), issuer_.use == IssuerUse::keys);
}

// An issuer that nobody signs in with may be described where OAuth alone looks (RFC 8414).
void IssuerLink::ask_metadata_at(const core::Result<token::HttpsUrl>& location,
                                 bool may_be_elsewhere) {
  if (!location || tls_ == nullptr)
    return on_metadata(core::Error{location ? broken_ : location.error().reason});
  token::FetchRequest request;
  request.url = *location;
  request.response_limit_bytes = ProviderMetadata::limit_bytes;
  fetch(std::move(request), [this, may_be_elsewhere](core::Result<http::ClientResponse> response) {
    if (may_be_elsewhere && response && response->status == 404)
      return ask_metadata_at(ProviderMetadata::oauth_location(issuer_.issuer), false);
    on_metadata(std::move(response));
  });
}

void IssuerLink::on_metadata(core::Result<http::ClientResponse> response) {
  metadata_asking_ = false;
  if (!response) return metadata_failed(unreachable("discovery", response.error().reason));
  if (response->status != 200) return metadata_failed(answered("discovery", response->status));
  auto parsed = ProviderMetadata::parse(response->body, issuer_.issuer, issuer_.use);
  if (!parsed) return metadata_failed(misconfigured("discovery", parsed.error().reason));
  metadata_ = std::move(parsed).value();
  metadata_doubted_ = false;
  for (const MetadataDone& done : std::exchange(metadata_waiting_, {})) done(*metadata_);
}

void IssuerLink::metadata_failed(const SignInError& error) {
  metadata_error_ = error;
  for (const MetadataDone& done : std::exchange(metadata_waiting_, {})) done(error);
}

// --- its keys

bool IssuerLink::has_usable_keys() const {
  return keys_ != nullptr && loop_.now_ms() < keys_read_ms_ + token::keys_usable_ms;
}

bool IssuerLink::keys_wanted(bool anew) const {
  if (keys_asking_) return false;
  if (keys_ == nullptr) return true;
  return anew ? is_past(loop_.now_ms(), keys_asked_ms_, ask_again_ms)
              : loop_.now_ms() >= keys_due_ms_;
}

void IssuerLink::ask_keys(bool anew, KeysDone done) {
  if (keys_waiting_.size() >= waiting_limit) return done(busy());
  const bool want = keys_wanted(anew);
  const bool usable = has_usable_keys();
  // Whoever misses a key waits for those that are on their way.
  const bool wait = !usable || (anew && (want || keys_asking_));
  if (!wait) {
    done(keys_);
  } else {
    keys_waiting_.push_back(std::move(done));
  }
  if (want || (wait && !keys_asking_)) read_keys();
}

void IssuerLink::read_keys() {
  keys_asking_ = true;
  ++readings_begun_;
  keys_asked_ms_ = loop_.now_ms();
  ask_metadata([this](const SignedIn<ProviderMetadata>& metadata) {
    metadata ? fetch_keys() : give_keys(metadata.error());
  });
}

void IssuerLink::fetch_keys() {
  token::FetchRequest request;
  request.url = metadata_->keys;
  request.response_limit_bytes = token::KeySet::limit_bytes;
  fetch(std::move(request),
        [this](core::Result<http::ClientResponse> response) { on_keys(std::move(response)); });
}

void IssuerLink::on_keys(core::Result<http::ClientResponse> response) {
  std::optional<SignInError> trouble;
  if (!response) {
    trouble = unreachable("keys", response.error().reason);
  } else if (response->status != 200) {
    trouble = answered("keys", response->status);
  } else if (auto parsed = token::KeySet::parse(response->body); !parsed) {
    trouble = misconfigured("keys", parsed.error().reason);
  } else {
    keys_ = std::make_shared<const token::KeySet>(std::move(parsed).value());
    keys_read_ms_ = loop_.now_ms();
    keys_reading_ = readings_begun_;
    keys_due_ms_ = keys_read_ms_ + token::keys_fresh_ms(response->fields);
    for (const std::string& left_out : keys_->left_out()) {
      core::LogLine(log_, core::Level::debug, "provider_key_left_out")
          .text("provider", issuer_.name)
          .text("reason", left_out);
    }
  }
  give_keys(trouble);
}

// Those from before an outage are as good, though not for ever.
void IssuerLink::give_keys(const std::optional<SignInError>& trouble) {
  keys_asking_ = false;
  if (trouble) keys_due_ms_ = loop_.now_ms() + keys_retry_ms;
  SignedIn<Keys> outcome = keys_;
  if (!has_usable_keys()) {
    SignInError error = *trouble;  // else they would have come just now
    if (keys_ != nullptr) error.detail = keys_outdated;
    outcome = std::move(error);
  }
  for (const KeysDone& done : std::exchange(keys_waiting_, {})) done(outcome);
}

}  // namespace hawser::access
