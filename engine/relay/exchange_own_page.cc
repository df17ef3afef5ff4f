// SPDX-License-Identifier: Apache-2.0
// The part of an Exchange that is for one of our own pages: a form that is sent to one is read
// whole before the gate is asked.
#include <utility>

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
  const bool known = length.kind == message::BodyLength::Kind::known;
  if (known && length.bytes > access::own_form_limit_bytes)
    return fail(ExchangeError::of(ErrorCode::body_too_large));
  // One more than is allowed, so that a form that is too long shows.
  const size_t room = known ? static_cast<size_t>(length.bytes) : access::own_form_limit_bytes + 1;
  if (!hold_own_form(room))
    return fail(ExchangeError::of(ErrorCode::budget_exhausted, "memory_limit is used up"));
  if (http::expectation_of(head_->fields) == http::Expectation::continue_100) {
    message::ResponseHead go_on;
    go_on.status = 100;
    client_.send_interim(go_on);
  }
  step_ = Step::own_form;
  asking_ = Asking::flowing;
  allowed_bytes_ = room;
  client_.allow_body(room);
}

bool Exchange::hold_own_form(size_t bytes) {
  if (!share_.take(bytes)) return false;
  if (!context_.budget.take(bytes)) {
    share_.give_back(bytes);
    return false;
  }
  own_form_room_ = bytes;
  return true;
}

void Exchange::release_own_form() {
  const size_t bytes = std::exchange(own_form_room_, 0);
  if (bytes == 0) return;
  share_.give_back(bytes);
  context_.budget.give_back(bytes);
}

void Exchange::collect_own_form(const core::ByteChain& bytes) {
  if (facts_.bytes_in > access::own_form_limit_bytes)
    return fail(ExchangeError::of(ErrorCode::body_too_large));
  own_form_ += bytes.to_string();
}

}  // namespace hawser::relay
