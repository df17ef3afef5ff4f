// SPDX-License-Identifier: Apache-2.0
#include "control/enrolment_server.h"

#include <utility>

#include "control/http_answer.h"

namespace hawser::control {
namespace {

// Whoever comes here is not known yet, so nothing lasts long.
http::ServerConnection::Options enrolment_options(core::Counter& refused) {
  http::ServerConnection::Options options;
  options.body_limit_bytes = model::enrolment_body_limit_bytes;
  options.request_timeout_ms = 10'000;
  options.idle_timeout_ms = 10'000;
  options.refused = &refused;
  return options;
}

void handle(Enrolment& enrolment, int64_t now_ms, const http::ServerRequest& request,
            AnswerDone done) {
  using message::Method;
  const std::string& path = request.head->target.path;
  const Method method = request.head->method;
  if (path != "/v1/authority" && path != "/v1/enrol") {
    return done(
        refused({404, "no_such_call", "here are GET /v1/authority and POST /v1/enrol alone"}));
  }
  if (method != (path == "/v1/enrol" ? Method::post : Method::get)) {
    return done(refused({405, "no_such_method", "GET /v1/authority, POST /v1/enrol"}));
  }
  if (method == Method::get) return done(enrolment.authority());
  enrolment.enrol(request.body, now_ms, std::move(done));
}

}  // namespace

EnrolmentServer::EnrolmentServer(core::Loop& loop, Enrolment& enrolment, core::Counter& refused)
    : connections_(loop, connection_limit, enrolment_options(refused),
                   [&loop, &enrolment](const http::ServerRequest& request,
                                       const http::ConnectionSet::Respond& respond) {
                     handle(enrolment, loop.wall_ms(), request, answer_over(respond));
                   }) {}

void EnrolmentServer::serve(std::unique_ptr<core::Transport> connection) {
  connections_.serve(std::move(connection));
}

}  // namespace hawser::control
