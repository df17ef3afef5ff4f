// SPDX-License-Identifier: Apache-2.0
#include "model/enrolment_calls.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "model/json_body.h"

namespace hawser::model {
namespace {

using nlohmann::json;

void read_required(JsonMembers& members, const char* name, std::string& target) {
  members.read(name, target);
  if (target.empty()) members.fail(name, "text that isn't empty");
}

}  // namespace

std::string encode_authority_answer(const AuthorityAnswer& answer) {
  return write_json({{"trust_domain", answer.trust_domain}, {"authorities", answer.authorities}});
}

core::Result<AuthorityAnswer> decode_authority_answer(std::string_view text) {
  return read_body<AuthorityAnswer>(text, enrolment_body_limit_bytes,
                                    [](JsonMembers& members, AuthorityAnswer& answer) {
                                      read_required(members, "trust_domain", answer.trust_domain);
                                      members.read("authorities", answer.authorities);
                                    });
}

std::string encode_enrol_request(const EnrolRequest& request) {
  return write_json({{"token", request.token},
                     {"certificate_request_pem", request.certificate_request_pem},
                     {"name", request.name}});
}

core::Result<EnrolRequest> decode_enrol_request(std::string_view text) {
  return read_body<EnrolRequest>(
      text, enrolment_body_limit_bytes, [](JsonMembers& members, EnrolRequest& request) {
        read_required(members, "token", request.token);
        read_required(members, "certificate_request_pem", request.certificate_request_pem);
        members.read("name", request.name);
      });
}

std::string encode_enrol_answer(const EnrolAnswer& answer) {
  return write_json({{"connector_id", answer.connector_id},
                     {"trust_domain", answer.trust_domain},
                     {"tenant", answer.tenant},
                     {"group", answer.group},
                     {"certificate_pem", answer.certificate_pem},
                     {"authorities_pem", answer.authorities_pem},
                     {"engines", answer.engines}});
}

core::Result<EnrolAnswer> decode_enrol_answer(std::string_view text) {
  return read_body<EnrolAnswer>(text, enrolment_body_limit_bytes,
                                [](JsonMembers& members, EnrolAnswer& answer) {
                                  read_required(members, "connector_id", answer.connector_id);
                                  read_required(members, "trust_domain", answer.trust_domain);
                                  members.read("tenant", answer.tenant);
                                  members.read("group", answer.group);
                                  read_required(members, "certificate_pem", answer.certificate_pem);
                                  read_required(members, "authorities_pem", answer.authorities_pem);
                                  members.read("engines", answer.engines);
                                });
}

std::string encode_problem(const Problem& problem) {
  return write_json({{"status", problem.status},
                     {"code", problem.code},
                     {"title", problem.title},
                     {"detail", problem.detail}});
}

core::Result<Problem> decode_problem(std::string_view text) {
  return read_body<Problem>(text, enrolment_body_limit_bytes,
                            [](JsonMembers& members, Problem& problem) {
                              uint64_t status = 0;
                              members.read("status", status);
                              if (status > 599) return members.fail("status", "an HTTP status");
                              problem.status = static_cast<int>(status);
                              read_required(members, "code", problem.code);
                              members.read("title", problem.title);
                              members.read("detail", problem.detail);
                            });
}

}  // namespace hawser::model
