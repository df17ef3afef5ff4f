// SPDX-License-Identifier: Apache-2.0
// The part of an Exchange that is looked at again while it runs: the access rules changed, or the
// provider has to vouch again for the person whose session it runs in.
#include <algorithm>
#include <utility>

#include "relay/exchange.h"

namespace hawser::relay {

using message::ErrorCode;
using message::ExchangeError;

namespace {

std::string reason_of(access::Standing standing) {
  switch (standing) {
    case access::Standing::rules_changed:
      return "the access rules changed";
    case access::Standing::session_over:
      return "the session was ended";
    case access::Standing::provider_unreachable:
      return "the sign-in provider could not be reached for too long";
    case access::Standing::goes_on:
      break;
  }
  return {};
}

uint8_t bit_of(access::Renewal renewal) {
  return static_cast<uint8_t>(1U << static_cast<unsigned>(renewal));
}

}  // namespace

// At the session's end, or when the provider has to vouch again, whichever comes first.
void Exchange::arm_session_deadline() {
  int64_t due_s = admission_.expires_s();
  if (admission_.renew_s != 0 && (due_s == 0 || admission_.renew_s < due_s))
    due_s = admission_.renew_s;
  if (due_s == 0) return session_deadline_.disarm();
  const int64_t left_ms = due_s * 1000 - context_.loop.wall_ms();
  session_deadline_.arm(context_.loop.timers(),
                        static_cast<uint64_t>(std::max<int64_t>(0, left_ms)));
}

void Exchange::session_due() {
  const int64_t expires_s = admission_.expires_s();
  if (expires_s != 0 && context_.loop.wall_ms() >= expires_s * 1000)
    return fail(ExchangeError::of(ErrorCode::revoked, "the session has come to its end"));
  reconsider(access::Renewal::vouched);
}

void Exchange::reconsider(access::Renewal renewal) {
  const bool runs = step_ == Step::dispatch || step_ == Step::stream;
  if (!runs || (reconsidering_ & bit_of(renewal)) != 0)
    return;  // who waits at the gate is decided on by the present rules
  const message::Target& target = head_->target;
  const model::App* now = context_.router->find(target.authority.host, target.canonical_path).app;
  // What it asked for belongs to another app now, which it was not admitted to.
  if (now != nullptr && now->name != app_->name && now->access == model::Access::rules)
    return fail(ExchangeError::of(ErrorCode::revoked, reason_of(access::Standing::rules_changed)));
  reconsidering_ |= bit_of(renewal);
  const auto age_s = static_cast<int64_t>((context_.loop.now_us() - facts_.began_us) / 1'000'000);
  const std::string_view client_ip =
      facts_.client_ip.empty() ? client_facts_.peer_ip : facts_.client_ip;
  context_.gate.reconsider(
      {*app_, *head_, client_ip, context_.loop.wall_ms() / 1000 - age_s, admission_.facts}, renewal,
      *this);
}

void Exchange::on_reconsidered(access::Reconsidered outcome) {
  reconsidering_ &= static_cast<uint8_t>(~bit_of(outcome.renewal));
  if (step_ == Step::over) return;
  if (outcome.standing != access::Standing::goes_on)
    return fail(ExchangeError::of(ErrorCode::revoked, reason_of(outcome.standing)));
  if (outcome.facts) admission_.facts = std::move(outcome.facts);
  admission_.renew_s = outcome.renew_s;
  arm_session_deadline();
}

}  // namespace hawser::relay
