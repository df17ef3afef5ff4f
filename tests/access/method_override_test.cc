// SPDX-License-Identifier: Apache-2.0
#include "access/method_override.h"

#include <gtest/gtest.h>

namespace hawser::access {
namespace {

TEST(MethodOverride, NoSpellingOfOneIsLeft) {
  for (const char* name : {"X-HTTP-Method-Override", "x_http_method_override", "X-HTTP-Method",
                           "X-Method-Override", "HTTP_X_HTTP_METHOD_OVERRIDE"}) {
    message::Fields fields;
    fields.add("Accept", "*/*");
    fields.add(name, "DELETE");
    remove_method_overrides(fields);
    EXPECT_EQ(fields.size(), 1U) << name;
  }
}

TEST(MethodOverride, OtherFieldsStay) {
  message::Fields fields;
  for (const char* name : {"X-HTTP-Methods", "X-Method", "Access-Control-Request-Method"})
    fields.add(name, "DELETE");
  remove_method_overrides(fields);
  EXPECT_EQ(fields.size(), 3U);
}

}  // namespace
}  // namespace hawser::access
