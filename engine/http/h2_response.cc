// SPDX-License-Identifier: Apache-2.0
#include "http/h2_response.h"

#include <nghttp2/nghttp2.h>

#include "http/chunked_decoder.h"
#include "http/h1_writer.h"
#include "http/h2_callbacks.h"
#include "http/h2_field_list.h"

namespace hawser::http {

using message::FieldName;
using message::Method;

namespace {

// As the HTTP/1 writer says it.
void add_length_of(H2FieldList& list, const message::ResponseHead& head, Method method) {
  const bool describes = method == Method::head || head.status == 304;
  if (head.body_length.is_known() && head.status != 304 && head.status != 204) {
    list.add_length(head.body_length.bytes);
  } else if (describes) {
    if (const auto value = head.fields.get(FieldName::content_length))
      list.add("content-length", *value);
  }
}

}  // namespace

void submit_interim(nghttp2_session& session, int32_t stream_id,
                    const message::ResponseHead& head) {
  H2FieldList list;
  list.add_status(head.status);
  list.add_all(head.fields);
  nghttp2_submit_headers(&session, NGHTTP2_FLAG_NONE, stream_id, nullptr, list.data(), list.size(),
                         nullptr);
}

bool submit_response(nghttp2_session& session, int32_t stream_id, const message::ResponseHead& head,
                     Method method, H2Stream* stream) {
  ResponseWriteOptions options;
  options.method = method;
  options.client_version = message::HttpVersion::http_2;
  const bool content = framing_of(head, options) != ResponseFraming::none;
  H2FieldList list;
  list.add_status(head.status);
  list.add_all(head.fields);
  add_length_of(list, head, method);
  nghttp2_data_provider provider;
  provider.source.ptr = stream;
  provider.read_callback = read_stream_content;
  nghttp2_submit_response(&session, stream_id, list.data(), list.size(),
                          content ? &provider : nullptr);
  return content;
}

void submit_trailers(nghttp2_session& session, int32_t stream_id, const message::Fields& trailers) {
  H2FieldList list;
  trailers.for_each([&](const message::FieldView& field) {
    if (allowed_in_trailers(field) && !H2FieldList::is_left_out(field.id))
      list.add(field.name, field.value);
  });
  nghttp2_submit_trailer(&session, stream_id, list.data(), list.size());
}

}  // namespace hawser::http
