// SPDX-License-Identifier: Apache-2.0
// Forwarded fields: the edge trusts nothing of this kind from clients. What they sent is removed,
// whatever its spelling, and what we know is set: X-Forwarded-*, Forwarded (RFC 7239), Via,
// traceparent, the request's id. Names that are no more than spellings of framing and routing
// ("Content_Length") go too. Owner: nobody (functions). Thread: any.
#pragma once

#include <string_view>

#include "message/head.h"
#include "relay/client_chain.h"
#include "relay/request_facts.h"
#include "relay/trace_context.h"

namespace hawser::relay {

// Whether only we may say this, or an application could take it for something that only we say. The
// exact names of framing (Host, Content-Length, ...) are not: others see to these.
bool is_asserted_field(const message::FieldView& field);

// Removes what is_asserted_field() says; of trailers too, which applications may join to the head.
void remove_asserted_fields(message::Fields& fields);

// X-Forwarded-For and Forwarded name the believed chain, the peer last; host, port and scheme are
// those that we were asked by, whatever a proxy says. `span_id_hex`: 16 hex digits, for
// traceparent.
void set_forwarded_fields(message::RequestHead& head, const ClientFacts& client,
                          const ClientChain& chain, const TraceContext& trace,
                          std::string_view request_id, std::string_view span_id_hex);

}  // namespace hawser::relay
