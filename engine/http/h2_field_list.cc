// SPDX-License-Identifier: Apache-2.0
#include "http/h2_field_list.h"

#include <charconv>
#include <vector>

#include "http/hop_by_hop.h"

namespace hawser::http {

using message::FieldName;

namespace {

std::vector<nghttp2_nv>& room() {
  thread_local std::vector<nghttp2_nv> fields;
  return fields;
}

}  // namespace

H2FieldList::H2FieldList() { room().clear(); }

void H2FieldList::add(std::string_view name, std::string_view value) {
  // nghttp2 takes pointers to what it does not change.
  room().push_back({reinterpret_cast<uint8_t*>(const_cast<char*>(name.data())),
                    reinterpret_cast<uint8_t*>(const_cast<char*>(value.data())), name.size(),
                    value.size(), NGHTTP2_NV_FLAG_NONE});
}

void H2FieldList::add_status(uint16_t status) {
  status_[0] = static_cast<char>('0' + status / 100 % 10);
  status_[1] = static_cast<char>('0' + status / 10 % 10);
  status_[2] = static_cast<char>('0' + status % 10);
  add(":status", {status_, sizeof status_});
}

void H2FieldList::add_length(uint64_t bytes) {
  const auto end = std::to_chars(length_, length_ + sizeof length_, bytes).ptr;
  add("content-length", {length_, static_cast<size_t>(end - length_)});
}

bool H2FieldList::is_left_out(FieldName id) {
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

void H2FieldList::add_all(const message::Fields& fields) {
  fields.for_each([&](const message::FieldView& field) {
    if (!is_left_out(field.id)) add(field.name, field.value);
  });
}

void H2FieldList::add_request(const message::RequestHead& head, std::string_view scheme,
                              std::string_view authority) {
  path_.clear();
  head.target.append_path_and_query(path_);
  add(":method", head.method_text());
  add(":scheme", scheme);
  add(":authority", authority);
  add(":path", path_);
  head.fields.for_each([&](const message::FieldView& field) {
    if (field.id != FieldName::host && !is_left_out(field.id)) add(field.name, field.value);
  });
  if (accepts_trailers(head.fields)) add("te", "trailers");
  if (head.body_length.is_known()) add_length(head.body_length.bytes);
}

const nghttp2_nv* H2FieldList::data() const { return room().data(); }
size_t H2FieldList::size() const { return room().size(); }

}  // namespace hawser::http
