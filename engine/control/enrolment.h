// SPDX-License-Identifier: Apache-2.0
// Enrolment: a token and a certificate request become a connector; an enrolled connector renews.
// The calls and their refusals are in schema/enrolment.md. Owner: the engine's main program.
// Thread: the control thread alone.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "control/authority.h"
#include "control/connector_registry.h"
#include "control/refusal.h"
#include "control/tokens.h"
#include "model/enrolment_calls.h"

namespace hawser::control {

class Enrolment {
 public:
  // All outlive this. `engines` are the addresses that connectors are told to dial.
  Enrolment(Store& store, const Authority& authority, Tokens& tokens, ConnectorRegistry& registry,
            std::vector<std::string> engines);

  // On a channel-port connection with ALPN hawser-enrol/1, without a client certificate:
  // GET /v1/authority and POST /v1/enrol. EnrolmentServer speaks the HTTP.
  Answer authority() const;
  void enrol(std::string_view body, int64_t now_ms, AnswerDone done);

  // POST /v1/renew on a channel: who asks is known by the channel's certificate alone.
  void renew(const model::Uuid& connector, const std::string& certificate_sha256_hex,
             std::string_view body, int64_t now_ms, AnswerDone done);

  // Told of each new connector, for the log.
  std::function<void(const ConnectorRecord&)> on_enrolled;

 private:
  // Who asks with a good token.
  struct Applicant {
    model::EnrolmentToken token;
    TokenRecord record;
    std::string name;
    std::string public_key_pem;
  };
  void enrol_with(const Applicant& applicant, int64_t now_ms, AnswerDone done);
  void answer_enrolled(const ConnectorRecord& record, const IssuedCertificate& issued,
                       const AnswerDone& done);
  static bool had_key(const ConnectorRecord& record, const std::string& public_key_sha256_hex);

  Store& store_;
  const Authority& authority_;
  Tokens& tokens_;
  ConnectorRegistry& registry_;
  std::vector<std::string> engines_;
};

}  // namespace hawser::control
