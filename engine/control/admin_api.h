// SPDX-License-Identifier: Apache-2.0
// AdminApi: the calls of schema/admin_api.yaml: looking at a running engine, tokens, revoking a
// connector. Whoever may call it was let in by AdminServer. Owner: the engine's main program.
// Thread: the control thread alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "control/admin_host.h"
#include "control/connector_registry.h"
#include "control/event_journal.h"
#include "control/refusal.h"
#include "control/tokens.h"

namespace hawser::control {

inline constexpr size_t admin_body_limit_bytes = 64 * 1024;

class AdminApi {
 public:
  // All outlive this.
  AdminApi(AdminHost& host, Tokens& tokens, ConnectorRegistry& registry, EventJournal& journal)
      : host_(host), tokens_(tokens), registry_(registry), journal_(journal) {}

  struct Call {
    std::string_view method;
    std::string_view path;  // without query
    std::string_view query = {};
    std::string_view body = {};
    int64_t now_ms = 0;
    AdminCaller caller = {};
  };
  void handle(const Call& call, const AnswerDone& done);

 private:
  void handle_collection(std::string_view what, const Call& call, const AnswerDone& done);
  void status(int64_t now_ms, const AnswerDone& done);
  void memory(const AnswerDone& done);
  void apps(const AnswerDone& done);
  void connectors(const AnswerDone& done);
  using View = std::function<std::string(const std::vector<ConnectorRecord>&,
                                         const std::vector<LiveChannel>&)>;
  void show(View view, const AnswerDone& done);
  Answer list_tokens(int64_t now_ms);
  void create_token(const Call& call, const AnswerDone& done);
  void revoke_token(std::string_view id, const Call& call, const AnswerDone& done);
  void revoke_connector(std::string_view id, const Call& call, const AnswerDone& done);
  Answer test_access(std::string_view body, int64_t now_ms);
  Answer list_sessions();
  void revoke_sessions(const Call& call, const AnswerDone& done);
  // --- admin_events.cc
  Answer list_events(const Call& call);
  void verify_events(const AnswerDone& done);
  void explain(std::string_view request_id, const AnswerDone& done);

  AdminHost& host_;
  Tokens& tokens_;
  ConnectorRegistry& registry_;
  EventJournal& journal_;
};

}  // namespace hawser::control
