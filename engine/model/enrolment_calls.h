// SPDX-License-Identifier: Apache-2.0
// The bodies of the enrolment calls, as values and as JSON; see schema/enrolment.md. Members that
// the reader doesn't know are ignored. Owner: the caller. Thread: any.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "model/ids.h"

namespace hawser::model {

// More than that is refused unread, in both directions.
inline constexpr size_t enrolment_body_limit_bytes = 64 * 1024;
inline constexpr size_t connector_label_limit = 255;

// GET /v1/authority: asked before the engine is trusted. The connector looks for the certificate
// whose key its token pins, and trusts that one alone for the next connection.
struct AuthorityAnswer {
  std::string trust_domain;
  std::vector<std::string> authorities;  // one PEM certificate each
  bool operator==(const AuthorityAnswer&) const = default;
};
std::string encode_authority_answer(const AuthorityAnswer& answer);
core::Result<AuthorityAnswer> decode_authority_answer(std::string_view json);

// POST /v1/enrol
struct EnrolRequest {
  std::string token;                    // the text, whole
  std::string certificate_request_pem;  // its names are not trusted
  std::string name;                     // the host's, for people
  bool operator==(const EnrolRequest&) const = default;
};
std::string encode_enrol_request(const EnrolRequest& request);
core::Result<EnrolRequest> decode_enrol_request(std::string_view json);

struct EnrolAnswer {
  std::string connector_id;
  std::string trust_domain;
  std::string tenant{default_tenant};
  std::string group{default_group};  // at this time; the configuration may move the connector
  std::string certificate_pem;       // the leaf first, then what leads to an authority
  std::string authorities_pem;       // the bundle to trust from now on
  std::vector<std::string> engines;  // host:port to dial; empty: the one that was dialled
  bool operator==(const EnrolAnswer&) const = default;
};
std::string encode_enrol_answer(const EnrolAnswer& answer);
core::Result<EnrolAnswer> decode_enrol_answer(std::string_view json);

// What every refusal carries (RFC 9457, application/problem+json).
struct Problem {
  int status = 0;
  std::string code;    // a name for programs: "token_used"
  std::string title;   // a few words
  std::string detail;  // what to do
  bool operator==(const Problem&) const = default;
};
inline constexpr std::string_view problem_content_type = "application/problem+json";
std::string encode_problem(const Problem& problem);
core::Result<Problem> decode_problem(std::string_view json);

}  // namespace hawser::model
