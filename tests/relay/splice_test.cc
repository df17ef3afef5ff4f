// SPDX-License-Identifier: Apache-2.0
// An exchange of another worker on its way through this one.
#include "relay/splice.h"

#include "channel/link_fixture.h"
#include "relay/session_bindings.h"
#include "relay/worker_link.h"
#include "whole_way_fixture.h"

namespace hawser::test {
namespace {

// The other worker: it asks over its end of the link.
class OtherWorker final : public relay::WorkerLinkOwner, public channel::LinkListener {
 public:
  explicit OtherWorker(WholeWay& way) : asked(way.loop), again(way.loop) {
    MemoryPipe pipe = MemoryPipe::make(way.loop);
    here = pipe.b.get();
    channel::LinkOptions options;
    options.handshake = false;
    link_ = channel::Link::make(std::move(pipe.a), *this, budget_, options);
    splicing_ = std::make_unique<relay::WorkerLink>(
        way.engine(), *this, 1, relay::WorkerLink::End::answering, std::move(pipe.b));
  }

  void ask(const message::RequestHead& head, const channel::OpenInfo& info) {
    asked.use(*link_->open(head, info, asked));
  }
  void ask_again() {
    again.use(*link_->open(channel::request_head(), channel::open_info(), again));
  }
  void end_session(uint64_t session) { link_->send_session_end(session); }
  // As when that worker is no more.
  void go() { splicing_.reset(); }

  MemoryTransport* here;  // this worker's end
  channel::RecordingStream asked, again;

 private:
  void on_worker_link_lost(relay::WorkerLink&) override {}
  void on_open(channel::Stream&, message::RequestHead&, channel::OpenInfo&) override {}
  void on_lost(const core::Error&) override {}

  core::Budget budget_{64 * 1024 * 1024};
  std::unique_ptr<channel::Link> link_;
  std::unique_ptr<relay::WorkerLink> splicing_;
};

// What the connector was through with must not be found by a ticket that comes late.
TEST(Splice, ATicketIsGoodNoLongerThanItsStream) {
  WholeWay way;
  OtherWorker other(way);
  message::RequestHead head = channel::request_head("PUT", "/up");
  head.body_length = message::BodyLength::known(8 * 1024 * 1024);
  other.ask(head, channel::open_info(channel::BodyKind::known, 8 * 1024 * 1024));
  ASSERT_TRUE(way.until([&] { return !way.connector().tickets.empty(); }));
  ASSERT_TRUE(way.until([&] { return other.asked.sendables > 0; }));
  core::ByteChain first;
  first.append_copy(way.loop.blocks(), "first ");
  other.asked.stream->send_data(std::move(first));
  ASSERT_TRUE(way.until([&] {
    return way.origin.connections() > 0 && way.origin.session().received.ends_with("first ");
  }));
  other.here->hold_output(true);  // the answer cannot get on, so the other worker's stream lives
  way.origin.session().send("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
  ASSERT_TRUE(way.until([&] { return way.connector().forwarders.empty(); }));
  EXPECT_EQ(way.engine().bulk_tickets.redeem(way.connector().tickets.front()), nullptr);
  other.here->hold_output(false);
  EXPECT_TRUE(way.until([&] { return other.asked.response.status == 204; }));
}

// A session of the other worker that has spoken NTLM with the origin.
void speak(WholeWay& way, OtherWorker& other) {
  message::RequestHead head = channel::request_head();
  head.fields.add("Authorization", "NTLM TlRMTVNTUAAB");
  other.ask(head, channel::open_info());
  ASSERT_TRUE(way.until([&] {
    return way.origin.connections() > 0 && way.origin.session().received.ends_with("\r\n\r\n");
  }));
  way.origin.session().send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  ASSERT_TRUE(way.until([&] { return other.asked.over(); }));
  EXPECT_NE(other.asked.events.find("head 200 bound;"), std::string::npos) << other.asked.events;
}

TEST(Splice, TheOtherWorkersSessionIsBoundHereUntilItSaysItsEnd) {
  WholeWay way;
  OtherWorker other(way);
  speak(way, other);
  EXPECT_TRUE(way.engine().bindings.find(17, "wiki").has_value());
  other.end_session(17);
  EXPECT_TRUE(way.until([&] { return way.origin.session().over(); }));
  EXPECT_FALSE(way.engine().bindings.find(17, "wiki").has_value());
}

TEST(Splice, WhoIsAskingAndTheProofOfItGoOnWithTheRequest) {
  WholeWay way;
  OtherWorker other(way);
  channel::OpenInfo info = channel::open_info();
  info.session = "00ff";
  info.claims = {"email", "a@example.org"};
  info.grant = "g1";
  info.proof = std::make_shared<const channel::Grant>(
      channel::Grant{"g1", "00ff", "wiki", "a.b.c", 1'800'000'000});
  other.ask(channel::request_head(), info);
  ASSERT_TRUE(way.until([&] { return way.connector().last_info.grant == "g1"; }));
  const channel::OpenInfo& got = way.connector().last_info;
  EXPECT_EQ(got.session, info.session);
  EXPECT_EQ(got.claims, info.claims);
  ASSERT_NE(got.proof, nullptr);
  EXPECT_EQ(got.proof->id_token, "a.b.c");
}

TEST(Splice, TheLossOfTheOtherWorkerEndsItsSessions) {
  WholeWay way;
  OtherWorker other(way);
  speak(way, other);
  other.go();
  EXPECT_TRUE(way.until([&] { return way.origin.session().over(); }));
}

TEST(Splice, WithoutItsChannelTheOtherWorkersSessionHearsSo) {
  WholeWay way;
  OtherWorker other(way);
  speak(way, other);
  way.connector().link->close("it goes");
  ASSERT_TRUE(way.until([&] { return way.origin.session().over(); }));
  other.ask_again();
  ASSERT_TRUE(way.until([&] { return other.again.over(); }));
  EXPECT_EQ(other.again.reset.error.code, message::ErrorCode::connector_gone);
}

}  // namespace
}  // namespace hawser::test
