// SPDX-License-Identifier: Apache-2.0
#include "session_commands.h"

#include <iostream>
#include <nlohmann/json.hpp>

#include "core/clock.h"
#include "model/json_members.h"
#include "table.h"
#include "views.h"

namespace hawser::ctl {

using nlohmann::json;

int list_sessions(const Session& session) {
  return show(session, session.client.call(message::Method::get, "/v1/sessions"),
              [](const json& answer) {
                return sessions_view(answer, core::SystemClock::instance().wall_ms());
              });
}

int revoke_sessions(const Session& session, const SessionWish& wish) {
  json filter = json::object();
  if (!wish.id.empty()) filter["id"] = wish.id;
  if (!wish.user.empty()) filter["user"] = wish.user;
  if (!wish.app.empty()) filter["app"] = wish.app;
  if (filter.empty()) {
    std::cerr
        << "hawserctl: name the sessions: an ID of `hawserctl session list`, --user or --app\n";
    return exit_usage;
  }
  uint64_t count = 0;
  const auto answer =
      session.client.call(message::Method::post, "/v1/sessions/revoke", model::write_json(filter));
  const int code = show(session, answer, [&count](const json& told) {
    const auto found = told.find("revoked");
    count = found != told.end() && found->is_number_unsigned() ? found->get<uint64_t>() : 0;
    return "ended " + counted(count, "session") + "\n";
  });
  return code == exit_ok && !session.json && count == 0 ? exit_failed : code;
}

}  // namespace hawser::ctl
