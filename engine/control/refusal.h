// SPDX-License-Identifier: Apache-2.0
// Refusal: why a control call was not done, as an HTTP status, a name for programs and words for
// people; and the answer that carries it. Owner: the caller. Thread: any.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "control/store.h"
#include "core/result.h"
#include "http/body_stream.h"

namespace hawser::control {

struct Refusal {
  int status = 500;
  std::string code;    // "token_used"; every one is listed in schema/enrolment.md or admin_api.yaml
  std::string detail;  // with the remedy; never a secret
};

template <class T>
using Outcome = core::Result<T, Refusal>;
// Runs once, on the control thread, possibly before the call returns.
template <class T>
using OutcomeDone = std::function<void(Outcome<T>)>;

// `conflict` becomes 409 "changed_meanwhile", `full` 507, `busy` 503, others 500.
Refusal refusal_of(const StoreError& error);
Refusal internal_error(std::string detail);

// What goes back over HTTP.
struct Answer {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
  std::shared_ptr<http::BodyStream> stream = {};  // in place of `body`
};
using AnswerDone = std::function<void(Answer)>;

Answer json_answer(int status, std::string body);
Answer refused(const Refusal& refusal);

}  // namespace hawser::control
