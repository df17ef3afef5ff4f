// SPDX-License-Identifier: Apache-2.0
#include "http/folded_name.h"

#include <gtest/gtest.h>

#include <string>

#include "http/chunked_decoder.h"

namespace hawser::test {
namespace {

std::string folded(std::string_view name) { return std::string(http::FoldedName(name).text()); }

bool may_trail(std::string_view name) {
  return http::allowed_in_trailers({message::find_field_name(name), name, "1"});
}

TEST(FoldedName, CaseAndSeparatorsMakeNoDifference) {
  EXPECT_EQ(folded("x_forwarded.FOR"), "x-forwarded-for");
  EXPECT_EQ(folded("XForwardedFor"), "xforwardedfor");
  EXPECT_EQ(folded("HTTP2-Settings"), "http2-settings");
}

TEST(FoldedName, EndsAndThePrefixOfVariablesAreLeftOut) {
  EXPECT_EQ(folded("Host_"), "host");
  EXPECT_EQ(folded("-_Host"), "host");
  EXPECT_EQ(folded("HTTP_HTTP__Host"), "host");
  EXPECT_EQ(folded("HTTP_"), "http");
  EXPECT_EQ(folded("_"), "");
  EXPECT_EQ(folded(""), "");
}

TEST(FoldedName, ALongNameIsCutAndEqualsNoOther) {
  EXPECT_EQ(folded("X-" + std::string(9000, 'A')).substr(0, 6), "x-aaaa");
  EXPECT_LT(folded(std::string(9000, 'A')).size(), 100u);
}

TEST(FoldedNames, NoOtherNameStandsBesideThem) {
  http::FoldedNames names(2);
  names.add("X-Forwarded-User");
  names.add("Remote-User");
  message::Fields fields;
  for (const char* name : {"x-forwarded-user", "X_Forwarded_User", "HTTP_X_FORWARDED_USER",
                           "x.forwarded~user", "REMOTE_USER", "_Remote-User_"})
    fields.add(name, "forged");
  for (const char* name : {"X-Forwarded-Users", "XForwardedUser", "User", "X-Remote-User"})
    fields.add(name, "stays");
  names.remove_from(fields);
  EXPECT_EQ(fields.size(), 4u);
  fields.for_each([](const message::FieldView& field) { EXPECT_EQ(field.value, "stays"); });
}

TEST(Trailers, NoSpellingOfAForbiddenNameStands) {
  for (const char* name :
       {"Content_Length", "TRANSFER_ENCODING", "transfer.encoding", "Host_", "HTTP_HOST",
        "Set_Cookie", "Content_Type", "x_forwarded_for", "X_Hawser_User", "X_HTTP_Method",
        "Alt-Svc", "X-HTTP-Method-Override", "x-method_override", "Authorization_"})
    EXPECT_FALSE(may_trail(name)) << name;
  for (const char* name : {"X-Sum", "grpc-status", "Content_Sum", "ETag", "Server_Timing", "_"})
    EXPECT_TRUE(may_trail(name)) << name;
}

}  // namespace
}  // namespace hawser::test
