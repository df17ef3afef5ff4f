// SPDX-License-Identifier: Apache-2.0
// Grants: who a session's person is, proved to the connector once for each link.
#include "link_rules_fixture.h"

namespace hawser::channel {
namespace {

OpenInfo proven(const std::string& name) {
  OpenInfo info = open_info();
  info.session = "00ff";
  info.grant = name;
  info.proof = std::make_shared<const Grant>(Grant{name, "00ff", "wiki", "a.b.c", 1'800'000'000});
  return info;
}

Hello with_grants() {
  Hello hello;
  hello.features = feature_grants;
  return hello;
}

class LinkGrants : public LinkRules {};

TEST_F(LinkGrants, TheProofComesWithTheFirstRequestThatNeedsIt) {
  establish();
  open(*engine, request_head(), proven("g1"));
  settle();
  ASSERT_NE(connector_side.last_info.proof, nullptr);
  const Grant& grant = *connector_side.last_info.proof;
  EXPECT_EQ(grant.name, "g1");
  EXPECT_EQ(grant.session, "00ff");
  EXPECT_EQ(grant.app, "wiki");
  EXPECT_EQ(grant.id_token, "a.b.c");
  EXPECT_EQ(grant.expires_s, 1'800'000'000);
  open(*engine, request_head(), open_info());
  settle();
  EXPECT_EQ(connector_side.last_info.proof, nullptr) << "this one needs none";
  engine->close("done");
}

TEST_F(LinkGrants, ItIsShownOnceAndAgainWhenTheReceiverHasForgottenIt) {
  auto peer = raw_connector(true, with_grants());
  const auto opened_with = [&](const std::string& name) {
    peer->heard.clear();
    RecordingStream* stream = open(*engine, request_head(), proven(name));
    settle();
    stream->stream->reset({});
    settle();
    return peer->heard.substr(0, peer->heard.find(' '));
  };
  EXPECT_EQ(opened_with("g1"), "GRANT;OPEN");
  EXPECT_EQ(opened_with("g1"), "OPEN");
  for (uint32_t i = 1; i < grants_limit; ++i) opened_with("other " + std::to_string(i));
  EXPECT_EQ(opened_with("g1"), "OPEN");
  EXPECT_EQ(opened_with("one more"), "GRANT;OPEN");
  EXPECT_EQ(opened_with("g1"), "GRANT;OPEN");
  engine->close("done");
}

TEST_F(LinkGrants, BothEndsForgetTheSameOnes) {
  establish();
  connector_side.serve = [](RecordingStream& served) {
    served.stream->send_head(response_head(), false, false, true);
  };
  for (uint32_t i = 0; i < 3 * grants_limit; ++i) {
    const std::string name = std::to_string(i * 7919 % (2 * grants_limit));
    open(*engine, request_head(), proven(name));
    settle();
    ASSERT_NE(connector_side.last_info.proof, nullptr) << i;
    ASSERT_EQ(connector_side.last_info.proof->name, name);
  }
  EXPECT_FALSE(connector_side.lost) << connector_side.lost_reason;
  engine->close("done");
}

TEST_F(LinkGrants, AConnectorThatWouldNotCheckGetsNoRequestThatNeedsIt) {
  auto peer = raw_connector();
  RecordingStream* stream = open(*engine, request_head(), proven("g1"));
  settle();
  EXPECT_EQ(stream->events, "reset identity_unverified;");
  EXPECT_EQ(peer->heard, "");
  EXPECT_NE(open(*engine, request_head(), open_info()), nullptr);
  settle();
  EXPECT_EQ(peer->heard, "OPEN 1;") << "others go as ever";
  engine->close("done");
}

TEST_F(LinkGrants, ANameThatWasNotShownProvesNothing) {
  auto peer = raw_engine();
  OpenInfo info = proven("g1");
  ASSERT_TRUE(peer->writer.open(1, request_head(), info, 16384));
  peer->send();
  settle();
  EXPECT_EQ(connector_side.last_info.grant, "g1");
  EXPECT_EQ(connector_side.last_info.proof, nullptr);
  connector->close("done");
}

TEST_F(LinkGrants, AConnectorShowsNone) {
  auto peer = raw_connector();
  ASSERT_TRUE(peer->writer.grant(*proven("g1").proof));
  expect_engine_lost(*peer, "GRANT: from a connector");
}

TEST_F(LinkGrants, ANameStandsForOneProofOnly) {
  auto peer = raw_engine();
  ASSERT_TRUE(peer->writer.grant(*proven("g1").proof));
  ASSERT_TRUE(peer->writer.grant(*proven("g1").proof));
  expect_connector_lost(*peer, "GRANT: a second one of that name");
}

TEST_F(LinkGrants, AGrantIsWholeAndBounded) {
  const auto fits = [](const Grant& grant) {
    std::string out;
    return FrameWriter(out).grant(grant);
  };
  const Grant good = *proven("g1").proof;
  EXPECT_TRUE(fits(good));
  for (std::string Grant::*text : {&Grant::name, &Grant::session, &Grant::app, &Grant::id_token}) {
    for (const std::string& bad : {std::string(), std::string("a\nb"), std::string(17000, 'a')}) {
      Grant grant = good;
      grant.*text = bad;
      EXPECT_FALSE(fits(grant));
    }
  }
  for (const char* proof : {"", "a\r\nb"}) {
    auto peer = raw_engine();
    flatbuffers::FlatBufferBuilder builder;
    const auto name = builder.CreateString("g1");
    const auto id_token = builder.CreateString(proof);
    wire::FrameBuilder frame(builder);
    frame.add_type(FrameType::grant);
    frame.add_grant(name);
    frame.add_session(name);
    frame.add_app(name);
    frame.add_proof(id_token);
    builder.Finish(frame.Finish());
    peer->append(builder);
    expect_connector_lost(*peer, "a proof that is missing, too long or holds control characters");
    connector_side.lost = false;
  }
}

}  // namespace
}  // namespace hawser::channel
