// SPDX-License-Identifier: Apache-2.0
#include "relay/max_forwards.h"

#include <algorithm>
#include <charconv>
#include <string>
#include <string_view>

#include "message/characters.h"

namespace hawser::relay {

using message::FieldName;
using message::Method;

namespace {

// The largest that we count; a larger one is lowered to it (RFC 9110 7.6.2).
constexpr uint32_t hops_limit = 1'000'000;

}  // namespace

Hop count_hop(message::RequestHead& head) {
  if (head.method != Method::trace && head.method != Method::options) return Hop::onward;
  const size_t lines = head.fields.count(FieldName::max_forwards);
  if (lines == 0) return Hop::onward;
  const std::string_view text = *head.fields.get(FieldName::max_forwards);
  if (lines > 1 || text.empty() || message::span_of(message::digit_char, text) != text.size())
    return Hop::unclear;
  uint32_t hops = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), hops);
  if (read.ec == std::errc::result_out_of_range) hops = hops_limit + 1;
  if (hops == 0) return Hop::last;
  head.fields.set(FieldName::max_forwards, std::to_string(std::min(hops - 1, hops_limit)));
  return Hop::onward;
}

message::ResponseHead last_hop_answer(Method method) {
  message::ResponseHead head;
  const bool options = method == Method::options;
  head.status = options ? 204 : 405;
  head.reason = message::usual_reason(head.status);
  if (!options) head.fields.add(FieldName::allow, "OPTIONS");
  head.body_length = options ? message::BodyLength::none() : message::BodyLength::known(0);
  return head;
}

}  // namespace hawser::relay
