// SPDX-License-Identifier: Apache-2.0
#include "commands.h"

#include <unistd.h>
#include <nlohmann/json.hpp>

#include <functional>
#include <iostream>

#include "core/clock.h"
#include "model/json_members.h"
#include "table.h"
#include "views.h"

namespace hawser::ctl {
namespace {

using message::Method;
using nlohmann::json;

int64_t now_ms() { return core::SystemClock::instance().wall_ms(); }

int fail(const core::Error& error) {
  std::cerr << "hawserctl: " << error.reason << "\n";
  return exit_failed;
}

int misused(const std::string& what, const std::string& list) {
  std::cerr << "hawserctl: " << what << "; `hawserctl " << list << "` shows them\n";
  return exit_usage;
}

int print(const std::string& text) {
  std::cout << text << std::flush;
  if (std::cout.good()) return exit_ok;
  return fail({"can't write the output"});
}

int print_json(const json& answer) {
  return print(answer.dump(2, ' ', false, json::error_handler_t::replace) + "\n");
}

std::string text_of(const json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

// An id goes into a path, so nothing else may.
bool is_id(const std::string& id) {
  return !id.empty() && id.size() <= 64 &&
         id.find_first_not_of("0123456789abcdef-") == std::string::npos;
}

void explain_token(const json& answer, const std::string& group) {
  if (answer.value("group_has_apps", json(true)) == json(false)) {
    std::cerr << "hawserctl: no app is published for the group \"" << group << "\" yet\n";
  }
  if (::isatty(STDOUT_FILENO) == 0) return;
  const json expires = answer.value("expires_ms", json(0));
  std::cerr << "One connector can enrol with it, "
            << relative_time(expires.is_number() ? expires.get<int64_t>() : 0, now_ms())
            << " it ends; it is not shown again. On the connector's host:\n"
            << "  hawser-connector enrol --engine HOST:PORT --token-file FILE --state DIR\n";
}

}  // namespace

int show(const Session& session, const core::Result<json>& answer, const View& view) {
  if (!answer.ok()) return fail(answer.error());
  return session.json ? print_json(*answer) : print(view(*answer));
}

int show_status(const Session& session) {
  return show(session, session.client.call(Method::get, "/v1/status"), status_view);
}

int show_memory(const Session& session) {
  return show(session, session.client.call(Method::get, "/v1/memory"), memory_view);
}

int list_apps(const Session& session) {
  return show(session, session.client.call(Method::get, "/v1/apps"), apps_view);
}

int list_connectors(const Session& session) {
  return show(session, session.client.call(Method::get, "/v1/connectors"),
              [](const json& answer) { return connectors_view(answer, now_ms()); });
}

int revoke_connector(const Session& session, const std::string& id) {
  if (!is_id(id))
    return misused("\"" + printable(id) + "\" is no connector's id", "connector list");
  return show(session, session.client.call(Method::post, "/v1/connectors/" + id + "/revoke"),
              [&](const json& answer) {
                return "revoked " + printable(text_of(answer, "name")) + " (" + id +
                       "); its channels are closed\n";
              });
}

int list_tokens(const Session& session) {
  return show(session, session.client.call(Method::get, "/v1/tokens"),
              [](const json& answer) { return tokens_view(answer, now_ms()); });
}

int create_token(const Session& session, const std::string& group, uint64_t ttl_ms) {
  const std::string wish = model::write_json({{"group", group}, {"ttl_ms", ttl_ms}});
  const auto answer = session.client.call(Method::post, "/v1/tokens", wish);
  if (!answer.ok()) return fail(answer.error());
  const int printed = session.json ? print_json(*answer) : print(text_of(*answer, "token") + "\n");
  if (printed != exit_ok) {  // nobody has it, so nobody shall be able to use it
    (void)session.client.call(Method::delete_, "/v1/tokens/" + text_of(*answer, "id"));
    return printed;
  }
  if (!session.json) explain_token(*answer, group);
  return printed;
}

int revoke_token(const Session& session, const std::string& id) {
  if (!is_id(id)) return misused("\"" + printable(id) + "\" is no token's id", "token list");
  return show(session, session.client.call(Method::delete_, "/v1/tokens/" + id),
              [&](const json&) { return "revoked token " + id + "\n"; });
}

}  // namespace hawser::ctl
