// SPDX-License-Identifier: Apache-2.0
#include "channel/frame_codec.h"

#include <gtest/gtest.h>

#include <cstring>

#include "link_fixture.h"

namespace hawser::channel {
namespace {

// Encoded frames, read back one by one.
class Codec {
 public:
  FrameWriter& writer() { return writer_; }
  const wire::Frame& frame(uint32_t payload_bytes = 0) {
    EXPECT_GE(out_.size(), frame_prefix_bytes);
    uint32_t header_bytes = 0;
    std::memcpy(&header_bytes, out_.data(), 4);
    aligned_.assign((header_bytes + 7) / 8, 0);
    std::memcpy(aligned_.data(), out_.data() + frame_prefix_bytes, header_bytes);
    out_.erase(0, frame_prefix_bytes + header_bytes);
    fault = {};
    const auto* frame = read_header(
        {reinterpret_cast<const uint8_t*>(aligned_.data()), header_bytes}, payload_bytes, fault);
    EXPECT_NE(frame, nullptr) << fault;
    return *frame;
  }
  std::string& out() { return out_; }
  Fault fault;

 private:
  std::string out_;
  FrameWriter writer_{out_};
  std::vector<uint64_t> aligned_;
};

TEST(FrameCodec, HelloComesBackAsItWas) {
  Codec codec;
  Hello hello;
  hello.versions = {1, 2};
  hello.features = 5;
  hello.boot_id = "boot";
  hello.purpose = Purpose::bulk;
  hello.engine_wanted = "e1";
  hello.worker_wanted = 3;
  hello.ticket = "t";
  hello.initial_request_credit_bytes = 4096;
  hello.stream_limit = 77;
  codec.writer().hello(hello);
  const Hello back = hello_of(codec.frame());
  EXPECT_EQ(codec.fault, "");
  EXPECT_EQ(back.versions, hello.versions);
  EXPECT_EQ(back.features, 5u);
  EXPECT_EQ(back.boot_id, "boot");
  EXPECT_EQ(back.purpose, Purpose::bulk);
  EXPECT_EQ(back.engine_wanted, "e1");
  EXPECT_EQ(back.worker_wanted, 3);
  EXPECT_EQ(back.ticket, "t");
  EXPECT_EQ(back.initial_request_credit_bytes, 4096u);
  EXPECT_EQ(back.stream_limit, 77u);
}

TEST(FrameCodec, WelcomeComesBackAsItWas) {
  Codec codec;
  Welcome welcome;
  welcome.features = 9;
  welcome.engine_id = "e1";
  welcome.boot_id = "b";
  welcome.worker = 1;
  welcome.worker_count = 4;
  welcome.channels_wanted = 8;
  welcome.engine_addresses = {"a:1", "b:2"};
  welcome.stream_limit = 123;
  codec.writer().welcome(welcome);
  const Welcome back = welcome_of(codec.frame());
  EXPECT_EQ(codec.fault, "");
  EXPECT_EQ(back.version, 1);
  EXPECT_EQ(back.features, 9u);
  EXPECT_EQ(back.engine_id, "e1");
  EXPECT_EQ(back.boot_id, "b");
  EXPECT_EQ(back.worker, 1u);
  EXPECT_EQ(back.worker_count, 4u);
  EXPECT_EQ(back.channels_wanted, 8u);
  EXPECT_EQ(back.engine_addresses, welcome.engine_addresses);
  EXPECT_EQ(back.stream_limit, 123u);
}

TEST(FrameCodec, OpenCarriesHeadAndInfo) {
  Codec codec;
  message::RequestHead head = request_head("POST", "/a/b?c=d&e");
  head.body_length = message::BodyLength::known(42);
  OpenInfo info = open_info();
  info.app_revision = 6;
  info.user = "zoë";
  info.grant = "g.h.i";
  info.hops = 1;
  info.bulk_ticket = "tick";
  info.session = "00ff";
  info.claims = {"email", "zoë@example.org", "groups", ""};
  ASSERT_TRUE(codec.writer().open(5, head, info, 16384));
  const wire::Frame& frame = codec.frame();
  ASSERT_EQ(codec.fault, "");
  EXPECT_EQ(frame.stream(), 5u);
  EXPECT_EQ(frame.credit(), 16384u);
  message::RequestHead back;
  OpenInfo back_info;
  ASSERT_EQ(decode_request(frame, back, back_info), "");
  EXPECT_EQ(back.method, message::Method::post);
  EXPECT_EQ(back.target.path, "/a/b");
  EXPECT_EQ(back.target.query, "c=d&e");
  EXPECT_EQ(back.target.scheme, "https");
  EXPECT_EQ(back.target.authority.raw, "wiki.example");
  EXPECT_TRUE(back.fields == head.fields);
  EXPECT_EQ(back.body_length, message::BodyLength::known(42));
  EXPECT_EQ(back_info.request_id, info.request_id);
  EXPECT_EQ(back_info.tenant, "default");
  EXPECT_EQ(back_info.app, "wiki");
  EXPECT_EQ(back_info.app_revision, 6u);
  EXPECT_EQ(back_info.user, "zoë");
  EXPECT_EQ(back_info.grant, "g.h.i");
  EXPECT_EQ(back_info.kind, OpenKind::request);
  EXPECT_EQ(back_info.body, BodyKind::known);
  EXPECT_EQ(back_info.body_bytes, 42u);
  EXPECT_EQ(back_info.client_session, 17u);
  EXPECT_EQ(back_info.client_address, "192.0.2.1");
  EXPECT_EQ(back_info.hops, 1);
  EXPECT_EQ(back_info.bulk_ticket, "tick");
  EXPECT_EQ(back_info.session, "00ff");
  EXPECT_EQ(back_info.claims, info.claims);
}

TEST(FrameCodec, ClaimsAreBounded) {
  const auto fits = [](std::vector<std::string> claims) {
    OpenInfo info = open_info();
    info.claims = std::move(claims);
    return open_fits(request_head(), info);
  };
  EXPECT_TRUE(fits(std::vector<std::string>(2 * claims_limit, "c")));
  EXPECT_FALSE(fits(std::vector<std::string>(2 * claims_limit + 2, "c")));
  EXPECT_TRUE(fits({"", std::string(claims_limit_bytes, 'v')}));
  EXPECT_FALSE(fits({"c", std::string(claims_limit_bytes, 'v')}));
  EXPECT_FALSE(fits({"c"}));
  EXPECT_FALSE(fits({"c", "a\nb"}));
}

TEST(FrameCodec, AnUpgradeOpensAnUnboundedBodyBehindAHeadWithoutOne) {
  Codec codec;
  OpenInfo info = open_info();
  info.kind = OpenKind::upgrade;
  ASSERT_TRUE(codec.writer().open(1, request_head(), info, 0));
  message::RequestHead back;
  OpenInfo back_info;
  ASSERT_EQ(decode_request(codec.frame(), back, back_info), "");
  EXPECT_EQ(back_info.body, BodyKind::unknown);
  EXPECT_EQ(back.body_length, message::BodyLength::none());
}

TEST(FrameCodec, TargetsOfConnectAndOptionsKeepTheirForm) {
  for (const bool connect : {true, false}) {
    Codec codec;
    message::RequestHead head;
    head.method = connect ? message::Method::connect : message::Method::options;
    const std::string_view text = connect ? "wiki.example:443" : "*";
    ASSERT_EQ(message::parse_target(text, connect, !connect, head.target), "");
    ASSERT_TRUE(codec.writer().open(1, head, open_info(), 0));
    message::RequestHead back;
    OpenInfo info;
    ASSERT_EQ(decode_request(codec.frame(), back, info), "");
    EXPECT_EQ(back.target.form, head.target.form);
    EXPECT_EQ(back.target.path, head.target.path);
    EXPECT_EQ(back.target.authority.raw, head.target.authority.raw);
  }
}

TEST(FrameCodec, HeadCarriesItsBodysLength) {
  using message::BodyLength;
  for (const BodyLength length :
       {BodyLength::none(), BodyLength::known(0), BodyLength::known(9), BodyLength::unknown()}) {
    Codec codec;
    message::ResponseHead head = response_head(206);
    head.body_length = length;
    head.connect_us = 7;
    head.version =
        length.is_known() ? message::HttpVersion::http_2 : message::HttpVersion::http_1_0;
    ASSERT_TRUE(codec.writer().head(3, head, true, false));
    const wire::Frame& frame = codec.frame();
    ASSERT_EQ(codec.fault, "");
    EXPECT_TRUE(frame.bound());
    EXPECT_FALSE(frame.last());
    EXPECT_FALSE(frame.interim());
    message::ResponseHead back;
    ASSERT_EQ(decode_response(frame, back), "");
    EXPECT_EQ(back.status, 206);
    EXPECT_TRUE(back.fields == head.fields);
    EXPECT_EQ(back.body_length, length);
    EXPECT_EQ(back.connect_us, 7u);
    EXPECT_EQ(back.version, head.version);
  }
}

TEST(FrameCodec, FramingFieldsDoNotTravel) {
  Codec codec;
  message::RequestHead head = request_head();
  head.fields.add("Transfer-Encoding", "chunked");
  head.fields.add("Content-Length", "5");
  ASSERT_TRUE(codec.writer().open(1, head, open_info(), 0));
  message::RequestHead back;
  OpenInfo info;
  ASSERT_EQ(decode_request(codec.frame(), back, info), "");
  EXPECT_FALSE(back.fields.has(message::FieldName::transfer_encoding));
  EXPECT_FALSE(back.fields.has(message::FieldName::content_length));
}

TEST(FrameCodec, ResetCarriesCodeBlameAndUntouched) {
  Codec codec;
  Reset reset;
  reset.error = message::ExchangeError::of(message::ErrorCode::origin_refused, "no\nroute");
  reset.origin_untouched = true;
  codec.writer().reset(8, reset);
  const Reset back = reset_of(codec.frame());
  EXPECT_EQ(back.error.code, message::ErrorCode::origin_refused);
  EXPECT_EQ(back.error.blame, message::Blame::origin);
  EXPECT_EQ(back.error.retry, message::Retry::origin_untouched);
  EXPECT_TRUE(back.origin_untouched);
  EXPECT_EQ(back.error.reason.find('\n'), std::string::npos);
}

TEST(FrameCodec, SmallFramesComeBack) {
  Codec codec;
  codec.writer().credit(4, 1000, "tick");
  const wire::Frame& credit = codec.frame();
  EXPECT_EQ(credit.credit(), 1000u);
  EXPECT_EQ(text_of(credit.ticket()), "tick");
  codec.writer().session_end(99);
  EXPECT_EQ(codec.frame().client_session(), 99u);
  codec.writer().ping(7);
  EXPECT_EQ(codec.frame().token(), 7u);
  codec.writer().pong(8);
  EXPECT_EQ(codec.frame().token(), 8u);
  codec.writer().config(31);
  EXPECT_EQ(codec.frame().revision(), 31u);
  codec.writer().drain("bye");
  EXPECT_EQ(reason_of(codec.frame()), "bye");
  codec.writer().attach(6, "tick");
  EXPECT_EQ(text_of(codec.frame().ticket()), "tick");
  codec.writer().stop(2);
  EXPECT_EQ(codec.frame().type(), wire::FrameType::stop);
  ASSERT_TRUE(codec.writer().end(2, fields_of({{"Digest", "x"}})));
  message::Fields back;
  ASSERT_EQ(decode_fields(codec.frame().fields(), true, back), "");
  EXPECT_EQ(back.get("digest"), "x");
}

TEST(FrameCodec, DataHasAHeaderOfTwentyFourBytes) {
  Codec codec;
  const auto header = codec.writer().data(5, false, 16320);
  EXPECT_LE(header.size(), frame_prefix_bytes + 28);
  codec.out().assign(reinterpret_cast<const char*>(header.data()), header.size());
  const wire::Frame& frame = codec.frame(16320);
  EXPECT_EQ(codec.fault, "");
  EXPECT_EQ(frame.stream(), 5u);
}

TEST(FrameCodec, TooManyOrTooLargeFieldsAreNotSent) {
  Codec codec;
  message::ResponseHead head = response_head();
  for (size_t i = head.fields.size(); i < head_fields_limit; ++i) head.fields.add("X-A", "b");
  EXPECT_TRUE(codec.writer().head(1, head, false, false));
  head.fields.add("X-A", "b");
  EXPECT_FALSE(codec.writer().head(1, head, false, false));
  message::RequestHead request = request_head();
  request.fields.add("X-Large", std::string(head_bytes_limit, 'x'));
  codec.out().clear();
  EXPECT_FALSE(codec.writer().open(1, request, open_info(), 0));
  EXPECT_TRUE(codec.out().empty());
}

TEST(FrameCodec, AFullHeadFitsUnderTheHeadersLimit) {
  Codec codec;
  message::RequestHead head = request_head("GET", "/" + std::string(16_KiB - 1, 'p'));
  head.fields.clear();
  for (size_t i = 0; i < head_fields_limit; ++i)
    head.fields.add("X-Name", std::string(head_bytes_limit / head_fields_limit - 6, 'v'));
  EXPECT_TRUE(codec.writer().open(1, head, open_info(), 0));
  message::RequestHead back;
  OpenInfo info;
  EXPECT_EQ(decode_request(codec.frame(), back, info), "");
  EXPECT_TRUE(back.fields == head.fields);
}

TEST(FrameCodec, WhatThePeerWouldRefuseIsNotSent) {
  message::RequestHead head = request_head();
  OpenInfo info = open_info();
  EXPECT_TRUE(open_fits(head, info));
  info.user = "a\r\nb";
  EXPECT_FALSE(open_fits(head, info));
  info.user.clear();
  head.fields.add("X-User", "a\nb");
  EXPECT_FALSE(open_fits(head, info));
}

TEST(FrameReaderTest, EveryCutGivesTheSameFrames) {
  core::Loop loop;
  std::string bytes;
  FrameWriter writer(bytes);
  ASSERT_TRUE(writer.open(1, request_head(), open_info(), 100));
  for (const size_t size : {size_t{0}, size_t{1}, size_t{5000}, size_t{16320}}) {
    const auto header = writer.data(1, false, static_cast<uint32_t>(size));
    bytes.append(reinterpret_cast<const char*>(header.data()), header.size());
    bytes += pattern(size);
  }
  writer.ping(5);
  for (const size_t cut : {size_t{1}, size_t{2}, size_t{3}, size_t{7}, size_t{31}, size_t{1000},
                           size_t{4096}, size_t{16384}}) {
    FrameReader reader(loop.blocks());
    std::string seen;
    for (size_t at = 0; at < bytes.size(); at += cut) {
      core::ByteChain piece;
      piece.append_copy(loop.blocks(), std::string_view(bytes).substr(at, cut));
      core::Slice slice = piece.pop_front();
      while (reader.next(slice) == FrameReader::Step::frame) {
        const core::ByteChain payload = reader.take_payload();
        EXPECT_EQ(payload.to_string(), pattern(payload.size()));
        seen += std::string(name_of(reader.frame().type())) + std::to_string(payload.size()) + " ";
      }
      ASSERT_EQ(reader.fault(), "");
    }
    EXPECT_EQ(seen, "OPEN0 DATA0 DATA1 DATA5000 DATA16320 PING0 ") << cut;
    EXPECT_TRUE(reader.between_frames());
  }
}

TEST(FrameReaderTest, SmallPiecesDoNotHoldABlockEach) {
  core::Loop loop;
  FrameReader reader(loop.blocks());
  std::string header;
  FrameWriter writer(header);
  std::vector<core::ByteChain> payloads;
  for (int i = 0; i < 1000; ++i) {
    const auto data = writer.data(1, false, 1);
    core::ByteChain piece;
    piece.append_copy(loop.blocks(),
                      std::string_view(reinterpret_cast<const char*>(data.data()), data.size()));
    piece.append_copy(loop.blocks(), "x");
    core::Slice slice = piece.pop_front();
    ASSERT_EQ(reader.next(slice), FrameReader::Step::frame);
    payloads.push_back(reader.take_payload());
  }
  EXPECT_LE(loop.blocks().blocks_in_use(), 2u);
}

}  // namespace
}  // namespace hawser::channel
