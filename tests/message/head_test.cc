// SPDX-License-Identifier: Apache-2.0
#include "message/head.h"

#include <gtest/gtest.h>

#include "message/characters.h"
#include "message/head_pool.h"

namespace hawser::test {
namespace {

using message::Method;

TEST(Methods, AreFoundByExactCase) {
  EXPECT_EQ(message::find_method("GET"), Method::get);
  EXPECT_EQ(message::find_method("M-SEARCH"), Method::msearch);
  EXPECT_EQ(message::find_method("get"), Method::other);
  EXPECT_EQ(message::find_method(""), Method::other);
  EXPECT_EQ(message::text_of(Method::delete_), "DELETE");
}

TEST(Methods, KnowWhichMayBeSentAgain) {
  for (const Method method : {Method::get, Method::head, Method::put, Method::delete_,
                              Method::options, Method::trace, Method::propfind})
    EXPECT_TRUE(message::is_idempotent(method)) << message::text_of(method);
  for (const Method method : {Method::post, Method::patch, Method::connect, Method::lock})
    EXPECT_FALSE(message::is_idempotent(method)) << message::text_of(method);
}

TEST(Heads, AreInterimBelow200ButFor101) {
  message::ResponseHead head;
  for (const uint16_t status : {uint16_t{100}, uint16_t{103}, uint16_t{199}}) {
    head.status = status;
    EXPECT_TRUE(head.is_interim());
  }
  for (const uint16_t status : {uint16_t{101}, uint16_t{200}, uint16_t{599}}) {
    head.status = status;
    EXPECT_FALSE(head.is_interim());
  }
}

TEST(HeadPool, GivesAHeadAgainWithoutWhatWasInIt) {
  message::HeadPool pool;
  message::RequestHeadPtr first = pool.take_request();
  message::RequestHead* address = first.get();
  first->method = Method::post;
  first->fields.add("A", "1");
  first->target.path = "/a";
  first->body_length = message::BodyLength::known(5);
  first.reset();
  message::RequestHeadPtr second = pool.take_request();
  EXPECT_EQ(second.get(), address);
  EXPECT_EQ(second->method, Method::other);
  EXPECT_TRUE(second->fields.empty());
  EXPECT_EQ(second->target.path, "");
  EXPECT_FALSE(second->body_length.has_body());
}

TEST(HeadPool, GivesDifferentHeadsAtOnce) {
  message::HeadPool pool;
  const message::ResponseHeadPtr first = pool.take_response();
  const message::ResponseHeadPtr second = pool.take_response();
  EXPECT_NE(first.get(), second.get());
}

TEST(Printable, ShowsWhatCannotBeShown) {
  EXPECT_EQ(message::printable("a b\r\n\x80\\"), "a b\\x0d\\x0a\\x80\\x5c");
  EXPECT_EQ(message::printable("abcdef", 3), "abc...");
}

TEST(BodyLength, SaysWhetherContentMayFollow) {
  using message::BodyLength;
  EXPECT_FALSE(BodyLength::none().has_body());
  EXPECT_FALSE(BodyLength::known(0).has_body());
  EXPECT_TRUE(BodyLength::known(1).has_body());
  EXPECT_TRUE(BodyLength::unknown().has_body());
  EXPECT_TRUE(BodyLength::until_close().has_body());
}

}  // namespace
}  // namespace hawser::test
