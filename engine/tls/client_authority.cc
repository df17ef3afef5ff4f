// SPDX-License-Identifier: Apache-2.0
#include "tls/client_authority.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <algorithm>
#include <utility>

#include "tls/library.h"
#include "tls/peer_check.h"

namespace hawser::tls {
namespace {

using Fault = ClientAuthority::Fault;

constexpr size_t client_name_limit_bytes = 255;

bool is_name(const std::string& text) {
  return !text.empty() && text.size() <= client_name_limit_bytes &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<uint8_t>(c) >= 0x20 && c != 0x7f; });
}

std::string common_name(const X509* certificate) {
  const X509_NAME* subject = X509_get_subject_name(certificate);
  const int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
  if (at < 0) return {};
  uint8_t* utf8 = nullptr;
  const int length =
      ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
  const bssl::UniquePtr<uint8_t> owned(utf8);
  ERR_clear_error();
  return length < 0 ? std::string()
                    : std::string(reinterpret_cast<const char*>(utf8), static_cast<size_t>(length));
}

std::string name_in(const X509* certificate, const SubjectNames& names) {
  for (const auto* kind : {&names.email, &names.uri, &names.dns})
    if (!kind->empty()) return kind->front();
  return common_name(certificate);
}

std::string subject_der(X509* certificate) {
  uint8_t* der = nullptr;
  const int length = i2d_X509_NAME(X509_get_subject_name(certificate), &der);
  const bssl::UniquePtr<uint8_t> owned(der);
  return length <= 0 ? std::string()
                     : std::string(reinterpret_cast<const char*>(der), static_cast<size_t>(length));
}

}  // namespace

struct ClientAuthority::Trust {
  bssl::UniquePtr<X509_STORE> store;
};

ClientAuthority::ClientAuthority() : trust_(std::make_unique<Trust>()) {}
ClientAuthority::~ClientAuthority() = default;

core::Result<std::shared_ptr<const ClientAuthority>> ClientAuthority::make(
    std::string_view bundle_pem) {
  constexpr std::string_view what = "authorities of client certificates";
  const auto authorities = parse_certificates(what, bundle_pem);
  if (!authorities) return authorities.error();
  auto store = make_trust(what, bundle_pem);
  if (!store) return store.error();
  std::shared_ptr<ClientAuthority> made(new ClientAuthority);
  made->trust_->store = std::move(*store);
  for (const auto& authority : *authorities) {
    std::string subject = subject_der(authority.get());
    if (!subject.empty()) made->subjects_der_.push_back(std::move(subject));
  }
  return std::shared_ptr<const ClientAuthority>(std::move(made));
}

core::Result<ClientAuthority::Client, Fault> ClientAuthority::check(
    const std::vector<std::string>& chain_der, int64_t now_ms) const {
  const bssl::UniquePtr<STACK_OF(CRYPTO_BUFFER)> chain(sk_CRYPTO_BUFFER_new_null());
  for (const std::string& der : chain_der) {
    bssl::UniquePtr<CRYPTO_BUFFER> one(
        CRYPTO_BUFFER_new(reinterpret_cast<const uint8_t*>(der.data()), der.size(), nullptr));
    if (!bssl::PushToStack(chain.get(), std::move(one)))
      return Fault{"certificate_refused", "out of memory"};
  }
  ExpectedPeer expected;
  expected.now_ms = now_ms;
  const auto checked = check_peer(*trust_->store, chain.get(), expected);
  if (!checked) return Fault{std::string(checked.error().name), checked.error().reason};
  const bssl::UniquePtr<X509> leaf(X509_parse_from_buffer(sk_CRYPTO_BUFFER_value(chain.get(), 0)));
  const SubjectNames names = subject_names(leaf.get());
  const Client client{name_in(leaf.get(), names),
                      names.email.empty() ? std::string() : names.email.front(),
                      to_ms(X509_get0_notAfter(leaf.get()))};
  if (!is_name(client.name))
    return Fault{"certificate_without_name", "certificate names nobody in 1 to 255 bytes of text"};
  return client;
}

}  // namespace hawser::tls
