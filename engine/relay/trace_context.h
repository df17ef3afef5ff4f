// SPDX-License-Identifier: Apache-2.0
// TraceContext: the trace that a request belongs to (W3C Trace Context). A trusted proxy's is gone
// on with; for everybody else the request begins one, whose id is the request's. Owner: the
// exchange. Thread: the worker's own.
#pragma once

#include <string>
#include <string_view>

#include "message/fields.h"

namespace hawser::relay {

struct TraceContext {
  std::string trace_id_hex;  // empty: the request begins a trace
  std::string flags_hex = "01";
  std::string state;  // `tracestate`, its lines joined

  // Adds `traceparent` for the next hop; `span_id_hex`: 16 hex digits.
  void add_parent(message::Fields& fields, std::string_view request_id,
                  std::string_view span_id_hex) const;
};

// What a trusted proxy sent: nothing where it sent no traceparent, two, or one that is not valid.
// Of a later version what version 00 knows is read (W3C Trace Context 4.3).
TraceContext read_trace_context(const message::Fields& fields);

}  // namespace hawser::relay
