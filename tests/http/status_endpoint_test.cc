// SPDX-License-Identifier: Apache-2.0
#include "http/status_endpoint.h"

#include <gtest/gtest.h>

#include <optional>

#include "core/socket.h"
#include "http/client.h"
#include "support/test_loop.h"

namespace hawser::test {
namespace {

using http::ClientResponse;
using http::StatusEndpoint;

class StatusEndpointTest : public testing::Test {
 protected:
  StatusEndpointTest()
      : endpoint_(StatusEndpoint::open(loop_, *core::Address::parse("127.0.0.1:0"),
                                       {[this] { return metrics_; }, [this] { return reason_; }})
                      .value()) {}

  ClientResponse ask(const std::string& target, message::Method method = message::Method::get) {
    http::Client client(core::Socket::connect(loop_, endpoint_->address()));
    http::ClientRequest request;
    request.method = method;
    request.target = target;
    request.host = "127.0.0.1";
    std::optional<core::Result<ClientResponse>> result;
    client.send(request,
                [&](core::Result<ClientResponse> answer) { result.emplace(std::move(answer)); });
    EXPECT_TRUE(run_until(loop_, [&] { return result.has_value(); }));
    EXPECT_TRUE(result && result->ok());
    return result && result->ok() ? **result : ClientResponse{};
  }

  core::Loop loop_;
  std::string metrics_ = "hawser_up 1\n";
  std::string reason_;
  std::unique_ptr<StatusEndpoint> endpoint_;
};

TEST_F(StatusEndpointTest, MetricsAreAskedForAtEachRequest) {
  EXPECT_EQ(ask("/metrics").body, "hawser_up 1\n");
  metrics_ = "hawser_up 2\n";
  const ClientResponse answer = ask("/metrics");
  EXPECT_EQ(answer.body, "hawser_up 2\n");
  EXPECT_EQ(answer.fields.get("Content-Type"), "text/plain; version=0.0.4; charset=utf-8");
}

TEST_F(StatusEndpointTest, ReadinessNamesWhatIsMissing) {
  EXPECT_EQ(ask("/readyz").status, 200);
  reason_ = "draining";
  const ClientResponse answer = ask("/readyz");
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.body, "not ready: draining\n");
  EXPECT_EQ(ask("/healthz").status, 200);
}

TEST_F(StatusEndpointTest, HeadIsAnsweredAsGetWithoutItsBody) {
  reason_ = "draining";
  for (const char* path : {"/metrics", "/healthz", "/readyz"}) {
    const ClientResponse head = ask(path, message::Method::head);
    const ClientResponse get = ask(path);
    EXPECT_EQ(head.status, get.status) << path;
    EXPECT_EQ(head.body, "");
    EXPECT_EQ(head.fields.get("Content-Length"), std::to_string(get.body.size()));
  }
}

TEST_F(StatusEndpointTest, AnswersNothingElse) {
  EXPECT_EQ(ask("/").status, 404);
  EXPECT_EQ(ask("/metrics/").status, 404);
  EXPECT_EQ(ask("/metrics", message::Method::post).status, 405);
  EXPECT_EQ(ask("/readyz", message::Method::delete_).fields.get("Allow"), "GET, HEAD");
  EXPECT_EQ(ask("/metrics?x=1").status, 200);
}

TEST_F(StatusEndpointTest, ABusyAddressIsAnError) {
  EXPECT_FALSE(StatusEndpoint::open(loop_, endpoint_->address(), {}).ok());
}

}  // namespace
}  // namespace hawser::test
