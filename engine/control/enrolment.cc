// SPDX-License-Identifier: Apache-2.0
#include "control/enrolment.h"

#include <algorithm>
#include <utility>

#include "model/control_calls.h"
#include "tls/certificate.h"

namespace hawser::control {
namespace {

// A label for people, shown on terminals: no control characters, neither C0 nor C1.
bool is_label(std::string_view text) {
  if (text.empty() || text.size() > model::connector_label_limit) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<uint8_t>(text[i]);
    if (byte < 0x20 || byte == 0x7f) return false;
    const bool c1 = byte == 0xc2 && i + 1 < text.size() && static_cast<uint8_t>(text[i + 1]) < 0xa0;
    if (c1) return false;
  }
  return true;
}

Refusal bad_json(const core::Error& why) { return {400, "bad_json", why.reason}; }

Refusal body_too_large() { return {413, "body_too_large", "the body is over 64 KiB"}; }

Outcome<std::string> public_key_of(std::string_view request_pem) {
  auto key = tls::check_signing_request_pem(request_pem);
  if (!key.ok()) return Refusal{400, "bad_certificate_request", key.error().reason};
  return std::move(key).value();
}

}  // namespace

Enrolment::Enrolment(Store& store, const Authority& authority, Tokens& tokens,
                     ConnectorRegistry& registry, std::vector<std::string> engines)
    : store_(store),
      authority_(authority),
      tokens_(tokens),
      registry_(registry),
      engines_(std::move(engines)) {}

Answer Enrolment::authority() const {
  return json_answer(
      200, model::encode_authority_answer({authority_.trust_domain(), authority_.certificates()}));
}

void Enrolment::enrol(std::string_view body, int64_t now_ms, AnswerDone done) {
  if (body.size() > model::enrolment_body_limit_bytes) return done(refused(body_too_large()));
  auto request = model::decode_enrol_request(body);
  if (!request.ok()) return done(refused(bad_json(request.error())));
  auto token = model::EnrolmentToken::parse(request->token);
  if (!token.ok()) return done(refused({400, "bad_token", token.error().reason}));
  // The token comes first: who has none causes no more work than this.
  auto usable = tokens_.find_usable(*token, now_ms);
  if (!usable.ok()) return done(refused(usable.error()));
  if (!is_label(request->name)) {
    return done(refused({400, "bad_name", "name: 1 to 255 bytes without control characters"}));
  }
  auto public_key = public_key_of(request->certificate_request_pem);
  if (!public_key.ok()) return done(refused(public_key.error()));
  enrol_with({*token, *usable, request->name, *public_key}, now_ms, std::move(done));
}

void Enrolment::enrol_with(const Applicant& applicant, int64_t now_ms, AnswerDone done) {
  ConnectorRecord record;
  record.id = random_uuid();
  record.name = applicant.name;
  record.tenant = model::default_tenant;
  record.group = applicant.record.group;
  record.created_ms = now_ms;
  auto issued = authority_.issue_connector_certificate(record.tenant, record.id,
                                                       applicant.public_key_pem, now_ms);
  if (!issued.ok()) return done(refused(internal_error(issued.error().reason)));
  ConnectorRegistry::add_certificate(record, *issued, now_ms);
  auto writes = registry_.add(record, now_ms);
  if (!writes.ok()) return done(refused(writes.error()));
  writes->push_back(Tokens::spend(applicant.record, record.id.to_string(), now_ms));
  store_.commit(std::move(writes).value(), [this, record, issued = *issued, token = applicant.token,
                                            now_ms, done](const StoreResult<uint64_t>& saved) {
    if (saved.ok()) return answer_enrolled(record, issued, done);
    if (saved.error().fault == StoreFault::conflict) {
      // Most likely somebody else spent the token meanwhile: say so.
      auto again = tokens_.find_usable(token, now_ms);
      if (!again.ok()) return done(refused(again.error()));
    }
    done(refused(refusal_of(saved.error())));
  });
}

void Enrolment::answer_enrolled(const ConnectorRecord& record, const IssuedCertificate& issued,
                                const AnswerDone& done) {
  if (on_enrolled) on_enrolled(record);
  model::EnrolAnswer answer;
  answer.connector_id = record.id.to_string();
  answer.trust_domain = authority_.trust_domain();
  answer.tenant = record.tenant;
  answer.group = record.group;
  answer.certificate_pem = issued.certificate_pem;
  answer.authorities_pem = authority_.bundle_pem();
  answer.engines = engines_;
  done(json_answer(201, model::encode_enrol_answer(answer)));
}

void Enrolment::renew(const model::Uuid& connector, const std::string& certificate_sha256_hex,
                      std::string_view body, int64_t now_ms, AnswerDone done) {
  if (body.size() > model::enrolment_body_limit_bytes) return done(refused(body_too_large()));
  auto request = model::decode_renew_request(body);
  if (!request.ok()) return done(refused(bad_json(request.error())));
  auto record = registry_.find(connector);
  if (!record.ok()) return done(refused(record.error()));
  auto welcome = ConnectorRegistry::welcome(*record, certificate_sha256_hex, now_ms);
  if (!welcome.ok()) return done(refused(welcome.error()));
  auto public_key = public_key_of(request->certificate_request_pem);
  if (!public_key.ok()) return done(refused(public_key.error()));
  auto issued =
      authority_.issue_connector_certificate(record->tenant, record->id, *public_key, now_ms);
  if (!issued.ok()) return done(refused(internal_error(issued.error().reason)));
  if (had_key(*record, issued->facts.public_key_sha256_hex)) {
    return done(refused({409, "key_reused", "a renewal needs a new key"}));
  }
  ConnectorRegistry::add_certificate(*record, *issued, now_ms);
  model::RenewAnswer answer{issued->certificate_pem, authority_.bundle_pem()};
  store_.commit({ConnectorRegistry::replace(*record)},
                [answer, done](const StoreResult<uint64_t>& saved) {
                  if (!saved.ok()) return done(refused(refusal_of(saved.error())));
                  done(json_answer(200, model::encode_renew_answer(answer)));
                });
}

bool Enrolment::had_key(const ConnectorRecord& record, const std::string& public_key_sha256_hex) {
  return std::any_of(
      record.certificates.begin(), record.certificates.end(),
      [&](const auto& known) { return known.public_key_sha256_hex == public_key_sha256_hex; });
}

}  // namespace hawser::control
