// SPDX-License-Identifier: Apache-2.0
// Error pages: one named reason and the request's id, as HTML for browsers and as
// application/problem+json (RFC 9457) for everything else. Owner: nobody (functions). Thread: any.
#pragma once

#include <string>
#include <string_view>

#include "access/page_words.h"
#include "message/error.h"
#include "message/head.h"

namespace hawser::relay {

struct ErrorPage {
  message::ResponseHead head;
  std::string body;
};

// `accept` is the request's Accept field, "" where there was none. The reason's words stay in the
// log: they can name addresses of the private network. `now_s` 0: the page tells no time.
ErrorPage make_error_page(const message::ExchangeError& error, std::string_view request_id,
                          std::string_view accept,
                          const access::PageWords& words = access::PageWords::english(),
                          int64_t now_s = 0);

}  // namespace hawser::relay
