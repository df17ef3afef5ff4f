// SPDX-License-Identifier: Apache-2.0
#include "http/body_reader.h"

#include <gtest/gtest.h>

namespace hawser::http {
namespace {

TEST(BodyReader, TrailersOfOneMessageAreNeverThoseOfTheNext) {
  core::BlockPool pool;
  core::ByteChain input;
  core::Slice content;
  BodyReader reader;
  reader.start(message::BodyLength::unknown());
  input.append_copy(pool, "0\r\nX-Secret: of somebody else\r\n\r\n");
  ASSERT_EQ(reader.read(input, UINT64_MAX, {}, content), BodyReader::Status::complete);
  ASSERT_NE(reader.trailers(), nullptr);

  reader.start(message::BodyLength::until_close());
  EXPECT_EQ(reader.trailers(), nullptr);
  reader.start(message::BodyLength::known(0));
  EXPECT_EQ(reader.trailers(), nullptr);
}

}  // namespace
}  // namespace hawser::http
