// SPDX-License-Identifier: Apache-2.0
// EnrolmentToken: what lets one connector enrol once: the secret, and a pin of the engine's
// authority, so that the connector gives the secret to nobody else. As text:
// "hwt1." and the base64url of pin and secret. Owner: whoever holds it; never log it. Thread: any.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/result.h"

namespace hawser::model {

struct EnrolmentToken {
  std::array<uint8_t, 32> authority_pin{};  // SHA-256 of its SubjectPublicKeyInfo
  std::array<uint8_t, 32> secret{};

  // White space around it is let through (tokens come by file); the reason of a refusal never
  // contains the text.
  static core::Result<EnrolmentToken> parse(std::string_view text);
  std::string to_string() const;
  // As tls::CertificateFacts::public_key_sha256_hex has it.
  std::string authority_pin_hex() const;
  std::string_view secret_bytes() const {
    return {reinterpret_cast<const char*>(secret.data()), secret.size()};
  }
  bool operator==(const EnrolmentToken&) const = default;
};

inline constexpr std::string_view enrolment_token_prefix = "hwt1.";
inline constexpr size_t enrolment_token_chars = 5 + 86;

}  // namespace hawser::model
