// SPDX-License-Identifier: Apache-2.0
#include "tls/ecdsa_form.h"

#include "tls/library.h"

#include <openssl/bn.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/mem.h>

namespace hawser::tls {
namespace {

constexpr size_t number_bytes = ecdsa_p256_bytes / 2;

}  // namespace

std::string ecdsa_der_of(std::string_view r_and_s) {
  if (r_and_s.size() != ecdsa_p256_bytes) return {};
  const bssl::UniquePtr<ECDSA_SIG> signature(ECDSA_SIG_new());
  bssl::UniquePtr<BIGNUM> r(BN_bin2bn(raw(r_and_s), number_bytes, nullptr));
  bssl::UniquePtr<BIGNUM> s(BN_bin2bn(raw(r_and_s) + number_bytes, number_bytes, nullptr));
  if (signature == nullptr || r == nullptr || s == nullptr) return {};
  if (!ECDSA_SIG_set0(signature.get(), r.get(), s.get())) return {};
  (void)r.release();  // the signature has them now
  (void)s.release();
  uint8_t* bytes = nullptr;
  size_t length = 0;
  if (!ECDSA_SIG_to_bytes(&bytes, &length, signature.get())) {
    ERR_clear_error();
    return {};
  }
  const bssl::UniquePtr<uint8_t> owner(bytes);
  return {reinterpret_cast<const char*>(bytes), length};
}

std::string ecdsa_r_and_s_of(std::string_view der) {
  const bssl::UniquePtr<ECDSA_SIG> signature(ECDSA_SIG_from_bytes(raw(der), der.size()));
  std::string both(ecdsa_p256_bytes, '\0');
  if (signature == nullptr ||
      !BN_bn2bin_padded(raw(both), number_bytes, ECDSA_SIG_get0_r(signature.get())) ||
      !BN_bn2bin_padded(raw(both) + number_bytes, number_bytes,
                        ECDSA_SIG_get0_s(signature.get()))) {
    ERR_clear_error();
    return {};
  }
  return both;
}

}  // namespace hawser::tls
