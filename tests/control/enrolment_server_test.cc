// SPDX-License-Identifier: Apache-2.0
#include "control/enrolment_server.h"

#include <sys/socket.h>

#include <optional>

#include "control_fixture.h"
#include "core/socket.h"
#include "http/client.h"
#include "model/identity.h"
#include "tls/stream.h"

namespace hawser::control {
namespace {

// Certificates are made and looked at in real time.
class EnrolmentServerTest : public ControlFixture {
 protected:
  EnrolmentServerTest() : ControlFixture(core::SystemClock::instance().wall_ms()) {
    tls::ServerOptions options;
    options.certificates = {*authority_->issue_engine_certificate(random_uuid(), now_ms())};
    options.tls13_only = true;
    options.alpn = {std::string(model::enrolment_alpn)};
    context_ = tls::Context::server(options).value();
  }

  // Dials as a connector does: without trust, or trusting one authority alone.
  struct Dialled {
    std::unique_ptr<http::Client> client;
    std::unique_ptr<core::TransportListener> accepting;
  };
  class HandOver final : public core::TransportListener {
   public:
    HandOver(std::unique_ptr<tls::Stream> stream, EnrolmentServer& server)
        : stream_(std::move(stream)), server_(server) {
      stream_->set_listener(*this);
    }
    void on_ready() override { server_.serve(std::move(stream_)); }
    void on_bytes(core::Slice) override {}
    void on_end() override {}
    void on_broken(const core::Error&) override {}

   private:
    std::unique_ptr<tls::Stream> stream_;
    EnrolmentServer& server_;
  };
  Dialled dial(const std::string& trust_pem) {
    int pair[2];
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair), 0);
    tls::ClientOptions options;
    options.tls13_only = true;
    options.alpn = {std::string(model::enrolment_alpn)};
    options.trust_pem = trust_pem;
    options.verify = !trust_pem.empty();
    const std::string prefix = trust_pem.empty() ? "" : model::engine_uri_prefix(trust_domain);
    Dialled dialled;
    dialled.accepting = std::make_unique<HandOver>(
        tls::Stream::accept(core::Socket::adopt(loop_, pair[0]).value(), context_), server_);
    dialled.client = std::make_unique<http::Client>(
        tls::Stream::connect(core::Socket::adopt(loop_, pair[1]).value(),
                             tls::Context::client(options).value(), "", prefix));
    return dialled;
  }
  core::Result<http::ClientResponse> ask(const Dialled& dialled, message::Method method,
                                         const std::string& target, const std::string& body = "") {
    http::ClientRequest request;
    request.method = method;
    request.target = target;
    request.host = "edge.example";
    request.body = body;
    std::optional<core::Result<http::ClientResponse>> result;
    dialled.client->send(request, [&](core::Result<http::ClientResponse> answer) {
      result.emplace(std::move(answer));
    });
    EXPECT_TRUE(test::run_until(loop_, [&] { return result.has_value(); }));
    return result ? *std::move(result) : core::Error{"no answer"};
  }
  std::string pinned_authority(const model::EnrolmentToken& token) {
    const auto shown = ask(dial(""), message::Method::get, "/v1/authority");
    EXPECT_TRUE(shown.ok()) << shown.error().reason;
    const auto answer = model::decode_authority_answer(shown->body);
    for (const std::string& pem : answer->authorities) {
      if (tls::read_certificate_pem(pem)->public_key_sha256_hex == token.authority_pin_hex()) {
        return pem;
      }
    }
    return "";
  }

  core::Counter refused_;
  EnrolmentServer server_{loop_, enrolment_, refused_};
  std::shared_ptr<tls::Context> context_;
};

TEST_F(EnrolmentServerTest, AConnectorFindsThePinnedAuthorityThenEnrolsOverAVerifiedConnection) {
  const std::string text = make_token().text;
  const std::string pem = pinned_authority(*model::EnrolmentToken::parse(text));
  ASSERT_NE(pem, "");
  const auto answer = ask(dial(pem), message::Method::post, "/v1/enrol",
                          model::encode_enrol_request({text, request_of(new_key()), "app-host-1"}));
  ASSERT_TRUE(answer.ok()) << answer.error().reason;
  ASSERT_EQ(answer->status, 201) << answer->body;
  EXPECT_TRUE(model::decode_enrol_answer(answer->body).ok());
}

TEST_F(EnrolmentServerTest, AnotherEnginesTokenFindsNoAuthority) {
  auto other = *model::EnrolmentToken::parse(make_token().text);
  other.authority_pin[5] ^= 1;
  EXPECT_EQ(pinned_authority(other), "");
}

TEST_F(EnrolmentServerTest, ARefusalArrivesAsAProblem) {
  const auto answer = ask(dial(""), message::Method::post, "/v1/enrol", "{}");
  ASSERT_TRUE(answer.ok()) << answer.error().reason;
  EXPECT_EQ(answer->status, 400);
  EXPECT_EQ(model::decode_problem(answer->body)->code, "bad_json");
}

TEST_F(EnrolmentServerTest, NothingElseIsServedHere) {
  EXPECT_EQ(ask(dial(""), message::Method::get, "/v1/status")->status, 404);
  EXPECT_EQ(ask(dial(""), message::Method::post, "/v1/renew", "{}")->status, 404);
  EXPECT_EQ(ask(dial(""), message::Method::get, "/v1/enrol")->status, 405);
  EXPECT_EQ(ask(dial(""), message::Method::post, "/v1/enrol", std::string(70000, ' '))->status,
            413);
}

}  // namespace
}  // namespace hawser::control
