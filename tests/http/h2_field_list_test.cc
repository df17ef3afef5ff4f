// SPDX-License-Identifier: Apache-2.0
// What is written of a request for an HTTP/2 origin.
#include "http/h2_field_list.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "message/body_length.h"
#include "message/head.h"
#include "message/target.h"

namespace hawser::test {
namespace {

std::string text_of(const http::H2FieldList& list) {
  std::string text;
  for (size_t i = 0; i < list.size(); ++i) {
    const nghttp2_nv& field = list.data()[i];
    text.append(reinterpret_cast<const char*>(field.name), field.namelen);
    text += '=';
    text.append(reinterpret_cast<const char*>(field.value), field.valuelen);
    text += '\n';
  }
  return text;
}

TEST(H2FieldList, WritesARequestAnew) {
  message::RequestHead head;
  head.method = message::Method::post;
  ASSERT_EQ(message::parse_target("/shop.Cart/Add?x=%2F", false, false, head.target), "");
  for (const auto& [name, value] : {std::pair{"host", "shop.example"},
                                    {"te", "trailers"},
                                    {"connection", "keep-alive"},
                                    {"keep-alive", "5"},
                                    {"upgrade", "h2c"},
                                    {"content-type", "application/grpc"}})
    head.fields.add(name, value);
  head.body_length = message::BodyLength::unknown();
  http::H2FieldList list;
  list.add_request(head, "http", "shop.corp:50051");
  EXPECT_EQ(text_of(list),
            ":method=POST\n:scheme=http\n:authority=shop.corp:50051\n"
            ":path=/shop.Cart/Add?x=%2F\ncontent-type=application/grpc\nte=trailers\n");
}

TEST(H2FieldList, SaysALengthThatIsKnownAndNoTeThatWasNotAsked) {
  message::RequestHead head;
  head.method = message::Method::put;
  ASSERT_EQ(message::parse_target("/", false, false, head.target), "");
  head.fields.add("te", "gzip");
  head.body_length = message::BodyLength::known(12);
  http::H2FieldList list;
  list.add_request(head, "https", "shop.corp");
  EXPECT_EQ(text_of(list),
            ":method=PUT\n:scheme=https\n:authority=shop.corp\n:path=/\ncontent-length=12\n");
}

}  // namespace
}  // namespace hawser::test
