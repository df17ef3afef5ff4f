// SPDX-License-Identifier: Apache-2.0
// Request log: every exchange ends in one line, and is counted. schema/log.md lists the fields.
// Owner: nobody (functions). Thread: the worker's own.
#pragma once

#include <string_view>

#include "access/gate.h"
#include "message/head.h"
#include "model/app.h"
#include "relay/relay_context.h"
#include "relay/request_facts.h"

namespace hawser::relay {

// `app` is null where none was found.
void log_exchange(RelayContext& context, const ClientFacts& client,
                  const message::RequestHead& head, const model::App* app,
                  const access::Admission& admission, const RequestFacts& facts);

// A request that could not even be read.
void log_refusal(RelayContext& context, const ClientFacts& client,
                 const message::ExchangeError& error, std::string_view request_id);

}  // namespace hawser::relay
