// SPDX-License-Identifier: Apache-2.0
// H2FieldList: names and values of one HTTP/2 header section on their way into nghttp2, which
// copies them and makes the names small. Owner: a writer, on its stack, one at a time: the room is
// its thread's. Thread: that of its owner.
#pragma once

#include <nghttp2/nghttp2.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "message/fields.h"
#include "message/head.h"

namespace hawser::http {

class H2FieldList {
 public:
  H2FieldList();
  H2FieldList(const H2FieldList&) = delete;
  H2FieldList& operator=(const H2FieldList&) = delete;

  // What is added lies still as long as the list.
  void add(std::string_view name, std::string_view value);
  void add_status(uint16_t status);
  void add_length(uint64_t bytes);
  // But for what has no place in HTTP/2, or is written by add_length().
  void add_all(const message::Fields& fields);
  // A request's whole section. `authority` stands in the place of Host (RFC 9113 8.3.1); TE says
  // "trailers" or nothing. `scheme` is the origin's. Not for CONNECT.
  void add_request(const message::RequestHead& head, std::string_view scheme,
                   std::string_view authority);

  static bool is_left_out(message::FieldName id);

  const nghttp2_nv* data() const;
  size_t size() const;

 private:
  char status_[3] = {};
  char length_[20] = {};
  std::string path_;
};

}  // namespace hawser::http
