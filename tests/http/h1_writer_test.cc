// SPDX-License-Identifier: Apache-2.0
#include "http/h1_writer.h"

#include <gtest/gtest.h>

#include "http/transcript.h"

namespace hawser::test {
namespace {

using message::BodyLength;
using message::FieldName;
using message::HttpVersion;
using message::Method;

class RequestWriter : public testing::Test {
 protected:
  RequestWriter() {
    head.method = Method::get;
    EXPECT_EQ(message::parse_path_and_query("/a?b", head.target), "");
    EXPECT_EQ(message::parse_authority("Wiki.example:8443", head.target.authority), "");
  }
  std::string written(const http::RequestWriteOptions& options = {}) {
    core::ByteChain out;
    http::write_request_head(out, pool, head, options);
    return out.to_string();
  }

  core::BlockPool pool;
  message::RequestHead head;
};

TEST_F(RequestWriter, WritesTheTargetAndHostFirst) {
  head.fields.add("X-A", "1");
  EXPECT_EQ(written(), "GET /a?b HTTP/1.1\r\nHost: wiki.example:8443\r\nX-A: 1\r\n\r\n");
}

TEST_F(RequestWriter, WritesTheHostThatIsAskedFor) {
  head.fields.add(FieldName::host, "wiki.example");
  http::RequestWriteOptions options;
  options.host = "inner.example:9000";
  EXPECT_EQ(written(options), "GET /a?b HTTP/1.1\r\nHost: inner.example:9000\r\n\r\n");
}

TEST_F(RequestWriter, FramesContentByTheHeadsLengthAlone) {
  head.method = Method::post;
  head.fields.add(FieldName::content_length, "99");
  head.fields.add(FieldName::transfer_encoding, "gzip, chunked");
  head.body_length = BodyLength::known(5);
  EXPECT_EQ(written(),
            "POST /a?b HTTP/1.1\r\nHost: wiki.example:8443\r\nContent-Length: 5\r\n\r\n");
  head.body_length = BodyLength::unknown();
  EXPECT_EQ(written(),
            "POST /a?b HTTP/1.1\r\nHost: wiki.example:8443\r\nTransfer-Encoding: chunked\r\n\r\n");
}

TEST_F(RequestWriter, SaysThatAPostHasNoContent) {
  head.method = Method::post;
  EXPECT_EQ(written(),
            "POST /a?b HTTP/1.1\r\nHost: wiki.example:8443\r\nContent-Length: 0\r\n\r\n");
}

TEST_F(RequestWriter, WritesItsOwnConnectionField) {
  head.fields.add(FieldName::connection, "Host");
  head.fields.add(FieldName::te, "trailers");
  http::RequestWriteOptions options;
  options.close = true;
  EXPECT_EQ(written(options),
            "GET /a?b HTTP/1.1\r\nHost: wiki.example:8443\r\nTE: trailers\r\n"
            "Connection: close, TE\r\n\r\n");
}

TEST_F(RequestWriter, WritesAnUpgrade) {
  http::RequestWriteOptions options;
  options.upgrade = "websocket";
  EXPECT_EQ(written(options),
            "GET /a?b HTTP/1.1\r\nHost: wiki.example:8443\r\nConnection: Upgrade\r\n"
            "Upgrade: websocket\r\n\r\n");
}

TEST_F(RequestWriter, WritesTheAsteriskForm) {
  head.method = Method::options;
  EXPECT_EQ(message::parse_target("*", false, true, head.target), "");
  http::RequestWriteOptions options;
  options.host = "inner.example";
  EXPECT_EQ(written(options), "OPTIONS * HTTP/1.1\r\nHost: inner.example\r\n\r\n");
}

TEST_F(RequestWriter, WritesAHeadThatIsLargerThanABlock) {
  head.fields.add("X-Long", std::string(40000, 'x'));
  const std::string raw = written();
  ReadOptions options;
  options.with_fields = true;
  EXPECT_NE(RequestTranscript(options).read(raw).find(std::string(40000, 'x')), std::string::npos);
}

class ResponseWriter : public testing::Test {
 protected:
  ResponseWriter() {
    head.status = 200;
    head.reason = "OK";
  }
  std::string written() {
    core::ByteChain out;
    framing = http::write_response_head(out, pool, head, options);
    return out.to_string();
  }

  core::BlockPool pool;
  message::ResponseHead head;
  http::ResponseWriteOptions options;
  http::ResponseFraming framing{};
};

TEST_F(ResponseWriter, WritesAKnownLength) {
  head.body_length = BodyLength::known(5);
  EXPECT_EQ(written(), "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
  EXPECT_EQ(framing, http::ResponseFraming::content_length);
}

TEST_F(ResponseWriter, WritesAnUnknownLengthInChunks) {
  head.body_length = BodyLength::until_close();
  EXPECT_EQ(written(), "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
  EXPECT_EQ(framing, http::ResponseFraming::chunked);
}

TEST_F(ResponseWriter, ClosesAfterAnUnknownLengthToHttp10) {
  head.body_length = BodyLength::unknown();
  options.client_version = HttpVersion::http_1_0;
  EXPECT_EQ(written(), "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(framing, http::ResponseFraming::close);
}

TEST_F(ResponseWriter, KeepsAHttp10ConnectionAliveAloud) {
  head.body_length = BodyLength::known(5);
  options.client_version = HttpVersion::http_1_0;
  EXPECT_EQ(written(), "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: keep-alive\r\n\r\n");
}

TEST_F(ResponseWriter, SaysThatAnEmptyAnswerIsEmpty) {
  EXPECT_EQ(written(), "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(framing, http::ResponseFraming::none);
}

TEST_F(ResponseWriter, WritesNoLengthWhereNoneMayBe) {
  for (const uint16_t status : {uint16_t{204}, uint16_t{304}}) {
    head.status = status;
    EXPECT_EQ(written(), "HTTP/1.1 " + std::to_string(status) + " OK\r\n\r\n");
  }
}

TEST_F(ResponseWriter, DescribesTheLengthToHead) {
  options.method = Method::head;
  head.fields.add(FieldName::content_length, "1234");
  EXPECT_EQ(written(), "HTTP/1.1 200 OK\r\nContent-Length: 1234\r\n\r\n");
  head.fields.clear();
  head.body_length = BodyLength::known(5);
  EXPECT_EQ(written(), "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
  EXPECT_EQ(framing, http::ResponseFraming::none);
}

TEST_F(ResponseWriter, WritesAnInterimAnswerWithoutFraming) {
  head.status = 103;
  head.reason = "Early Hints";
  head.fields.add(FieldName::link, "</a>");
  options.keep_alive = false;
  EXPECT_EQ(written(), "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n");
}

TEST_F(ResponseWriter, WritesASwitchOfProtocols) {
  head.status = 101;
  head.reason = "Switching Protocols";
  options.upgrade = "websocket";
  EXPECT_EQ(
      written(),
      "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
}

class Chunks : public testing::Test {
 protected:
  std::string decoded() const {
    return ResponseTranscript().read("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" +
                                     out.to_string());
  }

  core::BlockPool pool;
  http::ChunkWriter writer{pool};
  core::ByteChain out;
};

TEST_F(Chunks, FrameSmallContent) {
  writer.write(out, slice_of(pool, "hello"));
  writer.write(out, core::Slice());
  writer.finish(out);
  EXPECT_EQ(out.to_string(), "5\r\nhello\r\n0\r\n\r\n");
}

TEST_F(Chunks, FrameABlockInItsOwnRoom) {
  const std::string content(16384, 'x');
  writer.write(out, slice_of(pool, content));
  EXPECT_EQ(out.to_string(), "4000\r\n" + content + "\r\n");
  EXPECT_EQ(out.front().size(), out.size());
  EXPECT_EQ(pool.blocks_in_use(), 1u);
}

TEST_F(Chunks, LeaveASharedBlockAlone) {
  core::Slice whole = slice_of(pool, std::string(8000, 'a') + std::string(8000, 'b'));
  core::Slice first = whole.split_front(8000);
  writer.write(out, first);
  EXPECT_EQ(first.view(), std::string(8000, 'a'));
  EXPECT_EQ(whole.view(), std::string(8000, 'b'));
  writer.write(out, whole);
  writer.finish(out);
  EXPECT_EQ(decoded(), "200 chunked '" + std::string(8000, 'a') + std::string(8000, 'b') + "';");
}

TEST_F(Chunks, ManySmallOnesShareABlock) {
  for (int i = 0; i < 1000; ++i) writer.write(out, slice_of(pool, "hello"));
  EXPECT_LE(pool.blocks_in_use(), 2u);
  writer.finish(out);
  out.clear();
  EXPECT_EQ(pool.blocks_in_use(), 0u);
}

TEST_F(Chunks, CarryTrailers) {
  message::Fields trailers;
  trailers.add("X-Sum", "1");
  trailers.add(FieldName::content_length, "5");
  writer.finish(out, &trailers);
  EXPECT_EQ(out.to_string(), "0\r\nX-Sum: 1\r\n\r\n");
}

}  // namespace
}  // namespace hawser::test
