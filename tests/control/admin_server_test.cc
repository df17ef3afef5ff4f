// SPDX-License-Identifier: Apache-2.0
#include "control/admin_server.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <nlohmann/json.hpp>
#include <optional>

#include "admin_fixture.h"
#include "core/socket.h"
#include "http/client.h"

namespace hawser::control {
namespace {

class AdminServerTest : public AdminFixture {
 protected:
  std::unique_ptr<AdminServer> open() {
    auto server = AdminServer::open(loop_, path(), api_, refused_);
    EXPECT_TRUE(server.ok()) << server.error().reason;
    return std::move(server).value();
  }
  core::Counter refused_;
  std::string path() const { return folder_ / "admin.sock"; }
  std::unique_ptr<http::Client> dial() {
    return std::make_unique<http::Client>(
        core::Socket::connect(loop_, *core::Address::parse("unix:" + path())));
  }
  core::Result<http::ClientResponse> ask(http::Client& client, message::Method method,
                                         const std::string& target, const std::string& body = "") {
    http::ClientRequest request;
    request.method = method;
    request.target = target;
    request.host = "hawser";
    request.body = body;
    std::optional<core::Result<http::ClientResponse>> result;
    client.send(request, [&](core::Result<http::ClientResponse> answer) {
      result.emplace(std::move(answer));
    });
    EXPECT_TRUE(test::run_until(loop_, [&] { return result.has_value(); }));
    return result ? *std::move(result) : core::Error{"no answer"};
  }
};

TEST_F(AdminServerTest, AnswersOverItsSocket) {
  const auto server = open();
  const auto client = dial();
  const auto status = ask(*client, message::Method::get, "/v1/status");
  ASSERT_TRUE(status.ok()) << status.error().reason;
  EXPECT_EQ(status->status, 200);
  EXPECT_EQ(nlohmann::json::parse(status->body)["trust_domain"], "edge.example");
}

TEST_F(AdminServerTest, OneConnectionTakesSeveralCalls) {
  const auto server = open();
  const auto client = dial();
  const auto made = ask(*client, message::Method::post, "/v1/tokens", R"({"group": "default"})");
  ASSERT_TRUE(made.ok()) << made.error().reason;
  EXPECT_EQ(made->status, 201);
  const auto listed = ask(*client, message::Method::get, "/v1/tokens");
  ASSERT_TRUE(listed.ok());
  EXPECT_EQ(nlohmann::json::parse(listed->body)["tokens"].size(), 1u);
  EXPECT_EQ(listed->fields.get("Cache-Control"), "no-store");
}

TEST_F(AdminServerTest, ARefusalIsAProblem) {
  const auto server = open();
  const auto client = dial();
  const auto answer = ask(*client, message::Method::get, "/v1/nothing");
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(answer->status, 404);
  EXPECT_EQ(answer->fields.get("Content-Type"), "application/problem+json");
}

TEST_F(AdminServerTest, AnOversizeBodyIsRefused) {
  const auto server = open();
  const auto client = dial();
  const auto answer = ask(*client, message::Method::post, "/v1/tokens",
                          std::string(admin_body_limit_bytes + 1, ' '));
  ASSERT_TRUE(answer.ok()) << answer.error().reason;
  EXPECT_EQ(answer->status, 413);
}

TEST_F(AdminServerTest, TheSocketIsItsOwnersAlone) {
  const auto server = open();
  struct stat facts {};
  ASSERT_EQ(::stat(path().c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777, 0600u);
}

TEST_F(AdminServerTest, TheSocketGoesWithTheServerAndComesAgain) {
  open().reset();
  EXPECT_NE(::access(path().c_str(), F_OK), 0);
  const auto again = open();
  const auto client = dial();
  EXPECT_TRUE(ask(*client, message::Method::get, "/v1/apps").ok());
}

TEST_F(AdminServerTest, IdleConnectionsAtTheLimitKeepNobodyOut) {
  const auto server = open();
  std::vector<std::unique_ptr<http::Client>> clients;
  for (size_t i = 0; i < AdminServer::connection_limit; ++i) {
    clients.push_back(dial());
    ASSERT_TRUE(ask(*clients.back(), message::Method::get, "/v1/status").ok());
  }
  const auto one_more = dial();
  EXPECT_TRUE(ask(*one_more, message::Method::get, "/v1/status").ok());
  EXPECT_TRUE(ask(*clients.back(), message::Method::get, "/v1/status").ok());
}

TEST_F(AdminServerTest, TheOwnUserMayAdministrate) {
  int pair[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
  const auto peer = administrator(pair[0]);
  ASSERT_TRUE(peer);
  EXPECT_EQ(peer->uid, std::to_string(::geteuid()));
  EXPECT_FALSE(peer->user.empty());
  ::close(pair[0]);
  ::close(pair[1]);
  EXPECT_FALSE(administrator(pair[0]));
}

}  // namespace
}  // namespace hawser::control
