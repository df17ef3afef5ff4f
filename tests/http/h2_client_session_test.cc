// SPDX-License-Identifier: Apache-2.0
// HTTP/2 with an origin that sends raw frames: what of its answers is taken, and what is not.
#include "http/h2_client_session.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "http/h2_frames.h"
#include "http/transcript.h"
#include "support/memory_pipe.h"
#include "support/recording_listener.h"
#include "support/test_loop.h"

namespace hawser::test {
namespace {

using message::BodyLength;
using message::Method;

// One request as its user hears of it: "100", "200", then the content in quotes, "end" with the
// trailers, "failed CODE" or "refused CODE", "over".
class Asked final : public http::H2ClientStreamEvents {
 public:
  void on_interim(message::ResponseHeadPtr head) override { note(std::to_string(head->status)); }
  void on_head(message::ResponseHeadPtr head) override {
    note(std::to_string(head->status));
    if (stream != nullptr) stream->allow_body(allowance);
  }
  void on_body(core::Slice content) override { body += content.view(); }
  void on_response_end(const message::Fields& trailers) override {
    note("'" + body + "'");
    note("end" + text_of(trailers));
  }
  void on_stream_drained() override { ++drained; }
  void on_response_failed(const message::ExchangeError& error, http::H2Refusal refusal) override {
    stream = nullptr;
    const char* words[] = {"failed ", "refused ", "needs HTTP/1.1 ", "wants HTTP/1.1 "};
    note(words[static_cast<size_t>(refusal)] + std::string(name_of(error.code)));
    reason = error.reason;
  }
  void on_stream_over() override {
    stream = nullptr;
    note("over");
  }

  http::H2ClientStream* stream = nullptr;
  uint64_t allowance = 1 << 20;
  std::string heard;
  std::string body;
  std::string reason;
  int drained = 0;

 private:
  void note(const std::string& text) { heard += (heard.empty() ? "" : " ") + text; }
};

class H2ClientSessionTest : public testing::TestWithParam<size_t>,
                            public http::H2ClientSessionEvents {
 protected:
  void SetUp() override { connect(SIZE_MAX); }
  void connect(size_t cut) {
    MemoryPipe pipe = MemoryPipe::make(loop_, cut);
    session_.reset();
    our_end_ = std::move(pipe.a);
    origin_end_ = std::move(pipe.b);
    session_ = std::make_unique<http::H2ClientSession>(*our_end_, heads_, "http", *this);
    our_end_->set_listener(input_);
    origin_end_->set_listener(heard_);
    input_.session = session_.get();
  }
  void TearDown() override {
    session_->on_gone("the test is over");
    settle(loop_);
  }

  Asked& ask(Method method = Method::get, BodyLength length = BodyLength::none()) {
    message::RequestHead head;
    head.method = method;
    EXPECT_EQ(message::parse_target("/", false, false, head.target), "");
    head.body_length = length;
    asked_.push_back(std::make_unique<Asked>());
    asked_.back()->stream = session_->open(head, "shop.corp", *asked_.back());
    settle(loop_);
    return *asked_.back();
  }
  // The origin says it, after its SETTINGS.
  void say(const std::string& bytes) {
    origin_end_->write_copy((begun_ ? "" : settings()) + bytes);
    begun_ = true;
    settle(loop_, bytes.size() > 4096 ? 400 : 50);
  }
  bool saw(const std::string& line) {
    const std::string_view preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    const auto& lines = frames_.read(std::string_view(heard_.received).substr(preface.size()));
    return std::find(lines.begin(), lines.end(), line) != lines.end();
  }
  static std::string answer(uint32_t stream, const std::string& status, uint8_t flags = 0,
                            const FieldPairs& more = {}) {
    FieldPairs fields = {{":status", status}};
    fields.insert(fields.end(), more.begin(), more.end());
    return headers(stream, fields, flags);
  }

  void on_stream_closed() override {}
  void on_session_failed(const std::string& reason) override { failed_ = reason; }

  struct Input final : core::TransportListener {
    void on_bytes(core::Slice bytes) override { session->feed(bytes); }
    void on_end() override { session->on_gone("closed"); }
    void on_broken(const core::Error& why) override { session->on_gone(why.reason); }
    void on_drained() override { session->on_drained(); }
    http::H2ClientSession* session = nullptr;
  };

  core::Loop loop_;
  message::HeadPool heads_{8};
  Input input_;
  RecordingListener heard_;
  FrameReader frames_;
  std::unique_ptr<MemoryTransport> our_end_;
  std::unique_ptr<MemoryTransport> origin_end_;
  std::unique_ptr<http::H2ClientSession> session_;
  std::vector<std::unique_ptr<Asked>> asked_;
  std::string failed_;
  bool begun_ = false;
};

TEST_P(H2ClientSessionTest, AnAnswerComesWholeHoweverItsBytesAreCut) {
  connect(GetParam());
  Asked& asked = ask();
  say(answer(1, "103") + answer(1, "200", 0, {{"content-length", "4"}}) + data(1, "wh") +
      data(1, "at") + headers(1, {{"x-sum", "1"}}));
  settle(loop_, 400);
  EXPECT_TRUE(asked.heard.starts_with("103 200 'what' end")) << asked.heard;
  EXPECT_NE(asked.heard.find("x-sum"), std::string::npos);
  EXPECT_TRUE(asked.heard.ends_with(" over")) << asked.heard;
}
INSTANTIATE_TEST_SUITE_P(Bytes, H2ClientSessionTest, testing::Values(1, 2, 3, 7, 9, 64, SIZE_MAX));

struct BadAnswer {
  const char* name;
  std::string bytes;
};

class H2BadAnswer : public H2ClientSessionTest {};

TEST_F(H2BadAnswer, WhatBreaksTheRulesFailsItsRequestAlone) {
  const BadAnswer cases[] = {
      {"no status", headers(3, {{"server", "x"}}, 0)},
      {"a status of two digits", answer(3, "20")},
      {"101", answer(3, "101")},
      {"a capital in a name", answer(3, "200", 0, {{"Server", "x"}})},
      {"a field of connections", answer(3, "200", 0, {{"connection", "close"}})},
      {"Transfer-Encoding", answer(3, "200", 0, {{"transfer-encoding", "chunked"}})},
      {"two lengths", answer(3, "200", 0, {{"content-length", "1"}, {"content-length", "2"}})},
      {"a pseudo-field of requests", answer(3, "200", 0, {{":path", "/"}})},
      {"a line feed in a value", answer(3, "200", 0, {{"x", "a\nb"}})},
      {"an interim answer that ends", answer(3, "103", end_stream)},
      {"less content than announced",
       answer(3, "200", 0, {{"content-length", "3"}}) + data(3, "ab", end_stream)},
      {"more content than announced",
       answer(3, "200", 0, {{"content-length", "1"}}) + data(3, "ab")},
      {"no content where some was announced",
       answer(3, "200", end_stream, {{"content-length", "3"}})},
      {"trailers that do not end", answer(3, "200") + headers(3, {{"x", "1"}}, 0)},
      {"a pseudo-field in trailers", answer(3, "200") + headers(3, {{":status", "200"}})},
  };
  for (const BadAnswer& bad : cases) {
    SCOPED_TRACE(bad.name);
    begun_ = false;
    failed_.clear();
    connect(SIZE_MAX);
    Asked& first = ask();
    Asked& second = ask();
    say(bad.bytes);
    EXPECT_TRUE(second.heard.ends_with("failed origin_bad_answer")) << second.heard;
    say(answer(1, "200") + data(1, "good", end_stream));
    EXPECT_EQ(first.heard, "200 'good' end over");
    EXPECT_EQ(failed_, "");
  }
}

TEST_F(H2BadAnswer, ContentBeforeTheHeadEndsTheConnection) {
  Asked& asked = ask();
  say(data(1, "x"));
  EXPECT_EQ(asked.heard, "failed origin_bad_answer");
  EXPECT_NE(failed_, "");
}

TEST_F(H2BadAnswer, TooManyInterimAnswersFailTheRequest) {
  Asked& asked = ask();
  for (int i = 0; i < 9; ++i) say(answer(1, "103"));
  EXPECT_TRUE(asked.heard.ends_with("failed origin_bad_answer")) << asked.heard;
}

TEST_F(H2BadAnswer, AFloodEndsTheConnection) {
  const std::string floods[] = {ping(), settings(), data(1, ""),
                                data(1, std::string("\4\0\0\0\0", 5), padded),
                                frame(NGHTTP2_PRIORITY, 0, 1, "12345")};
  for (const std::string& flood : floods) {
    begun_ = false;
    failed_.clear();
    connect(SIZE_MAX);
    Asked& asked = ask();
    say(answer(1, "200"));
    std::string all;
    for (int i = 0; i < 2000; ++i) all += flood;
    say(all);
    EXPECT_EQ(asked.heard, "200 failed origin_bad_answer");
    EXPECT_NE(failed_, "");
  }
}

TEST_F(H2BadAnswer, AHeaderListBombEndsTheConnection) {
  Asked& asked = ask();
  FieldPairs fields = {{":status", "200"}};
  for (int i = 0; i < 40; ++i)
    fields.push_back({"x-" + std::to_string(i), std::string(16'000, 'x')});
  say(headers(1, fields, 0));
  EXPECT_TRUE(asked.heard.ends_with("failed origin_bad_answer")) << asked.heard;
}

class H2ClientEnds : public H2ClientSessionTest {};

TEST_F(H2ClientEnds, AResetBeforeTheAnswerAndAfterItsHeadAreToldApart) {
  Asked& before = ask();
  Asked& within = ask();
  say(rst(1, NGHTTP2_INTERNAL_ERROR) + answer(3, "200") + data(3, "pa") + rst(3));
  EXPECT_EQ(before.heard, "failed origin_closed");
  EXPECT_EQ(within.heard, "200 failed origin_cut");
}

TEST_F(H2ClientEnds, ARefusedStreamMayBeTriedElsewhere) {
  Asked& asked = ask();
  say(rst(1, NGHTTP2_REFUSED_STREAM));
  EXPECT_EQ(asked.heard, "refused origin_closed");
  EXPECT_TRUE(session_->usable());
}

TEST_F(H2ClientEnds, AnOriginMayWantHttp11InsteadUntilItAnswers) {
  Asked& asked = ask();
  Asked& answered = ask();
  say(rst(1, NGHTTP2_HTTP_1_1_REQUIRED) + answer(3, "200") + rst(3, NGHTTP2_HTTP_1_1_REQUIRED));
  EXPECT_EQ(asked.heard, "needs HTTP/1.1 origin_closed");
  EXPECT_EQ(answered.heard, "200 failed origin_cut");
}

TEST_F(H2ClientEnds, AnOriginMayWantHttp11OnTheWholeConnection) {
  Asked& named = ask();
  Asked& unnamed = ask();
  Asked& answered = ask();
  say(answer(5, "200") + frame(NGHTTP2_GOAWAY, 0, 0, u32(1) + u32(NGHTTP2_HTTP_1_1_REQUIRED)));
  EXPECT_EQ(unnamed.heard, "needs HTTP/1.1 origin_closed");
  EXPECT_EQ(answered.heard, "200 failed origin_cut");
  session_->on_gone("closed");
  EXPECT_EQ(named.heard, "wants HTTP/1.1 origin_closed") << "it may have been processed";
}

TEST_F(H2ClientEnds, WhatWasAnsweredIsNotRefused) {
  Asked& answered = ask();
  Asked& hinted = ask();
  say(answer(1, "200") + rst(1, NGHTTP2_REFUSED_STREAM));
  EXPECT_EQ(answered.heard, "200 failed origin_cut");
  say(answer(3, "103") + frame(NGHTTP2_GOAWAY, 0, 0, u32(1) + u32(NGHTTP2_NO_ERROR)));
  EXPECT_EQ(hinted.heard, "103 failed origin_closed");
}

TEST_F(H2ClientEnds, GoawayRefusesWhatItDoesNotNameAndLetsTheRestEnd) {
  Asked& first = ask();
  Asked& second = ask();
  say(frame(NGHTTP2_GOAWAY, 0, 0, u32(1) + u32(NGHTTP2_NO_ERROR)));
  EXPECT_EQ(second.heard, "refused origin_closed");
  EXPECT_FALSE(session_->usable());
  EXPECT_EQ(failed_, "");
  say(answer(1, "200") + data(1, "last", end_stream));
  EXPECT_EQ(first.heard, "200 'last' end over");
  EXPECT_NE(failed_, "") << "nothing is left to wait for";
}

TEST_F(H2ClientEnds, AConnectionThatBreaksFailsAllThatIsUnderWay) {
  Asked& before = ask();
  Asked& within = ask();
  say(answer(3, "200") + data(3, "pa"));
  origin_end_->break_both("reset");
  settle(loop_);
  EXPECT_EQ(before.heard, "failed origin_closed");
  EXPECT_EQ(within.heard, "200 failed origin_cut");
}

TEST_F(H2ClientEnds, AnAnswerBeforeTheRequestsEndLetsItGoOnAndNoErrorStopsIt) {
  Asked& asked = ask(Method::post, BodyLength::unknown());
  say(answer(1, "200") + data(1, "early", end_stream));
  EXPECT_EQ(asked.heard, "200 'early' end");
  ASSERT_NE(asked.stream, nullptr);
  say(rst(1, NGHTTP2_NO_ERROR));
  EXPECT_EQ(asked.heard, "200 'early' end over");
}

TEST_F(H2ClientEnds, WhoeverTurnsAwayResetsWithCancel) {
  Asked& asked = ask();
  say(answer(1, "200"));
  asked.stream->detach();
  settle(loop_);
  EXPECT_TRUE(saw("RST_STREAM 1 CANCEL"));
  say(data(1, "late"));
  EXPECT_EQ(asked.body, "");
}

class H2ClientWindows : public H2ClientSessionTest {};

TEST_F(H2ClientWindows, ContentIsDeliveredAsItIsAllowedAndTheWindowFollows) {
  Asked& asked = ask();
  asked.allowance = 0;
  say(answer(1, "200"));
  for (int i = 0; i < 4; ++i) say(data(1, std::string(16'000, 'x')));
  EXPECT_EQ(asked.body, "");
  asked.stream->allow_body(64'000);
  settle(loop_);
  EXPECT_EQ(asked.body.size(), 64'000u);
  for (int i = 0; i < 3; ++i) say(data(1, std::string(16'000, 'x')));  // the window is there again
  EXPECT_EQ(asked.body.size(), 64'000u);
  asked.stream->allow_body(64'000);
  EXPECT_EQ(asked.body.size(), 112'000u);
}

TEST_F(H2ClientWindows, MoreThanTheWindowFailsTheRequest) {
  Asked& asked = ask();
  asked.allowance = 0;
  say(answer(1, "200"));
  for (int i = 0; i < 5; ++i) say(data(1, std::string(16'000, 'x')));
  EXPECT_EQ(asked.heard, "200 failed origin_cut");
}

TEST_F(H2ClientWindows, AnEndThatCameWaitsForTheContentBeforeIt) {
  Asked& asked = ask();
  asked.allowance = 1;
  say(answer(1, "200") + data(1, "two", end_stream));
  EXPECT_EQ(asked.heard, "200");
  asked.stream->allow_body(5);
  settle(loop_);
  EXPECT_EQ(asked.heard, "200 'two' end over");
}

TEST_F(H2ClientWindows, ARequestsContentGoesAsTheOriginsWindowLetsIt) {
  Asked& asked = ask(Method::put, BodyLength::known(70'000));
  asked.stream->send_body(chain_of(loop_.blocks(), std::string(70'000, 'y')));
  asked.stream->send_end({});
  settle(loop_, 50);
  EXPECT_TRUE(asked.stream->output_full() || asked.drained > 0);
  say(window_update(1, 10'000) + window_update(0, 10'000));
  EXPECT_GT(asked.drained, 0);
  say(answer(1, "201", end_stream));
  EXPECT_EQ(asked.heard, "201 '' end over");
}

}  // namespace
}  // namespace hawser::test
