// SPDX-License-Identifier: Apache-2.0
#include "admin_client.h"

#include <cerrno>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "admin_stream.h"
#include "core/loop.h"
#include "core/socket.h"
#include "http/client.h"
#include "model/enrolment_calls.h"
#include "model/json_members.h"

namespace hawser::ctl {
namespace {

constexpr size_t answer_limit_bytes = 64 * 1024 * 1024;

core::Error unreachable(const std::string& address, const core::Error& why) {
  const std::string said = "can't reach the engine at " + address + ": " + why.reason;
  switch (-why.code) {
    case ENOENT:
    case ECONNREFUSED:
      return {said +
              "\nIs the engine running? If its state folder is another one, name its socket: "
              "--admin unix:STATE/admin.sock, or HAWSER_ADMIN."};
    case EACCES:
    case EPERM:
      return {said + "\nRun this as root or as the user that the engine runs as."};
    default:
      return {said};
  }
}

core::Error refusal_of(int status, const std::string& body) {
  const auto problem = model::decode_problem(body);
  if (!problem.ok()) return {"the engine answered " + std::to_string(status)};
  return {problem->detail.empty() ? problem->code : problem->detail + " (" + problem->code + ")"};
}

core::Result<nlohmann::json> read_answer(const http::ClientResponse& response) {
  if (response.status >= 400) return refusal_of(response.status, response.body);
  auto json = model::parse_json_object(response.body, answer_limit_bytes);
  if (!json.ok()) return core::Error{"the engine's answer can't be read: " + json.error().reason};
  return json;
}

}  // namespace

core::Result<nlohmann::json> AdminClient::call(message::Method method, const std::string& path,
                                               const std::string& body, uint64_t timeout_ms) const {
  auto address = core::Address::parse(address_);
  if (!address.ok()) return address.error();
  core::Loop loop;
  http::ClientRequest request;
  request.method = method;
  request.target = path;
  request.host = "hawser";
  request.body = body;
  request.timeout_ms = timeout_ms;
  if (!body.empty()) request.fields.add("Content-Type", "application/json");
  http::Client client(core::Socket::connect(loop, *address), answer_limit_bytes);
  std::optional<core::Result<http::ClientResponse>> result;
  client.send(request, [&](core::Result<http::ClientResponse> answer) {
    result.emplace(std::move(answer));
  });
  while (!result) loop.turn(true);
  if (!result->ok()) return unreachable(address_, result->error());
  return read_answer(**result);
}

core::Result<void> AdminClient::read_lines(
    const std::string& path, const std::function<void(std::string_view)>& on_line) const {
  auto address = core::Address::parse(address_);
  if (!address.ok()) return address.error();
  core::Loop loop;
  AdminStream stream(loop, core::Socket::connect(loop, *address), on_line);
  const auto done = stream.get(path);
  if (!done.ok() && stream.status() == 0) return unreachable(address_, done.error());
  if (!done.ok()) return core::Error{"the engine broke off its answer: " + done.error().reason};
  if (stream.status() >= 400) return refusal_of(stream.status(), stream.refusal());
  return {};
}

}  // namespace hawser::ctl
