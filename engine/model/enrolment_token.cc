// SPDX-License-Identifier: Apache-2.0
#include "model/enrolment_token.h"

#include <algorithm>
#include <optional>

namespace hawser::model {
namespace {

constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::string_view white_space = " \t\r\n";

using Bytes = std::array<uint8_t, 64>;  // the pin, then the secret

std::string encode(const Bytes& bytes) {
  std::string text;
  uint32_t bits = 0;
  int count = 0;
  for (const uint8_t byte : bytes) {
    bits = (bits << 8) | byte;
    for (count += 8; count >= 6; count -= 6) text += alphabet[(bits >> (count - 6)) & 63U];
  }
  text += alphabet[(bits << (6 - count)) & 63U];  // 512 bits leave two over
  return text;
}

// One spelling only: of the last character's bits those left over are zero.
std::optional<Bytes> decode(std::string_view text) {
  Bytes bytes{};
  size_t filled = 0;
  uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    const size_t value = alphabet.find(c);
    if (value == std::string_view::npos) return std::nullopt;
    bits = (bits << 6) | static_cast<uint32_t>(value);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes[filled++] = static_cast<uint8_t>(bits >> count);
  }
  if ((bits & ((1U << count) - 1)) != 0) return std::nullopt;
  return bytes;
}

std::string_view trimmed(std::string_view text) {
  const size_t begin = text.find_first_not_of(white_space);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(white_space) - begin + 1);
}

}  // namespace

core::Result<EnrolmentToken> EnrolmentToken::parse(std::string_view given) {
  const std::string_view text = trimmed(given);
  if (text.empty()) return core::Error{"the token is empty"};
  if (text.substr(0, enrolment_token_prefix.size()) != enrolment_token_prefix) {
    return core::Error{
        "this is no token that this version knows: it begins with \"hwt1.\", as `hawserctl token "
        "create` prints it"};
  }
  if (text.size() != enrolment_token_chars) {
    return core::Error{"the token has " + std::to_string(text.size()) + " characters instead of " +
                       std::to_string(enrolment_token_chars) +
                       ": was it cut off, or is there more in the file?"};
  }
  const auto bytes = decode(text.substr(enrolment_token_prefix.size()));
  if (!bytes) return core::Error{"the token has been altered: copy it again"};
  EnrolmentToken token;
  std::copy_n(bytes->begin(), 32, token.authority_pin.begin());
  std::copy_n(bytes->begin() + 32, 32, token.secret.begin());
  return token;
}

std::string EnrolmentToken::to_string() const {
  Bytes bytes{};
  std::copy(authority_pin.begin(), authority_pin.end(), bytes.begin());
  std::copy(secret.begin(), secret.end(), bytes.begin() + 32);
  return std::string(enrolment_token_prefix) + encode(bytes);
}

std::string EnrolmentToken::authority_pin_hex() const {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const uint8_t byte : authority_pin) {
    text += digits[byte >> 4];
    text += digits[byte & 15U];
  }
  return text;
}

}  // namespace hawser::model
