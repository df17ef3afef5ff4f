// SPDX-License-Identifier: Apache-2.0
#include "control/authority.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <span>

#include "model/identity.h"
#include "model/json_members.h"
#include "tls/digest.h"

namespace hawser::control {
namespace {

constexpr std::string_view store_key = "authorities";
// Clocks differ: what is made now must be valid where it is a little earlier.
constexpr int64_t backdated_ms = 60 * 60 * 1000;
constexpr size_t members_limit = 4;

Refusal no_such_authority(const std::string& pin_hex) {
  return {404, "authority_unknown", "no trusted authority has the pin " + pin_hex};
}

uint8_t nibble(char c) { return static_cast<uint8_t>(c <= '9' ? c - '0' : c - 'a' + 10); }

}  // namespace

model::Uuid random_uuid() {
  const std::string bytes = tls::random_bytes(16);
  return model::uuid_v4(
      std::span<const uint8_t, 16>(reinterpret_cast<const uint8_t*>(bytes.data()), 16));
}

void Authority::open(Store& store, const std::string& trust_domain, int64_t now_ms,
                     OutcomeDone<std::unique_ptr<Authority>> done) {
  auto found = read(store, trust_domain);
  if (!found.ok() || *found != nullptr) return done(std::move(found));
  auto first = make_member(trust_domain, now_ms);
  if (!first.ok()) return done(internal_error(first.error().reason));
  std::vector<StoreWrite> writes{
      {std::string(store_key), encode(trust_domain, {*first}), 0, no_lease}};
  store.commit(std::move(writes), [&store, trust_domain, done](const StoreResult<uint64_t>& made) {
    // Another engine may have been first: then its authority is the one.
    if (!made.ok() && made.error().fault != StoreFault::conflict) {
      return done(refusal_of(made.error()));
    }
    done(read(store, trust_domain));
  });
}

Outcome<std::unique_ptr<Authority>> Authority::read(Store& store, const std::string& trust_domain) {
  auto entry = store.get(store_key);
  if (!entry.ok()) return refusal_of(entry.error());
  if (!entry->has_value()) return std::unique_ptr<Authority>{};
  std::unique_ptr<Authority> authority(new Authority(store, trust_domain));
  if (auto decoded = authority->decode((*entry)->value); !decoded) {
    return internal_error("the state's record of the authority: " + decoded.error().reason);
  }
  authority->revision_ = (*entry)->revision;
  return authority;
}

core::Result<Authority::Member> Authority::make_member(const std::string& trust_domain,
                                                       int64_t now_ms) {
  auto key = tls::make_private_key_pem();
  if (!key.ok()) return key.error();
  const auto id = random_uuid().to_string();
  tls::IssuedFor subject;
  // Each has its own name, by which the chain of a certificate is found.
  subject.common_name = "Hawser authority " + id;
  subject.uri_san = "spiffe://" + trust_domain;
  subject.not_before_ms = now_ms - backdated_ms;
  subject.not_after_ms = now_ms + authority_life_ms;
  subject.authority = true;
  auto certificate = tls::make_authority_pem(*key, subject);
  if (!certificate.ok()) return certificate.error();
  return check_member(*certificate, *key);
}

core::Result<Authority::Member> Authority::check_member(std::string certificate_pem,
                                                        std::string private_key_pem) {
  if (auto pair = tls::check_key_pair(certificate_pem, private_key_pem); !pair) return pair.error();
  auto facts = tls::read_certificate_pem(certificate_pem);
  if (!facts.ok()) return facts.error();
  if (facts->public_key_sha256_hex.size() != 64) return core::Error{"its key can't be read"};
  return Member{facts->public_key_sha256_hex, std::move(certificate_pem),
                std::move(private_key_pem), facts->not_after_ms};
}

std::string Authority::encode(const std::string& trust_domain, const Members& members) {
  nlohmann::json list = nlohmann::json::array();
  for (const Member& member : members) {
    list.push_back(
        {{"certificate_pem", member.certificate_pem}, {"private_key_pem", member.private_key_pem}});
  }
  return model::write_json({{"trust_domain", trust_domain}, {"authorities", std::move(list)}});
}

core::Result<void> Authority::decode(std::string_view text) {
  auto object = model::parse_json_object(text, store_value_limit_bytes);
  if (!object.ok()) return object.error();
  model::JsonMembers members(*object);
  std::string recorded;
  members.read("trust_domain", recorded);
  const auto* list = members.list("authorities");
  if (!members.ok()) return members.error();
  if (recorded != trust_domain_) {
    return core::Error{"it belongs to the trust domain \"" + recorded +
                       "\", the configuration says \"" + trust_domain_ + "\""};
  }
  if (list == nullptr || list->empty()) return core::Error{"it names no authority"};
  for (const auto& item : *list) {
    model::JsonMembers fields(item);
    std::string certificate_pem;
    std::string private_key_pem;
    fields.read("certificate_pem", certificate_pem);
    fields.read("private_key_pem", private_key_pem);
    if (!fields.ok()) return fields.error();
    auto member = check_member(std::move(certificate_pem), std::move(private_key_pem));
    if (!member.ok()) return member.error();
    members_.push_back(std::move(member).value());
  }
  return {};
}

std::array<uint8_t, 32> Authority::pin() const {
  std::array<uint8_t, 32> bytes{};
  const std::string& text = signing().pin_hex;
  for (size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<uint8_t>(nibble(text[2 * i]) << 4 | nibble(text[2 * i + 1]));
  }
  return bytes;
}

std::string Authority::bundle_pem() const {
  std::string text;
  for (const Member& member : members_) text += member.certificate_pem;
  return text;
}

std::vector<std::string> Authority::certificates() const {
  std::vector<std::string> texts;
  for (const Member& member : members_) texts.push_back(member.certificate_pem);
  return texts;
}

int64_t Authority::signing_not_after_ms() const { return signing().not_after_ms; }

core::Result<std::string> Authority::sign(std::string_view public_key_pem, tls::IssuedFor subject,
                                          int64_t now_ms) const {
  if (now_ms >= signing().not_after_ms) {
    return core::Error{"the signing authority's certificate has ended"};
  }
  subject.not_before_ms = now_ms - backdated_ms;
  subject.not_after_ms = std::min(now_ms + certificate_life_ms, signing().not_after_ms);
  return tls::issue_certificate_pem(signing().certificate_pem, signing().private_key_pem,
                                    public_key_pem, subject);
}

core::Result<tls::KeyPair> Authority::issue_engine_certificate(const model::Uuid& engine,
                                                               int64_t now_ms) const {
  auto key = tls::make_private_key_pem();
  if (!key.ok()) return key.error();
  auto request = tls::make_signing_request_pem(*key);
  if (!request.ok()) return request.error();
  auto public_key = tls::check_signing_request_pem(*request);
  if (!public_key.ok()) return public_key.error();
  tls::IssuedFor subject;
  subject.common_name = "Hawser engine";
  subject.uri_san = model::engine_uri(trust_domain_, engine);
  subject.server = true;
  subject.client = true;
  auto certificate = sign(*public_key, std::move(subject), now_ms);
  if (!certificate.ok()) return certificate.error();
  return tls::KeyPair{std::move(certificate).value(), std::move(key).value()};
}

core::Result<IssuedCertificate> Authority::issue_connector_certificate(
    std::string_view tenant, const model::Uuid& connector, std::string_view public_key_pem,
    int64_t now_ms) const {
  tls::IssuedFor subject;
  subject.common_name = "Hawser connector";
  subject.uri_san = model::connector_uri(trust_domain_, tenant, connector);
  subject.client = true;
  auto certificate = sign(public_key_pem, std::move(subject), now_ms);
  if (!certificate.ok()) return certificate.error();
  auto facts = tls::read_certificate_pem(*certificate);
  if (!facts.ok()) return facts.error();
  return IssuedCertificate{std::move(certificate).value(), std::move(facts).value()};
}

// --- rollover

void Authority::add(int64_t now_ms, OutcomeDone<std::string> done) {
  if (members_.size() >= members_limit) {
    return done(Refusal{409, "authority_limit", "retire an authority first: 4 are trusted"});
  }
  auto member = make_member(trust_domain_, now_ms);
  if (!member.ok()) return done(internal_error(member.error().reason));
  Members wanted = members_;
  wanted.push_back(*member);
  save(std::move(wanted), [pin = member->pin_hex, done](const Outcome<void>& saved) {
    if (!saved.ok()) return done(saved.error());
    done(pin);
  });
}

void Authority::sign_with(const std::string& pin_hex, OutcomeDone<void> done) {
  const size_t index = index_of(pin_hex);
  if (index == members_.size()) return done(no_such_authority(pin_hex));
  Members wanted = members_;
  std::rotate(wanted.begin(), wanted.begin() + static_cast<std::ptrdiff_t>(index),
              wanted.begin() + static_cast<std::ptrdiff_t>(index) + 1);
  save(std::move(wanted), std::move(done));
}

void Authority::retire(const std::string& pin_hex, OutcomeDone<void> done) {
  const size_t index = index_of(pin_hex);
  if (index == members_.size()) return done(no_such_authority(pin_hex));
  if (index == 0) {
    return done(Refusal{409, "authority_signs", "let another authority sign first"});
  }
  Members wanted = members_;
  wanted.erase(wanted.begin() + static_cast<std::ptrdiff_t>(index));
  save(std::move(wanted), std::move(done));
}

size_t Authority::index_of(const std::string& pin_hex) const {
  const auto found = std::find_if(members_.begin(), members_.end(),
                                  [&](const Member& member) { return member.pin_hex == pin_hex; });
  return static_cast<size_t>(found - members_.begin());
}

void Authority::save(Members wanted, OutcomeDone<void> done) {
  std::vector<StoreWrite> writes{
      {std::string(store_key), encode(trust_domain_, wanted), revision_, no_lease}};
  store_.commit(std::move(writes),
                [this, wanted = std::move(wanted), done](const StoreResult<uint64_t>& saved) {
                  if (!saved.ok()) return done(refusal_of(saved.error()));
                  members_ = wanted;
                  revision_ = *saved;
                  done({});
                });
}

}  // namespace hawser::control
