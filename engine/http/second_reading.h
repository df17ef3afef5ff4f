// SPDX-License-Identifier: Apache-2.0
// The second reading: llhttp in its strict mode reads each head that our own reading accepted, and
// must find the same message in it. Owner: nobody (functions). Thread: any.
#pragma once

#include <string_view>

#include "http/line_scanner.h"
#include "message/head.h"

namespace hawser::http {

// `head_text` runs from the start line to the empty line; `start_line` is a part of it. The framing
// compared is that of `length`. Returns null, or how the readings differ.
const char* second_reading_of_request(std::string_view head_text, std::string_view start_line,
                                      message::Method method, message::BodyLength length);
const char* second_reading_of_response(std::string_view head_text, std::string_view start_line,
                                       uint16_t status, message::BodyLength length);

}  // namespace hawser::http
