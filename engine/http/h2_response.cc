// SPDX-License-Identifier: Apache-2.0
#include "http/h2_response.h"

#include <nghttp2/nghttp2.h>

#include <charconv>
#include <string_view>
#include <vector>

#include "http/chunked_decoder.h"
#include "http/h1_writer.h"
#include "http/h2_callbacks.h"

namespace hawser::http {

using message::FieldName;
using message::Method;

namespace {

// Names and values for one header section; nghttp2 copies them, and makes the names small.
class FieldList {
 public:
  FieldList() : fields_(room()) { fields_.clear(); }

  void add(std::string_view name, std::string_view value) {
    // nghttp2 takes pointers to what it does not change.
    fields_.push_back({reinterpret_cast<uint8_t*>(const_cast<char*>(name.data())),
                       reinterpret_cast<uint8_t*>(const_cast<char*>(value.data())), name.size(),
                       value.size(), NGHTTP2_NV_FLAG_NONE});
  }
  void add_status(const message::ResponseHead& head) {
    status_[0] = static_cast<char>('0' + head.status / 100 % 10);
    status_[1] = static_cast<char>('0' + head.status / 10 % 10);
    status_[2] = static_cast<char>('0' + head.status % 10);
    add(":status", {status_, sizeof status_});
  }
  void add_length(uint64_t bytes) {
    const auto end = std::to_chars(length_, length_ + sizeof length_, bytes).ptr;
    add("content-length", {length_, static_cast<size_t>(end - length_)});
  }
  const nghttp2_nv* data() const { return fields_.data(); }
  size_t size() const { return fields_.size(); }

 private:
  static std::vector<nghttp2_nv>& room() {
    thread_local std::vector<nghttp2_nv> fields;
    return fields;
  }

  std::vector<nghttp2_nv>& fields_;
  char status_[3];
  char length_[20];
};

// What has no place in HTTP/2, or is written here.
bool is_left_out(FieldName id) {
  switch (id) {
    case FieldName::connection:
    case FieldName::content_length:
    case FieldName::keep_alive:
    case FieldName::proxy_connection:
    case FieldName::te:
    case FieldName::transfer_encoding:
    case FieldName::upgrade:
      return true;
    default:
      return false;
  }
}

void add_fields(FieldList& list, const message::Fields& fields) {
  fields.for_each([&](const message::FieldView& field) {
    if (!is_left_out(field.id)) list.add(field.name, field.value);
  });
}

// As the HTTP/1 writer says it.
void add_length_of(FieldList& list, const message::ResponseHead& head, Method method) {
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
  FieldList list;
  list.add_status(head);
  add_fields(list, head.fields);
  nghttp2_submit_headers(&session, NGHTTP2_FLAG_NONE, stream_id, nullptr, list.data(), list.size(),
                         nullptr);
}

bool submit_response(nghttp2_session& session, int32_t stream_id, const message::ResponseHead& head,
                     Method method, H2Stream* stream) {
  ResponseWriteOptions options;
  options.method = method;
  options.client_version = message::HttpVersion::http_2;
  const bool content = framing_of(head, options) != ResponseFraming::none;
  FieldList list;
  list.add_status(head);
  add_fields(list, head.fields);
  add_length_of(list, head, method);
  nghttp2_data_provider provider;
  provider.source.ptr = stream;
  provider.read_callback = read_stream_content;
  nghttp2_submit_response(&session, stream_id, list.data(), list.size(),
                          content ? &provider : nullptr);
  return content;
}

void submit_trailers(nghttp2_session& session, int32_t stream_id, const message::Fields& trailers) {
  FieldList list;
  trailers.for_each([&](const message::FieldView& field) {
    if (allowed_in_trailers(field) && !is_left_out(field.id)) list.add(field.name, field.value);
  });
  nghttp2_submit_trailer(&session, stream_id, list.data(), list.size());
}

}  // namespace hawser::http
