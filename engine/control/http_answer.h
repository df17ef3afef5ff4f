// SPDX-License-Identifier: Apache-2.0
// How a control call's Answer leaves over HTTP. Owner: nobody. Thread: the control thread alone.
#pragma once

#include <utility>

#include "control/refusal.h"
#include "http/connection_set.h"

namespace hawser::control {

inline AnswerDone answer_over(http::ConnectionSet::Respond respond) {
  return [respond = std::move(respond)](const Answer& answer) {
    auto response = http::ServerResponse::text(answer.status, answer.body, answer.content_type);
    response.fields.add("Cache-Control", "no-store");
    response.stream = answer.stream;
    respond(response);
  };
}

}  // namespace hawser::control
