// SPDX-License-Identifier: Apache-2.0
#include "relay/refusal_page.h"

#include "relay/request_log.h"
#include "relay/response_fields.h"

namespace hawser::relay {

ErrorPage make_refusal_page(RelayContext& context, const ClientFacts& client,
                            const message::ExchangeError& error) {
  const std::string request_id = context.ids.next_request_id();
  log_refusal(context, client, error, request_id);
  ErrorPage page = make_error_page(error, request_id, "");
  complete_own_response(page.head.fields, nullptr, context.loop.wall_ms());
  return page;
}

}  // namespace hawser::relay
