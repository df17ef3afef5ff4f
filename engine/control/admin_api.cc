// SPDX-License-Identifier: Apache-2.0
#include "control/admin_api.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "control/admin_access.h"
#include "control/admin_json.h"
#include "model/json_members.h"

namespace hawser::control {
namespace {

// "/v1/tokens/ID" is { "tokens", "ID" }; what doesn't begin with /v1/ has no parts.
std::vector<std::string_view> parts_of(std::string_view path) {
  constexpr std::string_view version = "/v1/";
  constexpr size_t parts_limit = 4;
  std::vector<std::string_view> parts;
  if (path.substr(0, version.size()) != version) return parts;
  path.remove_prefix(version.size());
  while (parts.size() < parts_limit) {
    const size_t slash = path.find('/');
    parts.push_back(path.substr(0, slash));
    if (slash == std::string_view::npos) break;
    path.remove_prefix(slash + 1);
  }
  return parts;
}

Answer no_such_call(std::string_view path) {
  return refused({404, "no_such_call",
                  std::string(path.substr(0, 256)) + ": see schema/admin_api.yaml for the calls"});
}

Answer no_such_method(std::string_view method) {
  return refused({405, "no_such_method", "this call has no method " + std::string(method)});
}

struct TokenWish {
  std::string group{model::default_group};
  uint64_t ttl_ms = 60 * 60 * 1000;
};

Outcome<TokenWish> read_token_wish(std::string_view body) {
  TokenWish wish;
  if (body.empty()) return wish;
  auto object = model::parse_json_object(body, admin_body_limit_bytes);
  if (!object.ok()) return Refusal{400, "bad_json", object.error().reason};
  for (const auto& [name, value] : object->items()) {
    if (name == "group" || name == "ttl_ms") continue;
    return Refusal{400, "bad_json", "member \"" + name + "\": known are \"group\" and \"ttl_ms\""};
  }
  model::JsonMembers members(*object);
  members.read("group", wish.group);
  members.read("ttl_ms", wish.ttl_ms);
  if (!members.ok()) return Refusal{400, "bad_json", members.error().reason};
  return wish;
}

Outcome<SessionFilter> read_session_filter(std::string_view body) {
  const auto object = model::parse_json_object(body, admin_body_limit_bytes);
  if (!object.ok()) return Refusal{400, "bad_json", object.error().reason};
  for (const auto& [name, value] : object->items()) {
    if (name == "id" || name == "user" || name == "app") continue;
    return Refusal{400, "bad_json",
                   "member \"" + name + "\": known are \"id\", \"user\" and \"app\""};
  }
  SessionFilter filter;
  model::JsonMembers members(*object);
  members.read("id", filter.id);
  members.read("user", filter.user);
  members.read("app", filter.app);
  if (!members.ok()) return Refusal{400, "bad_json", members.error().reason};
  if (filter.empty())
    return Refusal{400, "bad_filter", "name the sessions by \"id\", \"user\" or \"app\""};
  return filter;
}

// "user ada@example.org, app wiki"
std::string told(const SessionFilter& filter) {
  std::string text;
  const auto add = [&text](const char* name, const std::string& value) {
    if (!value.empty()) text += (text.empty() ? "" : ", ") + std::string(name) + " " + value;
  };
  add("id", filter.id);
  add("user", filter.user);
  add("app", filter.app);
  return text;
}

}  // namespace

void AdminApi::handle(const Call& call, const AnswerDone& done) {
  const auto parts = parts_of(call.path);
  if (parts.empty()) return done(no_such_call(call.path));
  const std::string_view what = parts[0];
  const auto is = [&](std::string_view folder, std::string_view name) {
    return parts.size() == 2 && what == folder && parts[1] == name;
  };
  const auto only = [&](std::string_view method) {
    const bool good = call.method == method;
    if (!good) done(no_such_method(call.method));
    return good;
  };
  if (parts.size() == 1) return handle_collection(what, call, done);
  if (parts.size() == 3 && what == "connectors" && parts[2] == "revoke")
    return only("POST") ? revoke_connector(parts[1], call, done) : void();
  if (is("sessions", "revoke")) return only("POST") ? revoke_sessions(call, done) : void();
  if (is("access", "test"))
    return only("POST") ? done(test_access(call.body, call.now_ms)) : void();
  if (is("events", "verify")) return only("POST") ? verify_events(done) : void();
  if (parts.size() == 2 && what == "tokens")
    return only("DELETE") ? revoke_token(parts[1], call, done) : void();
  if (parts.size() == 2 && what == "requests")
    return only("GET") ? explain(parts[1], done) : void();
  done(no_such_call(call.path));
}

void AdminApi::handle_collection(std::string_view what, const Call& call, const AnswerDone& done) {
  constexpr std::array<std::string_view, 8> known{"status", "apps",     "connectors", "tokens",
                                                  "audit",  "sessions", "events",     "memory"};
  if (std::find(known.begin(), known.end(), what) == known.end()) {
    return done(no_such_call(call.path));
  }
  if (what == "tokens" && call.method == "POST") return create_token(call, done);
  if (call.method != "GET") return done(no_such_method(call.method));
  if (what == "status") return status(call.now_ms, done);
  if (what == "memory") return memory(done);
  if (what == "apps") return apps(done);
  if (what == "connectors") return connectors(done);
  if (what == "sessions") return done(list_sessions());
  if (what == "events") return done(list_events(call));
  if (what == "audit") return done(json_answer(200, audit_json(*host_.snapshot())));
  done(list_tokens(call.now_ms));
}

Answer AdminApi::list_sessions() {
  const auto sessions = host_.sessions();
  return sessions.ok() ? json_answer(200, sessions_json(*sessions)) : refused(sessions.error());
}

void AdminApi::revoke_sessions(const Call& call, const AnswerDone& done) {
  const auto filter = read_session_filter(call.body);
  if (!filter.ok()) return done(refused(filter.error()));
  AdminAct act{"sessions_revoked", told(*filter), "", call.caller};
  host_.revoke_sessions(*filter, call.caller, [this, act, done](const Outcome<uint64_t>& count) {
    if (!count.ok()) return done(refused(count.error()));
    AdminAct done_act = act;
    done_act.detail = std::to_string(*count) + " ended";
    host_.on_admin_act(done_act);
    done(json_answer(200, model::write_json({{"revoked", *count}})));
  });
}

Answer AdminApi::test_access(std::string_view body, int64_t now_ms) {
  const auto call = read_access_call(body);
  if (!call.ok()) return refused(call.error());
  const auto snapshot = host_.snapshot();
  const model::App* app = snapshot->find_app(call->app);
  if (app == nullptr) {
    return refused({404, "app_unknown",
                    "no app has the name \"" + call->app.substr(0, 64) +
                        "\"; `hawserctl app list` shows them"});
  }
  const auto answer = host_.test_access(*app, call->question, now_ms);
  if (!answer.ok()) return refused({400, "bad_question", answer.error().reason});
  return json_answer(200, access_answer_json(app->name, *answer));
}

void AdminApi::status(int64_t now_ms, const AnswerDone& done) {
  show(
      [this, now_ms](const auto& records, const auto& channels) {
        return status_json(host_.status(), records, channels, now_ms);
      },
      done);
}

void AdminApi::memory(const AnswerDone& done) {
  host_.memory(
      [done](const core::MemoryReport& report) { done(json_answer(200, memory_json(report))); });
}

void AdminApi::apps(const AnswerDone& done) {
  show([this](const auto& records,
              const auto& channels) { return apps_json(*host_.snapshot(), records, channels); },
       done);
}

void AdminApi::connectors(const AnswerDone& done) { show(connectors_json, done); }

// What is known of connectors: who has enrolled, and their channels, of which the workers tell.
void AdminApi::show(View view, const AnswerDone& done) {
  host_.channels([this, view = std::move(view), done](const std::vector<LiveChannel>& channels) {
    const auto records = registry_.list();
    done(records.ok() ? json_answer(200, view(*records, channels)) : refused(records.error()));
  });
}

Answer AdminApi::list_tokens(int64_t now_ms) {
  auto records = tokens_.list();
  if (!records.ok()) return refused(records.error());
  return json_answer(200, tokens_json(*records, now_ms));
}

void AdminApi::create_token(const Call& call, const AnswerDone& done) {
  auto wish = read_token_wish(call.body);
  if (!wish.ok()) return done(refused(wish.error()));
  const auto made = [this, caller = call.caller, done](const Outcome<NewToken>& token) {
    if (!token.ok()) return done(refused(token.error()));
    const std::string& group = token->record.group;
    host_.on_admin_act({"token_created", token->record.id, "for the group " + group, caller});
    const bool has_apps = host_.snapshot()->find_group(group) != nullptr;
    done(json_answer(201, new_token_json(*token, has_apps)));
  };
  tokens_.create(wish->group, wish->ttl_ms, call.now_ms, made);
}

void AdminApi::revoke_token(std::string_view id, const Call& call, const AnswerDone& done) {
  const auto revoked = [this, id = std::string(id), caller = call.caller,
                        done](const Outcome<void>& gone) {
    if (!gone.ok()) return done(refused(gone.error()));
    host_.on_admin_act({"token_revoked", id, "", caller});
    done(json_answer(200, "{}"));
  };
  tokens_.revoke(std::string(id), revoked);
}

void AdminApi::revoke_connector(std::string_view id, const Call& call, const AnswerDone& done) {
  const auto connector = model::Uuid::parse(id);
  if (!connector.ok()) return done(refused({400, "bad_id", connector.error().reason}));
  const auto gone = [this, caller = call.caller, done](const Outcome<ConnectorRecord>& revoked) {
    if (!revoked.ok()) return done(refused(revoked.error()));
    // Even if it had been revoked before: nothing of it may stay open.
    host_.on_connector_revoked(revoked->id);
    host_.on_admin_act({"connector_revoked", revoked->id.to_string(), revoked->name, caller});
    done(json_answer(200, connector_json(*revoked, {})));
  };
  registry_.revoke(*connector, call.now_ms, gone);
}

}  // namespace hawser::control
