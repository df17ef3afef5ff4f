// SPDX-License-Identifier: Apache-2.0
#include "http/client.h"

#include <gtest/gtest.h>

#include "http/server_connection.h"
#include "support/memory_pipe.h"
#include "support/test_loop.h"

namespace hawser::test {
namespace {

using http::Client;
using http::ClientRequest;
using http::ClientResponse;
using http::ServerConnection;
using http::ServerRequest;
using http::ServerResponse;

// Raw bytes on one end of a pipe: a peer that says what the test tells it to.
class RawPeer final : public core::TransportListener {
 public:
  explicit RawPeer(std::unique_ptr<MemoryTransport> end) : transport(std::move(end)) {
    transport->set_listener(*this);
  }
  void on_bytes(core::Slice bytes) override { received += bytes.view(); }
  void on_end() override { ended = true; }
  void on_broken(const core::Error&) override { ended = true; }
  void say(std::string_view text) const { transport->write_copy(text); }

  std::unique_ptr<MemoryTransport> transport;
  std::string received;
  bool ended = false;
};

class ClientTest : public testing::Test {
 protected:
  ClientTest() : pipe(MemoryPipe::make(loop)), peer(std::move(pipe.b)) {}
  void make_client(size_t limit_bytes = 1000) {
    client = std::make_unique<Client>(std::move(pipe.a), limit_bytes);
  }
  void send(ClientRequest request = {}) {
    request.host = "engine";
    client->send(request, [this](core::Result<ClientResponse> result) {
      ++answers;
      failure = result.ok() ? "" : result.error().reason;
      if (result.ok()) response = std::move(result).value();
    });
    settle(loop);
  }
  void answer(std::string_view text) {
    peer.say(text);
    settle(loop);
  }

  core::Loop loop;
  MemoryPipe pipe;
  RawPeer peer;
  std::unique_ptr<Client> client;
  ClientResponse response;
  std::string failure = "no answer";
  int answers = 0;
};

TEST_F(ClientTest, SendsARequestAndReadsItsAnswer) {
  make_client();
  ClientRequest request;
  request.method = message::Method::post;
  request.target = "/v1/tokens?x=1";
  request.fields.add("Content-Type", "application/json");
  request.body = "{}";
  send(request);
  EXPECT_EQ(peer.received,
            "POST /v1/tokens?x=1 HTTP/1.1\r\nHost: engine\r\nContent-Type: application/json\r\n"
            "Content-Length: 2\r\n\r\n{}");
  answer(
      "HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 201 Created\r\nX-A: b\r\nContent-Length: 5\r\n"
      "\r\nhello");
  EXPECT_EQ(failure, "");
  EXPECT_EQ(response.status, 201);
  EXPECT_EQ(response.body, "hello");
  EXPECT_EQ(response.fields.get("X-A"), "b");
}

TEST_F(ClientTest, SendsTheNextRequestOnTheSameConnection) {
  make_client();
  for (int i = 1; i <= 2; ++i) {
    send();
    answer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    EXPECT_EQ(answers, i);
    EXPECT_TRUE(client->usable());
  }
}

TEST_F(ClientTest, IsNotUsableAfterConnectionClose) {
  make_client();
  send();
  answer("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok");
  EXPECT_FALSE(client->usable());
  send();
  EXPECT_TRUE(run_until(loop, [this] { return answers == 2; }));
  EXPECT_EQ(failure, "the connection can carry no further request");
}

TEST_F(ClientTest, TakesAnAnswerThatEndsWithTheConnection) {
  make_client();
  send();
  answer("HTTP/1.1 200 OK\r\n\r\nhel");
  answer("lo");
  peer.transport->end();
  settle(loop);
  EXPECT_EQ(response.body, "hello");
}

TEST_F(ClientTest, RefusesAnAnswerBeyondItsLimit) {
  make_client(10);
  send();
  answer("HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n");
  EXPECT_EQ(failure, "the answer is larger than 10 bytes");
  EXPECT_FALSE(client->usable());
}

TEST_F(ClientTest, RefusesAChunkedAnswerBeyondItsLimit) {
  make_client(10);
  send();
  answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nb\r\nhello world\r\n");
  EXPECT_EQ(failure, "the answer is larger than 10 bytes");
}

TEST_F(ClientTest, ReportsAnAnswerThatIsNotHttp) {
  make_client();
  send();
  answer("220 mail.example ESMTP\r\n");
  EXPECT_EQ(failure, "the answer does not start with a status line");
}

TEST_F(ClientTest, ReportsABrokenConnection) {
  make_client();
  send();
  peer.transport->break_both("reset by peer");
  settle(loop);
  EXPECT_EQ(answers, 1);
  EXPECT_NE(failure, "");
}

TEST_F(ClientTest, ReportsAnEndBeforeTheAnswer) {
  make_client();
  send();
  peer.transport->end();
  settle(loop);
  EXPECT_EQ(failure, "closed before an answer");
}

TEST_F(ClientTest, GivesUpAfterItsTimeout) {
  make_client();
  ClientRequest request;
  request.timeout_ms = 20;
  send(request);
  EXPECT_TRUE(run_until(loop, [this] { return answers == 1; }));
  EXPECT_EQ(failure, "no complete answer in 20 ms");
  EXPECT_FALSE(client->usable());
}

TEST_F(ClientTest, MayBeDestroyedBeforeTheAnswer) {
  make_client();
  send();
  client.reset();
  answer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  EXPECT_EQ(answers, 0);
}

TEST_F(ClientTest, RefusesATargetThatIsNotValid) {
  make_client();
  ClientRequest request;
  request.target = "/a b";
  send(request);
  EXPECT_TRUE(run_until(loop, [this] { return answers == 1; }));
  EXPECT_EQ(peer.received, "");
}

class ServerTest : public testing::Test {
 protected:
  ServerTest() : pipe(MemoryPipe::make(loop)), peer(std::move(pipe.b)) {}
  void start(ServerConnection::Options options = {}) {
    server = std::make_unique<ServerConnection>(
        std::move(pipe.a), options,
        [this](ServerConnection& connection, ServerRequest request) {
          paths += request.head->target.path + ' ' + request.body + ';';
          if (answers_at_once) connection.respond(ServerResponse::text(200, "hi"));
        },
        [this](ServerConnection&) {
          closed = true;
          loop.defer_delete(std::move(server));
        });
  }
  std::string say(std::string_view text) {
    peer.received.clear();
    peer.say(text);
    settle(loop);
    return peer.received;
  }
  static constexpr std::string_view hi =
      "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 2\r\n\r\nhi";

  core::Loop loop;
  MemoryPipe pipe;
  RawPeer peer;
  std::unique_ptr<ServerConnection> server;
  std::string paths;
  bool answers_at_once = true;
  bool closed = false;
};

TEST_F(ServerTest, AnswersOneRequestAfterTheOther) {
  start();
  EXPECT_EQ(say("GET /1 HTTP/1.1\r\nHost: a\r\n\r\n"), hi);
  EXPECT_EQ(say("POST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nok"), hi);
  EXPECT_EQ(paths, "/1 ;/2 ok;");
  EXPECT_FALSE(closed);
}

TEST_F(ServerTest, AnswersPipelinedRequestsInOrder) {
  start();
  EXPECT_EQ(say("GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n"),
            std::string(hi) + std::string(hi));
  EXPECT_EQ(paths, "/1 ;/2 ;");
}

TEST_F(ServerTest, ReadsNoFurtherWhileAnAnswerIsOwed) {
  answers_at_once = false;
  start();
  say("GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(paths, "/1 ;");
  server->respond(ServerResponse::text(200, "hi"));
  settle(loop);
  EXPECT_EQ(paths, "/1 ;/2 ;");
}

TEST_F(ServerTest, AnswersHeadWithoutContent) {
  start();
  EXPECT_EQ(say("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n"), hi.substr(0, hi.size() - 2));
}

TEST_F(ServerTest, ClosesAfterTheAnswerWhenAsked) {
  start();
  const std::string answer = say("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  EXPECT_NE(answer.find("Connection: close\r\n"), std::string::npos);
  EXPECT_TRUE(peer.ended);
  peer.transport->end();
  EXPECT_TRUE(run_until(loop, [this] { return closed; }));
}

TEST_F(ServerTest, AnswersAClientThatHasEndedItsDirection) {
  start();
  peer.say("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  peer.transport->end();
  EXPECT_TRUE(run_until(loop, [this] { return closed; }));
  EXPECT_NE(peer.received.find("\r\n\r\nhi"), std::string::npos);
}

TEST_F(ServerTest, RefusesABadRequestAndCloses) {
  start();
  EXPECT_TRUE(say("GET / HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 400 Bad Request\r\n"));
  EXPECT_TRUE(peer.ended);
}

TEST_F(ServerTest, RefusesABodyBeyondItsLimitBeforeItComes) {
  ServerConnection::Options options;
  options.body_limit_bytes = 10;
  start(options);
  EXPECT_TRUE(
      say("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\n").starts_with("HTTP/1.1 413 "));
}

TEST_F(ServerTest, RefusesAChunkedBodyBeyondItsLimit) {
  ServerConnection::Options options;
  options.body_limit_bytes = 10;
  start(options);
  EXPECT_TRUE(say("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                  "b\r\nhello world\r\n0\r\n\r\n")
                  .starts_with("HTTP/1.1 413 "));
  EXPECT_EQ(paths, "");
}

TEST_F(ServerTest, AsksForABodyThatIsHeldBack) {
  start();
  EXPECT_EQ(say("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n"),
            "HTTP/1.1 100 Continue\r\n\r\n");
  EXPECT_EQ(say("ok"), hi);
}

TEST_F(ServerTest, RefusesAnUnknownExpectation) {
  start();
  EXPECT_TRUE(say("GET / HTTP/1.1\r\nHost: a\r\nExpect: x\r\n\r\n").starts_with("HTTP/1.1 417 "));
}

TEST_F(ServerTest, RefusesARequestThatTakesTooLong) {
  ServerConnection::Options options;
  options.request_timeout_ms = 20;
  start(options);
  say("GET / HT");
  EXPECT_TRUE(run_until(loop, [this] { return peer.ended; }));
  EXPECT_TRUE(peer.received.starts_with("HTTP/1.1 408 "));
}

TEST_F(ServerTest, ClosesASilentConnection) {
  ServerConnection::Options options;
  options.idle_timeout_ms = 20;
  start(options);
  EXPECT_TRUE(run_until(loop, [this] { return closed; }));
  EXPECT_EQ(peer.received, "");
}

TEST_F(ServerTest, DrainsAfterTheAnswerThatIsOwed) {
  answers_at_once = false;
  start();
  say("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  server->drain();
  EXPECT_FALSE(peer.ended);
  server->respond(ServerResponse::json(200, "{}"));
  settle(loop);
  EXPECT_TRUE(peer.received.find("Connection: close\r\n") != std::string::npos);
  EXPECT_TRUE(peer.ended);
}

TEST_F(ServerTest, DrainsAnIdleConnectionAtOnce) {
  start();
  server->drain();
  settle(loop);
  EXPECT_TRUE(peer.ended);
}

TEST_F(ServerTest, StopsReadingAClientThatTakesNoAnswers) {
  start();
  auto* transport = static_cast<MemoryTransport*>(&server->transport());
  transport->hold_output(true);
  transport->set_high_mark(200);
  std::string many;
  for (int i = 0; i < 50; ++i) many += "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  say(many);
  EXPECT_LT(paths.size() / 3, 10u);
  transport->hold_output(false);
  EXPECT_TRUE(run_until(loop, [this] { return paths.size() / 3 == 50; }));
}

TEST_F(ServerTest, ClosesWhenTheClientBreaksOff) {
  start();
  peer.transport->break_both("gone");
  EXPECT_TRUE(run_until(loop, [this] { return closed; }));
}

}  // namespace
}  // namespace hawser::test
