// SPDX-License-Identifier: Apache-2.0
#include "relay/trace_context.h"

#include <algorithm>

namespace hawser::relay {

namespace {

using message::FieldName;

// "00-<trace id>-<parent id>-<flags>"; a later version may say more behind another dash.
constexpr size_t trace_id_at = 3;
constexpr size_t trace_id_size = 32;
constexpr size_t parent_id_at = 36;
constexpr size_t parent_id_size = 16;
constexpr size_t flags_at = 53;
constexpr size_t known_size = 55;
constexpr size_t state_limit_bytes = 512;  // what everybody has to take (W3C Trace Context 3.3.1.5)

bool is_hex(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool is_zero(std::string_view text) { return text.find_first_not_of('0') == text.npos; }

bool is_trace_parent(std::string_view value) {
  if (value.size() < known_size) return false;
  const std::string_view version = value.substr(0, 2);
  if (!is_hex(version) || version == "ff") return false;
  if (value.size() > known_size && (version == "00" || value[known_size] != '-')) return false;
  const std::string_view trace_id = value.substr(trace_id_at, trace_id_size);
  const std::string_view parent_id = value.substr(parent_id_at, parent_id_size);
  return value[trace_id_at - 1] == '-' && value[parent_id_at - 1] == '-' &&
         value[flags_at - 1] == '-' && is_hex(trace_id) && !is_zero(trace_id) &&
         is_hex(parent_id) && !is_zero(parent_id) && is_hex(value.substr(flags_at, 2));
}

}  // namespace

void TraceContext::add_parent(message::Fields& fields, std::string_view request_id,
                              std::string_view span_id_hex) const {
  fields.add(FieldName::traceparent, "00-");
  fields.extend(trace_id_hex);
  // The request's id is a UUID; without its dashes it is a trace id.
  std::string_view rest = trace_id_hex.empty() ? request_id : std::string_view();
  while (!rest.empty()) {
    const size_t dash = std::min(rest.find('-'), rest.size());
    fields.extend(rest.substr(0, dash));
    rest.remove_prefix(std::min(dash + 1, rest.size()));
  }
  fields.extend("-");
  fields.extend(span_id_hex);
  fields.extend("-");
  fields.extend(flags_hex);
}

TraceContext read_trace_context(const message::Fields& fields) {
  TraceContext trace;
  if (fields.count(FieldName::traceparent) != 1) return trace;
  const std::string_view value = *fields.get(FieldName::traceparent);
  if (!is_trace_parent(value)) return trace;
  trace.trace_id_hex = value.substr(trace_id_at, trace_id_size);
  trace.flags_hex = value.substr(flags_at, 2);
  trace.state = fields.joined(FieldName::tracestate);
  if (trace.state.size() > state_limit_bytes) trace.state.clear();
  return trace;
}

}  // namespace hawser::relay
