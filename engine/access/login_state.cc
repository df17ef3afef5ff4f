// SPDX-License-Identifier: Apache-2.0
#include "access/login_state.h"

#include "access/packed.h"
#include "tls/digest.h"

namespace hawser::access {
namespace {

constexpr uint64_t layout = 2;
constexpr size_t secret_bytes = 16;
constexpr size_t secret_characters = 22;
constexpr size_t state_limit_bytes = 8 * 1024;

std::string purpose(std::string_view host, std::string_view browser) {
  return "login\n" + std::string(host) + "\n" + std::string(browser);
}

}  // namespace

std::string LoginState::seal(const KeyRing& keys, std::string_view host,
                             std::string_view browser) const {
  Packer packer;
  packer.number(layout);
  packer.text(id);
  packer.text(app);
  packer.text(provider);
  packer.text(verifier);
  packer.text(nonce);
  packer.text(return_to);
  packer.text(form);
  packer.number(static_cast<uint64_t>(begun_s));
  packer.texts(acr_values);
  packer.number(max_age_s ? *max_age_s + 1 : 0);
  packer.texts(amr);
  return keys.seal(purpose(host, browser), packer.bytes());
}

std::optional<LoginState> LoginState::open(const KeyRing& keys, std::string_view host,
                                           std::string_view browser, std::string_view state,
                                           int64_t now_s) {
  if (!is_browser_secret(browser) || state.size() > state_limit_bytes) return std::nullopt;
  const auto plaintext = keys.open(purpose(host, browser), state);
  if (!plaintext) return std::nullopt;
  Unpacker unpacker(*plaintext);
  if (unpacker.number() != layout) return std::nullopt;
  LoginState login;
  login.id = unpacker.text();
  login.app = unpacker.text();
  login.provider = unpacker.text();
  login.verifier = unpacker.text();
  login.nonce = unpacker.text();
  login.return_to = unpacker.text();
  login.form = unpacker.text();
  login.begun_s = static_cast<int64_t>(unpacker.number());
  login.acr_values = unpacker.texts();
  if (const uint64_t max_age = unpacker.number(); max_age != 0) login.max_age_s = max_age - 1;
  login.amr = unpacker.texts();
  if (!unpacker.complete() || login.begun_s + lifetime_s < now_s) return std::nullopt;
  return login;
}

std::string LoginState::fragment_cookie() const {
  return std::string(fragment_cookie_prefix) + tls::hex(std::string_view(id).substr(0, 8));
}

std::string LoginState::challenge() const {
  const auto digest = tls::sha256(verifier);
  return tls::base64url({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

std::string new_browser_secret() { return tls::base64url(tls::random_bytes(secret_bytes)); }

bool is_browser_secret(std::string_view value) {
  return value.size() == secret_characters && tls::base64url_decode(value).ok();
}

}  // namespace hawser::access
