// SPDX-License-Identifier: Apache-2.0
#include "tls/digest.h"

#include "tls/library.h"

#include <openssl/aead.h>
#include <openssl/base64.h>
#include <openssl/err.h>
#include <openssl/hmac.h>
#include <openssl/mem.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

namespace hawser::tls {

namespace {

constexpr size_t aead_key_bytes = 32;
constexpr size_t aead_nonce_bytes = 12;
constexpr size_t aead_tag_bytes = 16;
constexpr std::string_view base64url_alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

int base64url_value(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '-') return 62;
  return c == '_' ? 63 : -1;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

class Aead {
 public:
  explicit Aead(std::string_view key) {
    HAWSER_ASSERT(key.size() == aead_key_bytes);
    HAWSER_ASSERT(EVP_AEAD_CTX_init(context_.get(), EVP_aead_aes_256_gcm_siv(), raw(key),
                                    key.size(), aead_tag_bytes, nullptr));
  }
  const EVP_AEAD_CTX* get() const { return context_.get(); }

 private:
  bssl::ScopedEVP_AEAD_CTX context_;
};

}  // namespace

std::array<uint8_t, 32> sha256(std::string_view bytes) {
  std::array<uint8_t, 32> digest{};
  SHA256(raw(bytes), bytes.size(), digest.data());
  return digest;
}

std::array<uint8_t, 64> sha512(std::string_view bytes) {
  std::array<uint8_t, 64> digest{};
  SHA512(raw(bytes), bytes.size(), digest.data());
  return digest;
}

std::array<uint8_t, 20> sha1(std::string_view bytes) {
  std::array<uint8_t, 20> digest{};
  SHA1(raw(bytes), bytes.size(), digest.data());
  return digest;
}

std::string sha256_hex(std::string_view bytes) {
  const auto digest = sha256(bytes);
  return hex({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

std::array<uint8_t, 32> hmac_sha256(std::string_view key, std::string_view bytes) {
  std::array<uint8_t, 32> digest{};
  unsigned length = 0;
  HAWSER_ASSERT(HMAC(EVP_sha256(), key.data(), key.size(), raw(bytes), bytes.size(), digest.data(),
                     &length) != nullptr);
  return digest;
}

bool equal_secrets(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string base64(std::string_view bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');  // EVP_EncodeBlock ends it with a NUL
  text.resize(EVP_EncodeBlock(raw(text), raw(bytes), bytes.size()));
  return text;
}

std::string base64url(std::string_view bytes) {
  std::string text;
  text.reserve((bytes.size() * 4 + 2) / 3);
  uint32_t bits = 0;
  int count = 0;
  for (const char c : bytes) {
    bits = (bits << 8) | static_cast<uint8_t>(c);
    for (count += 8; count >= 6; count -= 6)
      text.push_back(base64url_alphabet[(bits >> (count - 6)) & 63U]);
  }
  if (count > 0) text.push_back(base64url_alphabet[(bits << (6 - count)) & 63U]);
  return text;
}

core::Result<std::string> base64url_decode(std::string_view text) {
  std::string bytes;
  bytes.reserve(text.size() * 3 / 4);
  uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    const int value = base64url_value(c);
    if (value < 0) return core::Error{"base64url: a character that does not belong there"};
    bits = (bits << 6) | static_cast<uint32_t>(value);
    count += 6;
    if (count >= 8) {
      count -= 8;
      bytes.push_back(static_cast<char>((bits >> count) & 0xFFU));
    }
  }
  // One spelling only: no lone character, and nothing but zeros in the bits left over.
  if (count == 6) return core::Error{"base64url: one character too many or too few"};
  if ((bits & ((1U << count) - 1)) != 0)
    return core::Error{"base64url: the last bits are not zero"};
  return bytes;
}

void append_hex(std::string& text, std::string_view bytes) {
  static constexpr char digits[] = "0123456789abcdef";
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    text.push_back(digits[byte >> 4]);
    text.push_back(digits[byte & 15]);
  }
}

std::string hex(std::string_view bytes) {
  std::string text;
  text.reserve(2 * bytes.size());
  append_hex(text, bytes);
  return text;
}

core::Result<std::string> hex_decode(std::string_view text) {
  std::string bytes;
  if (text.size() % 2 != 0) return core::Error{"hex: half a byte is missing"};
  for (size_t i = 0; i < text.size(); i += 2) {
    const int high = hex_digit(text[i]);
    const int low = hex_digit(text[i + 1]);
    if (high < 0 || low < 0) return core::Error{"hex: a character that does not belong there"};
    bytes.push_back(static_cast<char>(high * 16 + low));
  }
  return bytes;
}

std::string random_bytes(size_t count) {
  std::string bytes(count, '\0');
  RAND_bytes(raw(bytes), count);
  return bytes;
}

std::string aead_seal(std::string_view key, std::string_view plaintext,
                      std::string_view associated) {
  const Aead aead(key);
  std::string sealed = random_bytes(aead_nonce_bytes);
  sealed.resize(aead_nonce_bytes + plaintext.size() + aead_tag_bytes);
  size_t length = 0;
  HAWSER_ASSERT(EVP_AEAD_CTX_seal(aead.get(), raw(sealed) + aead_nonce_bytes, &length,
                                  sealed.size() - aead_nonce_bytes, raw(sealed), aead_nonce_bytes,
                                  raw(plaintext), plaintext.size(), raw(associated),
                                  associated.size()));
  sealed.resize(aead_nonce_bytes + length);
  return sealed;
}

core::Result<std::string> aead_open(std::string_view key, std::string_view sealed,
                                    std::string_view associated) {
  const Aead aead(key);
  if (sealed.size() < aead_nonce_bytes + aead_tag_bytes)
    return core::Error{"sealed bytes: too short"};
  const std::string_view nonce = sealed.substr(0, aead_nonce_bytes);
  sealed.remove_prefix(aead_nonce_bytes);
  std::string plaintext(sealed.size(), '\0');
  size_t length = 0;
  if (!EVP_AEAD_CTX_open(aead.get(), raw(plaintext), &length, plaintext.size(), raw(nonce),
                         nonce.size(), raw(sealed), sealed.size(), raw(associated),
                         associated.size())) {
    ERR_clear_error();
    return core::Error{"sealed bytes: made with another key, or altered"};
  }
  plaintext.resize(length);
  return plaintext;
}

}  // namespace hawser::tls
