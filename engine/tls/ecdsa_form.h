// SPDX-License-Identifier: Apache-2.0
// The two forms of an ECDSA signature over P-256: r and s of 32 bytes each, as signed tokens have
// it (RFC 7518 3.4), and DER, as the library has it. Owner: nobody. Thread: any.
#pragma once

#include <string>
#include <string_view>

namespace hawser::tls {

inline constexpr size_t ecdsa_p256_bytes = 64;

// "" where it is not of 64 bytes.
std::string ecdsa_der_of(std::string_view r_and_s);
// "" where it is no signature.
std::string ecdsa_r_and_s_of(std::string_view der);

}  // namespace hawser::tls
