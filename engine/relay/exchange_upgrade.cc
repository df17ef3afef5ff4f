// SPDX-License-Identifier: Apache-2.0
// The part of an Exchange that leaves HTTP for another protocol where client, app and origin agree.
#include <algorithm>
#include <string>
#include <string_view>

#include "http/hop_by_hop.h"
#include "message/characters.h"
#include "relay/exchange.h"
#include "relay/websocket_key.h"

namespace hawser::relay {

using message::ErrorCode;
using message::ExchangeError;

namespace {

// Names of protocols are compared without regard to case (RFC 9110 16.7).
bool may_upgrade(const model::App& app, std::string_view protocol) {
  return std::any_of(app.upgrades.begin(), app.upgrades.end(), [protocol](const auto& allowed) {
    return message::equals_ignoring_case(allowed, protocol);
  });
}

// An upgrade is bound to no method (RFC 9110 7.8), WebSocket's to GET (RFC 6455 4.1).
bool may_upgrade_by(message::Method method, std::string_view protocol) {
  return method == message::Method::get || !message::equals_ignoring_case(protocol, "websocket");
}

}  // namespace

// Only behind a request without content. An upgrade that cannot be offered to the origin is no
// fault: the request goes on without it (RFC 9110 7.8).
void Exchange::offer_upgrade() {
  const bool can_be_left =
      head_->version == message::HttpVersion::http_1_1 || head_->extended_connect;
  if (!can_be_left || asking_ != Asking::ended) return;
  upgrade_ = http::upgrade_protocol(head_->fields, [this](std::string_view offered) {
    return may_upgrade(*app_, offered) && may_upgrade_by(head_->method, offered);
  });
  if (!upgrade_.empty()) asking_ = Asking::held;
}

// HTTP/1.0 and HTTP/2 know no upgrades.
std::string Exchange::required_upgrades(const message::ResponseHead& head) const {
  std::string required;
  if (head.status != 426 || head_->version != message::HttpVersion::http_1_1) return required;
  head.fields.for_each_element(message::FieldName::upgrade, [&](std::string_view protocol) {
    if (!http::is_upgrade_protocol(protocol) || !may_upgrade(*app_, protocol)) return;
    if (!required.empty()) required += ", ";
    required += protocol;
  });
  return required;
}

// The client sends no key, and would not check the answer to it (RFC 8441 5.1).
void Exchange::offer_for_http_2() {
  message::Fields& fields = head_->fields;
  fields.remove(message::FieldName::sec_websocket_key);
  if (!message::equals_ignoring_case(upgrade_, "websocket")) return;
  websocket_key_ = make_websocket_key(context_.loop);
  fields.add(message::FieldName::sec_websocket_key, websocket_key_);
}

// To an HTTP/2 client any 2xx says that the protocol was agreed on, and there is no 101 (RFC 8441
// 4). False: the answer was none, and the exchange has failed.
bool Exchange::agree_for_http_2(message::ResponseHead& head) {
  if (head.status == 101) {
    const auto accept = head.fields.get(message::FieldName::sec_websocket_accept);
    const bool ours = websocket_key_.empty() || accept == websocket_accept_of(websocket_key_);
    head.fields.remove(message::FieldName::sec_websocket_accept);
    head.status = 200;
    head.reason.clear();
    head.body_length = message::BodyLength::unknown();
    if (ours) return true;
  } else if (head.status >= 300) {
    return true;
  }
  fail(ExchangeError::of(ErrorCode::origin_bad_answer, "not an answer to the offered upgrade"));
  return false;
}

// The request's direction opens for raw bytes, or ends as that of any other request.
void Exchange::answer_upgrade(bool agreed) {
  if (agreed) {
    upgraded_ = true;
    total_deadline_.disarm();
    moved();
    return allow_more_body();
  }
  upgrade_.clear();
  asking_ = Asking::ended;
  if (stream_ != nullptr && !stream_->sending_ended()) stream_->send_end({});
}

}  // namespace hawser::relay
