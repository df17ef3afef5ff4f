// SPDX-License-Identifier: Apache-2.0
// Head codec: heads and field lines as they stand in a frame's header, both ways. What comes in is
// checked as strictly as if it came from a socket: a peer that was broken into must not smuggle
// anything into HTTP. Owner: nobody (functions). Thread: any.
#pragma once

#include "channel/frame.h"
#include "message/fields.h"
#include "message/head.h"
#include "wire/frame_generated.h"

namespace hawser::channel {

using TextVector = flatbuffers::Vector<flatbuffers::Offset<flatbuffers::String>>;

inline std::string_view text_of(const flatbuffers::String* text) {
  return text == nullptr ? std::string_view{} : std::string_view{text->c_str(), text->size()};
}

// What the framing says is not a field: Transfer-Encoding never travels, Content-Length only in
// answers (to HEAD, and with 304).
bool travels(const message::FieldView& field, bool request);

// Whether a peer would take the fields that travel: within the limits of frame.h and well-formed.
bool fields_fit(const message::Fields& fields, bool request);

// All of these fill cleared values, reusing their memory, and return why not.
Fault decode_fields(const TextVector* texts, bool request, message::Fields& into);
Fault decode_request(const wire::Frame& frame, message::RequestHead& head, OpenInfo& info);
Fault decode_response(const wire::Frame& frame, message::ResponseHead& head);

// The body that OPEN announces for this head.
struct Body {
  BodyKind kind = BodyKind::none;
  uint64_t bytes = 0;
  bool follows() const { return kind == BodyKind::unknown || bytes > 0; }
};
Body body_of(const message::RequestHead& head, const OpenInfo& info);
Body body_of(const message::BodyLength& length);
// As HEAD carries it: 10, 20, or 0 for HTTP/1.1.
uint16_t number_of(message::HttpVersion version);

}  // namespace hawser::channel
