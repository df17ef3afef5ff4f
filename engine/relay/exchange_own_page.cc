// SPDX-License-Identifier: Apache-2.0
// The part of an Exchange that is for one of our own pages: a form that is sent to one is read
// whole before the gate is asked.
#include "http/hop_by_hop.h"
#include "relay/exchange.h"

namespace hawser::relay {

using message::ErrorCode;
using message::ExchangeError;

// A provider is asked twice at most, and has 10 s each time.
constexpr uint64_t own_page_limit_ms = 60'000;

void Exchange::serve_own_page() {
  total_deadline_.arm(context_.loop.timers(), own_page_limit_ms);
  const message::BodyLength& length = head_->body_length;
  if (!length.has_body() || head_->method != message::Method::post) return ask_gate();
  if (length.kind == message::BodyLength::Kind::known &&
      length.bytes > access::own_form_limit_bytes)
    return fail(ExchangeError::of(ErrorCode::body_too_large));
  if (http::expectation_of(head_->fields) == http::Expectation::continue_100) {
    message::ResponseHead go_on;
    go_on.status = 100;
    client_.send_interim(go_on);
  }
  step_ = Step::own_form;
  asking_ = Asking::flowing;
  allowed_bytes_ = access::own_form_limit_bytes + 1;
  client_.allow_body(allowed_bytes_);
}

void Exchange::collect_own_form(const core::ByteChain& bytes) {
  if (facts_.bytes_in > access::own_form_limit_bytes)
    return fail(ExchangeError::of(ErrorCode::body_too_large));
  own_form_ += bytes.to_string();
}

}  // namespace hawser::relay
