// SPDX-License-Identifier: Apache-2.0
#include "connector/issuer_keys.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "token/key_freshness.h"
#include "token/strict_json.h"

namespace hawser::connector {
namespace {

constexpr uint64_t second_ms = 1000;
constexpr uint64_t retry_ms = 60 * second_ms;  // after a failure, while known ones are used
constexpr uint64_t ask_again_ms =
    5 * second_ms;  // after a failure, and for a key that is not known
constexpr size_t description_limit_bytes = 256 * 1024;
constexpr size_t waiting_limit = 1000;

core::Result<token::HttpsUrl> description_url(std::string issuer) {
  if (issuer.ends_with('/')) issuer.pop_back();
  return token::HttpsUrl::parse(issuer + "/.well-known/openid-configuration");
}

core::Result<token::HttpsUrl> keys_url(std::string_view description, const std::string& issuer) {
  const auto document = token::parse_strict_object(description, description_limit_bytes);
  if (!document) return core::Error{"its description is " + document.error().reason};
  if (document->value("issuer", nlohmann::json()) != nlohmann::json(issuer))
    return core::Error{"it says that it is another issuer"};
  const auto keys = document->find("jwks_uri");
  if (keys == document->end() || !keys->is_string()) return core::Error{"it names no `jwks_uri`"};
  return token::HttpsUrl::parse(keys->get_ref<const std::string&>());
}

}  // namespace

IssuerKeys::IssuerKeys(core::Loop& loop, core::Log& log, const TrustedIssuer& issuer)
    : loop_(loop), log_(log), issuer_(issuer), keys_(issuer.pinned) {
  tls::ClientOptions options;
  options.trust_pem = issuer_.ca_pem;
  options.system_roots = issuer_.ca_pem.empty();
  options.alpn = {"http/1.1"};
  auto context = tls::Context::client(options);
  if (context)
    tls_ = std::move(context).value();
  else
    failure_ = context.error().reason;
}

IssuerKeys::~IssuerKeys() = default;

bool IssuerKeys::is_past(uint64_t age_ms) const {
  return asked_ms_ == 0 || asked_ms_ + age_ms <= loop_.now_ms();
}

bool IssuerKeys::has_usable_keys() const {
  return keys_ != nullptr && loop_.now_ms() < read_ms_ + token::keys_usable_ms;
}

void IssuerKeys::ask(bool anew, Done done) {
  if (issuer_.pinned != nullptr) return done(keys_);
  const bool known = has_usable_keys();
  if (!asking_ && (known && !anew ? loop_.now_ms() >= due_ms_ : is_past(ask_again_ms))) begin();
  // Old ones are as good while new ones are fetched.
  if (known && !(anew && asking_)) return done(keys_);
  if (!asking_) return done(core::Error{failure_});
  if (waiting_.size() >= waiting_limit) return done(core::Error{"too many wait for its keys"});
  waiting_.push_back(std::move(done));
}

void IssuerKeys::begin() {
  asked_ms_ = loop_.now_ms();
  if (tls_ == nullptr) return;
  const auto url = description_url(issuer_.issuer);
  if (!url) {
    failure_ = url.error().reason;
    return;
  }
  asking_ = true;
  fetch(*url, description_limit_bytes, &IssuerKeys::on_description);
}

void IssuerKeys::fetch(const token::HttpsUrl& url, size_t limit_bytes,
                       void (IssuerKeys::*then)(core::Result<http::ClientResponse>)) {
  token::FetchRequest request;
  request.url = url;
  request.response_limit_bytes = limit_bytes;
  fetch_ = std::make_unique<token::Fetch>(
      loop_, tls_, std::move(request), [this, then](core::Result<http::ClientResponse> response) {
        loop_.defer_delete(std::move(fetch_));
        if (response && response->status != 200)
          return fail("it answered " + std::to_string(response->status));
        if (!response) return fail(response.error().reason);
        (this->*then)(std::move(response));
      });
}

void IssuerKeys::on_description(core::Result<http::ClientResponse> response) {
  const auto url = keys_url(response->body, issuer_.issuer);
  if (!url) return fail(url.error().reason);
  fetch(*url, token::KeySet::limit_bytes, &IssuerKeys::on_keys);
}

void IssuerKeys::on_keys(core::Result<http::ClientResponse> response) {
  auto keys = token::KeySet::parse(response->body);
  if (!keys) return fail(keys.error().reason);
  keys_ = std::make_shared<const token::KeySet>(std::move(keys).value());
  read_ms_ = loop_.now_ms();
  due_ms_ = read_ms_ + token::keys_fresh_ms(response->fields);
  failure_.clear();
  answer();
}

void IssuerKeys::fail(const std::string& reason) {
  failure_ = reason;
  due_ms_ = loop_.now_ms() + retry_ms;
  core::LogLine(log_, core::Level::warn, "issuer_keys_failed")
      .text("issuer", issuer_.issuer)
      .text("reason", reason);
  answer();
}

void IssuerKeys::answer() {
  asking_ = false;
  for (const Done& done : std::exchange(waiting_, {})) {
    if (has_usable_keys())
      done(keys_);
    else
      done(core::Error{failure_});
  }
}

}  // namespace hawser::connector
