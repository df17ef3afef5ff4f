// SPDX-License-Identifier: Apache-2.0
// Counts every allocation of this program; the tests look at the difference.
#include <gtest/gtest.h>

#include "channel/frame_codec.h"
#include "link_fixture.h"

#ifndef HAWSER_SANITIZED

#include "support/counted_allocations.h"
namespace hawser::channel {
namespace {

TEST(FrameWriterTest, WritingFramesAllocatesNothingOnceItIsWarm) {
  std::string out;
  out.reserve(64_KiB);
  FrameWriter writer(out);
  const message::ResponseHead head = response_head();
  const auto write_some = [&] {
    for (uint32_t i = 1; i < 50; i += 2) {
      EXPECT_TRUE(writer.head(i, head, false, false));
      writer.data(i, false, 16320);
      writer.credit(i, 8192, {});
      EXPECT_TRUE(writer.end(i, {}));
    }
    out.clear();
  };
  write_some();
  const size_t before = test::allocations;
  write_some();
  EXPECT_EQ(test::allocations, before);
}

TEST_F(LinkTest, ABodyInSteadyFlowAllocatesNothing) {
  establish();
  connector_side.serve = [](RecordingStream& stream) { stream.stream->want_body(); };
  auto upload = open(*engine, request_head("PUT"), open_info(BodyKind::unknown));
  settle();
  const auto send_some = [&] {
    for (int i = 0; i < 20; ++i) {
      core::ByteChain bytes;
      bytes.append_copy(loop.blocks(), std::string_view("short"));
      upload->stream->send_data(std::move(bytes));
      loop.turn(false);
    }
  };
  connector_side.stream(1).body.reserve(1_MiB);
  send_some();
  const size_t before = test::allocations;
  send_some();
  EXPECT_EQ(test::allocations, before);
  engine->close("done");
}

}  // namespace
}  // namespace hawser::channel

#endif
