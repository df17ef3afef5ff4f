// SPDX-License-Identifier: Apache-2.0
// The answer to a request that cannot be read: logged, counted, and told as an error page. Owner:
// nobody (functions). Thread: the worker's own.
#pragma once

#include "message/error.h"
#include "relay/error_page.h"
#include "relay/relay_context.h"
#include "relay/request_facts.h"

namespace hawser::relay {

// Logs and counts the refusal and makes its page, whose head is fit to be sent.
ErrorPage make_refusal_page(RelayContext& context, const ClientFacts& client,
                            const message::ExchangeError& error);

}  // namespace hawser::relay
