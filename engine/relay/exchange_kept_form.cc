// SPDX-License-Identifier: Apache-2.0
// The part of an Exchange whose request's body is not its client's: a form that has to wait for a
// sign-in is read and handed to the gate; one that had to is sent on in place of what released it.
#include <algorithm>
#include <utility>

#include "access/form_ticket.h"
#include "http/hop_by_hop.h"
#include "relay/client_rates.h"
#include "relay/exchange.h"
#include "relay/load_gate.h"

namespace hawser::relay {

using message::ErrorCode;
using message::ExchangeError;

namespace {

constexpr size_t piece_bytes = size_t{64} * 1024;  // to the application
// Of what a sender may have under way: as much as has come, so that a slow one holds next to
// nothing and a long form does not wait for each piece.
constexpr size_t least_step_bytes = size_t{16} * 1024;
constexpr size_t most_step_bytes = size_t{256} * 1024;

}  // namespace

// --- read, to be kept

// A request that looks like one that releases a form: its content tells.
void Exchange::read_claim() {
  if (!hold_own_form(head_->body_length.bytes))
    return fail(ExchangeError::of(ErrorCode::budget_exhausted, "memory_limit is used up"));
  step_ = Step::own_form;
  watch_form();
  begin_form(head_->body_length.bytes);
}

void Exchange::begin_form(size_t room_bytes) {
  if (http::expectation_of(head_->fields) == http::Expectation::continue_100) {
    message::ResponseHead go_on;
    go_on.status = 100;
    client_.send_interim(go_on);
  }
  head_->fields.remove(message::FieldName::expect);
  asking_ = Asking::flowing;
  allowed_bytes_ = room_bytes;
  client_.allow_body(room_bytes);
}

void Exchange::on_form_wanted(access::FormWanted wanted) {
  form_wanted_ = std::move(wanted);
  hold_form(false, form_wanted_.limit_bytes + 1);
  // Has none, or was read already because it might have been another thing.
  const bool is_read = asking_ == Asking::ended;
  const size_t room = is_read ? own_form_.size() : form_room_wanted();
  if (!form_room_->take(room)) return refuse_form(access::FormRefusal::no_room);
  if (is_read) return keep_form();
  step_ = Step::park;
  if (!total_deadline_.armed())
    total_deadline_.arm(context_.loop.timers(), app_->park.for_s * 1000);
  watch_form();
  begin_form(room);
}

void Exchange::hold_form(bool sent, size_t form_bytes) {
  const std::string& subject = sent ? admission_.facts->subject : form_wanted_.subject;
  form_room_ = std::make_unique<FormRoom>(
      context_.form_rooms,
      FormOwner{app_->name + "\n" + subject, network_of(chain_.client), form_bytes, sent});
}

// For what its sender may send next; of a form whose length is not known one byte more than is
// allowed, so that one that is too long shows.
size_t Exchange::form_room_wanted() const {
  const message::BodyLength& length = head_->body_length;
  const size_t whole = length.is_known() ? length.bytes : form_wanted_.limit_bytes + 1;
  const size_t came = own_form_.size();
  return std::min(whole - came, std::clamp(came, least_step_bytes, most_step_bytes));
}

void Exchange::collect_form(const core::ByteChain& bytes) {
  const uint64_t limit_bytes = app_->limits.body_bytes;
  if (limit_bytes != 0 && facts_.bytes_in > limit_bytes && context_.loads != nullptr)
    return fail(context_.loads->body_too_long(*app_));
  if (facts_.bytes_in > form_wanted_.limit_bytes)
    return refuse_form(access::FormRefusal::too_large);
  own_form_ += bytes.to_string();
  watch_form();
  if (allowed_bytes_ != 0) return;
  const size_t room = form_room_wanted();
  if (room == 0) return;  // that was all
  if (!form_room_->take(room)) return refuse_form(access::FormRefusal::no_room);
  allowed_bytes_ = room;
  client_.allow_body(room);
}

void Exchange::watch_form() {
  if (app_->timeouts.stream_idle_ms != 0)
    idle_deadline_.arm(context_.loop.timers(), app_->timeouts.stream_idle_ms);
}

void Exchange::keep_form() {
  step_ = Step::access;
  idle_deadline_.disarm();
  access::Question asked = question();
  asked.body = {};  // which goes on its way
  context_.gate.keep_form(asked, form_wanted_, std::exchange(own_form_, {}), std::move(form_room_),
                          *this);
  release_own_form();
}

void Exchange::refuse_form(access::FormRefusal why) {
  step_ = Step::access;
  context_.gate.refuse_form(question(), form_wanted_, why, *this);
}

// --- sent, in place of what released it

// Before anything else is made of the request's head.
bool Exchange::take_kept_form() {
  access::ParkedForm* const form = admission_.form.get();
  if (form == nullptr) {
    if (own_form_.empty()) return true;
    kept_body_ = std::move(own_form_);  // an ordinary form that only looked like something of ours
  } else {
    head_->fields.remove_if(access::belongs_to_form);
    form->fields.for_each(
        [&](const message::FieldView& field) { head_->fields.add(field.name, field.value); });
    kept_body_ = std::move(form->body);
    hold_form(true, kept_body_.size());
    if (!form_room_->take(kept_body_.size())) {
      fail(ExchangeError::of(ErrorCode::budget_exhausted, "memory_limit is used up"));
      return false;
    }
    facts_.bytes_in = kept_body_.size();
  }
  head_->body_length = message::BodyLength::known(kept_body_.size());
  asking_ = kept_body_.empty() ? Asking::ended : Asking::held;
  has_kept_body_ = true;
  return true;
}

void Exchange::send_kept_body() {
  while (asking_ == Asking::flowing && stream_ != nullptr && kept_sent_ < kept_body_.size()) {
    const size_t room = std::min(stream_->sendable_bytes(), piece_bytes);
    if (room == 0) return;
    const std::string_view piece = std::string_view(kept_body_).substr(kept_sent_, room);
    core::ByteChain bytes;
    bytes.append_copy(context_.loop.blocks(), piece);
    kept_sent_ += piece.size();
    moved();
    stream_->send_data(std::move(bytes));
  }
  if (asking_ != Asking::flowing || stream_ == nullptr) return;
  asking_ = Asking::ended;
  std::string().swap(kept_body_);  // with what it had room for
  form_room_.reset();
  release_own_form();
  moved();
  stream_->send_end({});
  over_if_done();
}

// Whether it has reached the application, so that it is never sent twice; or has not, so that the
// person may try again.
void Exchange::settle_kept_form() {
  if (admission_.form == nullptr) return;
  const bool bodyless = !head_->body_length.has_body();
  const bool sent = bodyless ? facts_.dispatched_us != 0 : body_committed_;
  context_.gate.settle_form(admission_.form->id, sent);
  admission_.form.reset();
}

}  // namespace hawser::relay
