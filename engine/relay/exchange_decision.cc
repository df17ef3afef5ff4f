// SPDX-License-Identifier: Apache-2.0
// The part of an Exchange that lets others ask later what became of it: the gate remembers what it
// decided, and here is added how the request ended.
#include <algorithm>
#include <limits>

#include "relay/exchange.h"

namespace hawser::relay {

// The gate has just decided. Where no rules were asked (one of our own pages, a path that can be
// read in two ways), the request is remembered all the same.
void Exchange::find_decision() {
  if (context_.decisions == nullptr) return;
  decision_ = context_.decisions->last_of(facts_.request_id);
  const bool own_page = access::is_own_path(head_->target.canonical_path);
  const bool guarded = app_ != nullptr && app_->access == model::Access::rules;
  if (decision_ != 0 || (!own_page && !guarded)) return;
  access::DecisionRing::Decided decided;
  decided.request_id = facts_.request_id;
  decided.time_ms = context_.loop.wall_ms();
  decided.client_ip = facts_.client_ip.empty() ? client_facts_.peer_ip : facts_.client_ip;
  decided.host = head_->target.authority.host;
  decided.method = head_->method_text();
  decided.path = head_->target.canonical_path;
  if (app_ != nullptr) decided.app = app_->name;
  decision_ = context_.decisions->add(decided);
}

void Exchange::remember_end() const {
  if (decision_ == 0 || context_.decisions == nullptr) return;
  const uint64_t total_ms = (context_.loop.now_us() - facts_.began_us) / 1000;
  const bool failed = facts_.error != message::ErrorCode::none;
  access::DecisionRing::Ended ended;
  ended.status = facts_.status;
  ended.total_ms =
      static_cast<uint32_t>(std::min<uint64_t>(total_ms, std::numeric_limits<uint32_t>::max()));
  ended.answer = facts_.own_answer;
  if (failed) ended.error = message::name_of(facts_.error);
  ended.ended_by = failed ? message::name_of(facts_.blame) : std::string_view("complete");
  ended.reason = facts_.reason;
  ended.connector = facts_.connector;
  context_.decisions->end(decision_, facts_.request_id, ended);
}

}  // namespace hawser::relay
