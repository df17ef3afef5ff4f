// SPDX-License-Identifier: Apache-2.0
// What an HTTP/2 header section of a response means, and which are malformed (RFC 9113 8).
// Requests are tried through the whole session, in h2_session_test.cc and the tables.
#include "http/h2_head_reader.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/limits.h"
#include "message/body_length.h"
#include "message/head.h"

namespace hawser::test {
namespace {

using http::H2HeadReader;
using message::BodyLength;
using message::ErrorCode;
using message::Method;

using Section = std::vector<std::pair<std::string, std::string>>;

struct Read {
  bool bomb = false;
  http::H2Fault fault;
  message::ResponseHead head;
};

Read read_response(const Section& section, bool stream_ended, Method method = Method::get,
                   const http::H1Limits& limits = {}) {
  Read read;
  H2HeadReader reader;
  reader.start(H2HeadReader::Section::response);
  for (const auto& [name, value] : section) {
    if (!reader.take(name, value, limits, read.head.fields)) read.bomb = true;
  }
  read.fault = reader.finish_response(stream_ended, method, read.head);
  return read;
}

TEST(H2ResponseHead, SaysStatusFieldsAndLength) {
  const Read read = read_response({{":status", "200"},
                                   {"content-type", "application/grpc"},
                                   {"set-cookie", "a=1"},
                                   {"set-cookie", "b=2"}},
                                  false);
  ASSERT_FALSE(read.fault) << read.fault.reason;
  EXPECT_EQ(read.head.status, 200);
  EXPECT_EQ(read.head.reason, "OK");
  EXPECT_EQ(read.head.version, message::HttpVersion::http_2);
  EXPECT_EQ(read.head.body_length, BodyLength::unknown());
  EXPECT_EQ(read.head.fields.get("content-type"), "application/grpc");
  EXPECT_EQ(read.head.fields.count(message::FieldName::set_cookie), 2u);
}

TEST(H2ResponseHead, LengthFollowsFromTheHeadTheMethodAndTheStreamsEnd) {
  struct Case {
    Section section;
    bool stream_ended;
    Method method;
    BodyLength length;
  };
  const Case cases[] = {
      {{{":status", "200"}, {"content-length", "7"}}, false, Method::get, BodyLength::known(7)},
      {{{":status", "200"}}, true, Method::get, BodyLength::known(0)},  // gRPC, trailers only
      {{{":status", "200"}, {"content-length", "7"}}, true, Method::head, BodyLength::none()},
      {{{":status", "304"}, {"content-length", "7"}}, true, Method::get, BodyLength::none()},
      {{{":status", "204"}}, true, Method::get, BodyLength::none()},
      {{{":status", "103"}, {"link", "</a>"}}, false, Method::get, BodyLength::none()},
  };
  for (const Case& one : cases) {
    const Read read = read_response(one.section, one.stream_ended, one.method);
    EXPECT_FALSE(read.fault) << read.fault.reason;
    EXPECT_EQ(read.head.body_length, one.length) << one.section[0].second;
  }
}

TEST(H2ResponseHead, MalformedOnesAreTheOriginsFault) {
  struct Case {
    Section section;
    bool stream_ended;
    std::string reason;
  };
  const Case cases[] = {
      {{{"a", "1"}}, true, ":status is missing"},
      {{{":status", "200"}, {":status", "200"}}, true, "a pseudo-field twice"},
      {{{"a", "1"}, {":status", "200"}}, true, "a pseudo-field behind a field"},
      {{{":status", "200"}, {":path", "/"}}, true, "a pseudo-field that no response has"},
      {{{":status", "20"}}, true, "the status code has not three digits"},
      {{{":status", "2000"}}, true, "the status code has not three digits"},
      {{{":status", "+20"}}, true, "the status code has not three digits"},
      {{{":status", "099"}}, true, "the status code is not within 100 to 599"},
      {{{":status", "600"}}, true, "the status code is not within 100 to 599"},
      {{{":status", "101"}}, false, "101, which HTTP/2 does not have"},
      {{{":status", "103"}}, true, "an interim answer ends the stream"},
      {{{":status", "200"}, {"A", "1"}}, true, "a field name holds a capital"},
      {{{":status", "200"}, {"a", "1\r\nb: 2"}}, true, "a control character in a field value"},
      {{{":status", "200"}, {"connection", "x"}}, true, "a field that belongs to a connection"},
      {{{":status", "200"}, {"transfer-encoding", "chunked"}},
       false,
       "a field that belongs to a connection"},
      {{{":status", "200"}, {"te", "trailers"}}, true, "TE in a response"},
      {{{":status", "200"}, {"content-length", "1"}, {"content-length", "1"}},
       false,
       "more than one Content-Length"},
      {{{":status", "200"}, {"content-length", "-1"}},
       false,
       "Content-Length is not one decimal number"},
      {{{":status", "200"}, {"content-length", "5"}},
       true,
       "Content-Length announces content that does not come"},
      {{{":status", "204"}, {"content-length", "5"}},
       false,
       "content is announced where none may be"},
  };
  for (const Case& one : cases) {
    const Read read = read_response(one.section, one.stream_ended);
    EXPECT_EQ(read.fault.reason, one.reason);
    EXPECT_EQ(read.fault.code, ErrorCode::origin_bad_answer) << one.reason;
    EXPECT_TRUE(read.fault.malformed) << one.reason;
  }
}

TEST(H2ResponseHead, IsBounded) {
  http::H1Limits limits;
  limits.head_bytes = 200;
  Section section = {{":status", "200"}, {"a", std::string(200, 'x')}};
  Read read = read_response(section, true, Method::get, limits);
  EXPECT_EQ(read.fault.code, ErrorCode::origin_bad_answer);
  EXPECT_FALSE(read.bomb);
  for (int i = 0; i < 4; ++i) section.emplace_back("b", std::string(200, 'x'));
  read = read_response(section, true, Method::get, limits);
  EXPECT_TRUE(read.bomb);
  limits = {};
  limits.fields = 1;
  read = read_response({{":status", "200"}, {"a", "1"}, {"b", "2"}}, true, Method::get, limits);
  EXPECT_EQ(read.fault.code, ErrorCode::origin_bad_answer);
}

TEST(H2ResponseTrailers, KeepWhatGrpcSaysAndEndTheStream) {
  H2HeadReader reader;
  message::Fields trailers;
  const auto take = [&](std::string_view name, std::string_view value) {
    EXPECT_TRUE(reader.take(name, value, http::H1Limits{}, trailers));
  };
  reader.start(H2HeadReader::Section::response_trailers);
  take("grpc-status", "5");
  take("grpc-message", "not found");
  EXPECT_FALSE(reader.finish_trailers(true, trailers));
  EXPECT_EQ(trailers.get("grpc-status"), "5");
  EXPECT_EQ(trailers.get("grpc-message"), "not found");
  EXPECT_EQ(reader.finish_trailers(false, trailers).code, ErrorCode::origin_bad_answer);
  reader.start(H2HeadReader::Section::response_trailers);
  take(":status", "200");
  EXPECT_EQ(reader.finish_trailers(true, trailers).code, ErrorCode::origin_bad_answer);
}

}  // namespace
}  // namespace hawser::test
