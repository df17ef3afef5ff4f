// SPDX-License-Identifier: Apache-2.0
// Framing: what the fields of a head say about the length of its content and the life of its
// connection (RFC 9112 6 and 9), by rules that leave one reading only.
// Owner: nobody (functions). Thread: any.
#pragma once

#include <cstdint>
#include <string_view>

#include "http/line_scanner.h"
#include "message/head.h"

namespace hawser::http {

// A single decimal number below 2^63.
bool parse_content_length(std::string_view text, uint64_t& length);

// What Content-Length and Transfer-Encoding say, whatever the message: none, known or unknown.
LineFault stated_length(const message::Fields& fields, message::HttpVersion version,
                        message::BodyLength& length);

// Sets head.body_length and takes the framing fields out of head.fields.
LineFault apply_request_framing(message::RequestHead& head);
// Likewise; Content-Length stays where it only describes (HEAD, 304).
// Fields of a response of which there is one alone (RFC 9110 5.3): two that differ can be read in
// two ways.
LineFault check_singletons(const message::Fields& fields);
LineFault apply_response_framing(message::ResponseHead& head, message::Method method);

// Whether the sender of the head lets the connection live on. Refuses a Connection field that is
// not a list of tokens or names fields that no hop may take away.
LineFault read_persistence(const message::Fields& fields, message::HttpVersion version,
                           bool& keep_alive);

// Host (RFC 9112 3.2): exactly one in HTTP/1.1, valid, and equal to what the target names. Sets
// head.target.authority where the target itself does not.
LineFault apply_host(message::RequestHead& head);

}  // namespace hawser::http
