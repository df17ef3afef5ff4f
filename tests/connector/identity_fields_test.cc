// SPDX-License-Identifier: Apache-2.0
#include "connector/identity_fields.h"

#include <gtest/gtest.h>

namespace hawser::connector {
namespace {

std::vector<model::IdentityField> mapping() {
  return {{"X-User", "email", {}}, {"X-Groups", "groups", {}}, {"X-Admin", "groups", {"admin"}}};
}

std::string lines(const message::Fields& fields) {
  std::string text;
  fields.for_each([&](const message::FieldView& field) {
    text += std::string(field.name) + "=" + std::string(field.value) + ";";
  });
  return text;
}

std::string set(const std::vector<std::string>& claims, message::Fields fields = {}) {
  channel::OpenInfo info;
  info.claims = claims;
  set_identity_fields(fields, mapping(), info);
  const std::string once = lines(fields);
  set_identity_fields(fields, mapping(), info);
  EXPECT_EQ(lines(fields), once) << "another origin is tried";
  return once;
}

TEST(IdentityFields, TheApplicationIsToldWhatItsMappingNames) {
  EXPECT_EQ(set({"email", "a@b", "groups", "x,y", "groups", "admin"}),
            "X-User=a@b;X-Groups=x,y;X-Admin=admin;");
  EXPECT_EQ(set({"email", "", "groups", "x", "groups", ""}), "X-Groups=x;");
  EXPECT_EQ(set({"salary", "1", "email", "a@b"}), "X-User=a@b;");
  EXPECT_EQ(set({}), "");
}

TEST(IdentityFields, WhatTheRequestClaimsByItselfIsRemoved) {
  message::Fields forged;
  for (const char* name : {"X-User", "x_user", "HTTP_X-GROUPS", "X.Admin", "-x-user-"})
    forged.add(name, "forged");
  forged.add("X-Users", "stays");
  EXPECT_EQ(set({"email", "a@b"}, forged), "X-Users=stays;X-User=a@b;");
  EXPECT_EQ(set({}, forged), "X-Users=stays;");
}

TEST(IdentityFields, AnAppWithoutAMappingIsToldNothing) {
  message::Fields fields;
  fields.add("X-User", "stays");
  channel::OpenInfo info;
  info.claims = {"email", "a@b"};
  set_identity_fields(fields, {}, info);
  EXPECT_EQ(lines(fields), "X-User=stays;");
}

}  // namespace
}  // namespace hawser::connector
