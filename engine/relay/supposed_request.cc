// SPDX-License-Identifier: Apache-2.0
#include "relay/supposed_request.h"

#include <string>

#include "message/head.h"
#include "message/target.h"

namespace hawser::relay {
namespace {

std::optional<model::AccessAnswer> refusal(uint64_t status, std::string_view why) {
  model::AccessAnswer answer;
  answer.verdict = "refused";
  answer.status = status;
  answer.message = why;
  return answer;
}

// A host that the app is asked for by.
std::string host_of(const model::App& app) {
  return (app.host.wildcard ? "_." : "") + app.host.name;
}

}  // namespace

std::optional<model::AccessAnswer> refused_before_rules(const Router& router, const model::App& app,
                                                        const model::AccessQuestion& question) {
  const message::Method method = message::find_method(question.method);
  if (method == message::Method::other)
    return refusal(501, "the method is not known; methods are told apart by case");
  message::Target target;
  const std::string_view reason = message::parse_path_and_query(question.path, target);
  if (!reason.empty()) return refusal(400, reason);
  if (router.reads_in_two_ways(host_of(app), target)) return refusal(400, two_readings);
  if (method == message::Method::connect) return refusal(501, no_connect);
  return std::nullopt;
}

}  // namespace hawser::relay
