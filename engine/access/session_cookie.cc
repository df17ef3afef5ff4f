// SPDX-License-Identifier: Apache-2.0
#include "access/session_cookie.h"

#include "access/packed.h"

namespace hawser::access {
namespace {

constexpr uint64_t cookie_layout = 2;

std::string purpose_of_session(std::string_view app, std::string_view host) {
  return "session\n" + std::string(app) + "\n" + std::string(host);
}

std::string pack(const SessionFacts& facts) {
  Packer packer;
  packer.number(cookie_layout);
  packer.text(facts.session);
  packer.text(facts.subject);
  packer.text(facts.user == facts.subject ? std::string_view() : std::string_view(facts.user));
  packer.text(facts.marks);
  packer.text(facts.acr);
  packer.texts(facts.amr);
  packer.texts(facts.identity);
  packer.number(static_cast<uint64_t>(facts.signed_in_s));
  packer.number(static_cast<uint64_t>(facts.expires_s));
  packer.number(static_cast<uint64_t>(facts.issued_s));
  packer.number(static_cast<uint64_t>(facts.checked_s));
  packer.number(facts.names_digest);
  return packer.bytes();
}

std::optional<SessionFacts> unpack(std::string_view bytes) {
  Unpacker unpacker(bytes);
  SessionFacts facts;
  if (unpacker.number() != cookie_layout) return std::nullopt;
  facts.session = unpacker.text();
  facts.subject = unpacker.text();
  facts.user = unpacker.text();
  if (facts.user.empty()) facts.user = facts.subject;
  facts.marks = unpacker.text();
  facts.acr = unpacker.text();
  facts.amr = unpacker.texts();
  facts.identity = unpacker.texts();
  facts.signed_in_s = static_cast<int64_t>(unpacker.number());
  facts.expires_s = static_cast<int64_t>(unpacker.number());
  facts.issued_s = static_cast<int64_t>(unpacker.number());
  facts.checked_s = static_cast<int64_t>(unpacker.number());
  facts.names_digest = unpacker.number();
  if (!unpacker.complete()) return std::nullopt;
  return facts;
}

}  // namespace

std::string SessionCookie::name(std::string_view app) {
  return "__Host-hawser-" + std::string(app);
}

core::Result<std::string> SessionCookie::seal(const KeyRing& keys, std::string_view app,
                                              std::string_view host, const SessionFacts& facts) {
  const std::string plaintext = pack(facts);
  const size_t size = name(app).size() + KeyRing::sealed_size(plaintext.size());
  if (size > limit_bytes) {
    return core::Error{"what has to be known of this person takes a cookie of " +
                       std::to_string(size) + " bytes, more than " + std::to_string(limit_bytes) +
                       ": the provider's `sub`, `acr`, `amr`, the user's name or the fields of "
                       "`identity` are too long"};
  }
  return keys.seal(purpose_of_session(app, host), plaintext);
}

std::optional<SessionFacts> SessionCookie::open(const KeyRing& keys, std::string_view app,
                                                std::string_view host, std::string_view value) {
  if (value.size() > limit_bytes) return std::nullopt;
  const auto plaintext = keys.open(purpose_of_session(app, host), value);
  if (!plaintext) return std::nullopt;
  return unpack(*plaintext);
}

std::string set_cookie(std::string_view name, std::string_view value) {
  return std::string(name) + "=" + std::string(value) + "; Path=/; Secure; HttpOnly; SameSite=Lax";
}

std::string forget_cookie(std::string_view name) {
  return std::string(name) + "=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0";
}

}  // namespace hawser::access
