// SPDX-License-Identifier: Apache-2.0
#include "connector/renewal.h"

#include <algorithm>
#include <utility>

#include "model/control_calls.h"
#include "tls/certificate.h"

namespace hawser::connector {

using core::Level;
using core::LogLine;

Renewal::Renewal(core::Loop& loop, core::Log& log, const StateDir& state, std::string identity_uri,
                 uint64_t age_ms, Call call, Renewed renewed)
    : loop_(loop),
      log_(log),
      state_(state),
      identity_uri_(std::move(identity_uri)),
      age_ms_(age_ms),
      call_(std::move(call)),
      renewed_(std::move(renewed)),
      due_([this] { check(); }) {}

core::Result<void> Renewal::watch(const std::string& certificate_pem) {
  const auto facts = tls::read_certificate_pem(certificate_pem);
  if (!facts) return facts.error();
  not_before_ms_ = facts->not_before_ms;
  check();
  return {};
}

void Renewal::renew_now() {
  wanted_ = true;
  if (!under_way_ && !due_.armed()) return check();
  if (!under_way_) arm(1);
}

void Renewal::channel_available() {
  if (wanted_ && !under_way_) arm(1);
}

void Renewal::check() {
  if (under_way_) return;
  const int64_t due_ms = not_before_ms_ + static_cast<int64_t>(age_ms_);
  const int64_t now_ms = loop_.wall_ms();
  if (!wanted_ && now_ms < due_ms)
    return arm(std::min(static_cast<uint64_t>(due_ms - now_ms), check_every_ms));
  begin();
}

void Renewal::begin() {
  wanted_ = true;
  const auto key = tls::make_private_key_pem();
  if (!key)
    return answered("",
                    message::ExchangeError::of(message::ErrorCode::internal, key.error().reason));
  const auto request = tls::make_signing_request_pem(*key);
  if (!request)
    return answered(
        "", message::ExchangeError::of(message::ErrorCode::internal, request.error().reason));
  under_way_ = true;
  ControlRequest call;
  call.method = message::Method::post;
  call.target = "/v1/renew";
  call.body = model::encode_renew_request({*request});
  call_(std::move(call),
        [this, key = *key](const ControlResult& result) { answered(key, result); });
}

void Renewal::answered(const std::string& private_key_pem, const ControlResult& result) {
  under_way_ = false;
  const core::Result<void> accepted = accept(private_key_pem, result);
  if (accepted) {
    wanted_ = false;
    retry_ms_ = first_retry_ms;
    // The next one is never due at once, however short the age is.
    return arm(std::clamp<uint64_t>(age_ms_, first_retry_ms, check_every_ms));
  }
  LogLine(log_, Level::warn, "certificate_renewal_failed")
      .text("reason", accepted.error().reason)
      .number("retry_ms", retry_ms_);
  arm(retry_ms_);
  retry_ms_ = std::min(retry_ms_ * 2, check_every_ms);
}

core::Result<void> Renewal::accept(const std::string& private_key_pem,
                                   const ControlResult& result) {
  if (!result) return core::Error{result.error().reason, 0};
  if (result->status != 200)
    return core::Error{"the engine answered " + std::to_string(result->status) + ": " +
                           result->body.substr(0, 500),
                       0};
  const auto answer = model::decode_renew_answer(result->body);
  if (!answer) return answer.error();
  if (auto pair = tls::check_key_pair(answer->certificate_pem, private_key_pem); !pair) return pair;
  const auto facts = tls::read_certificate_pem(answer->certificate_pem);
  if (!facts) return facts.error();
  if (facts->uri_san != identity_uri_)
    return core::Error{"the new certificate is for another: " + facts->uri_san, 0};
  if (!answer->authorities_pem.empty())
    if (auto saved = state_.save_authorities(answer->authorities_pem); !saved) return saved;
  const Credentials fresh{private_key_pem, answer->certificate_pem};
  if (auto saved = state_.save_credentials(fresh); !saved) return saved;
  not_before_ms_ = facts->not_before_ms;
  LogLine(log_, Level::info, "certificate_renewed").text("serial", facts->serial_hex);
  renewed_(fresh, answer->authorities_pem);
  return {};
}

void Renewal::arm(uint64_t delay_ms) { due_.arm(loop_.timers(), std::max<uint64_t>(delay_ms, 1)); }

}  // namespace hawser::connector
