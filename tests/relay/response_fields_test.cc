// SPDX-License-Identifier: Apache-2.0
#include "relay/response_fields.h"

#include <gtest/gtest.h>

namespace hawser::relay {
namespace {

using message::FieldName;

TEST(ResponseFields, DateIsAddedOnlyWhereItIsMissing) {
  message::Fields fields;
  add_missing_date(fields, 784111777'000);
  EXPECT_EQ(fields.get(FieldName::date), "Sun, 06 Nov 1994 08:49:37 GMT");
  add_missing_date(fields, 0);
  EXPECT_EQ(fields.count(FieldName::date), 1u);
}

TEST(ResponseFields, AnOriginsResponseNamesUsInVia) {
  for (const auto& [version, ours] : {std::pair{message::HttpVersion::http_1_0, "1.0 hawser"},
                                      {message::HttpVersion::http_1_1, "1.1 hawser"},
                                      {message::HttpVersion::http_2, "2 hawser"}}) {
    message::ResponseHead head;
    head.version = version;
    head.fields.add(FieldName::via, "1.1 cache");
    complete_origin_response(head, model::App(), 0);
    EXPECT_EQ(head.fields.joined(FieldName::via), std::string("1.1 cache, ") + ours);
    EXPECT_TRUE(head.fields.has(FieldName::date));
  }
}

TEST(ResponseFields, WhereElseAnOriginCanBeReachedIsNotTold) {
  message::Fields fields;
  fields.add("alt-svc", "h3=\":443\"");
  fields.add(FieldName::alt_svc, "clear");
  fields.add("Server", "nginx");
  remove_false_fields(fields);
  EXPECT_FALSE(fields.has(FieldName::alt_svc));
  EXPECT_EQ(fields.size(), 1u);
}

TEST(ResponseFields, HstsIsTheAppsWhereItIsSet) {
  model::App app;
  message::ResponseHead head;
  message::Fields& fields = head.fields;
  fields.add(FieldName::strict_transport_security, "max-age=5");
  complete_origin_response(head, app, 0);
  EXPECT_EQ(fields.get(FieldName::strict_transport_security), "max-age=5");
  app.hsts_s = 86'400;
  complete_origin_response(head, app, 0);
  EXPECT_EQ(fields.get(FieldName::strict_transport_security), "max-age=86400");
  EXPECT_EQ(fields.count(FieldName::strict_transport_security), 1u);
}

TEST(ResponseFields, AnInterimResponseLeavesCookiesAndHstsToTheFinalOne) {
  model::App app;
  message::Fields fields;
  fields.add(FieldName::set_cookie, "a=1");
  fields.add(FieldName::set_cookie, "b=2");
  fields.add(FieldName::strict_transport_security, "max-age=0");
  fields.add("Link", "</a>");
  trim_interim_response(fields, app);
  EXPECT_FALSE(fields.has(FieldName::set_cookie));
  EXPECT_TRUE(fields.has(FieldName::strict_transport_security))
      << "the app leaves it to its origin";
  app.hsts_s = 60;
  trim_interim_response(fields, app);
  EXPECT_EQ(fields.size(), 1u);
  EXPECT_TRUE(fields.has("Link"));
}

TEST(ResponseFields, OurOwnPagesOfAnAppHaveItToo) {
  model::App app;
  app.hsts_s = 60;
  message::Fields fields;
  complete_own_response(fields, &app, 0);
  EXPECT_EQ(fields.get(FieldName::strict_transport_security), "max-age=60");
  EXPECT_FALSE(fields.has(FieldName::via));
  message::Fields nobodys;
  complete_own_response(nobodys, nullptr, 0);
  EXPECT_FALSE(nobodys.has(FieldName::strict_transport_security));
}

}  // namespace
}  // namespace hawser::relay
