// SPDX-License-Identifier: Apache-2.0
#include "message/fields.h"

#include <gtest/gtest.h>

namespace hawser::test {
namespace {

using message::FieldName;
using message::Fields;

std::string elements_of(const Fields& fields, FieldName id) {
  std::string all;
  fields.for_each_element(id, [&](std::string_view element) { all += std::string(element) + '|'; });
  return all;
}

TEST(FieldNames, AreFoundInAnyCase) {
  for (unsigned i = 1; i < static_cast<unsigned>(FieldName::count); ++i) {
    const auto id = static_cast<FieldName>(i);
    std::string text(message::text_of(id));
    EXPECT_EQ(message::find_field_name(text), id) << text;
    for (char& c : text) c = static_cast<char>(std::toupper(c));
    EXPECT_EQ(message::find_field_name(text), id) << text;
  }
}

TEST(FieldNames, OthersAreOther) {
  for (const char* text : {"", "X", "Hos", "Hostt", "Content_Length", "X-Custom", "content-lengtk"})
    EXPECT_EQ(message::find_field_name(text), FieldName::other) << text;
}

TEST(Fields, KeepOrderAndSpelling) {
  Fields fields;
  fields.add("x-B", "2");
  fields.add("hOST", "h");
  fields.add("x-B", "");
  ASSERT_EQ(fields.size(), 3u);
  EXPECT_EQ(fields.at(0).name, "x-B");
  EXPECT_EQ(fields.at(1).name, "hOST");
  EXPECT_EQ(fields.at(1).id, FieldName::host);
  EXPECT_EQ(fields.at(2).value, "");
}

TEST(Fields, AreFoundByNameInAnyCase) {
  Fields fields;
  fields.add("X-Custom", "1");
  fields.add("x-custom", "2");
  fields.add("Host", "h");
  EXPECT_EQ(fields.get("X-CUSTOM"), "1");
  EXPECT_EQ(fields.count("X-CUSTOM"), 2u);
  EXPECT_EQ(fields.get(FieldName::host), "h");
  EXPECT_EQ(fields.get("host"), "h");
  EXPECT_FALSE(fields.has("X-Other"));
  EXPECT_FALSE(fields.has(FieldName::cookie));
}

TEST(Fields, SetReplacesAllLinesInThePlaceOfTheFirst) {
  Fields fields;
  for (const char* value : {"1", "2"}) {
    fields.add("A", value);
    fields.add("B", value);
  }
  fields.set("a", "new");
  ASSERT_EQ(fields.size(), 3u);
  EXPECT_EQ(fields.at(0).value, "new");
  EXPECT_EQ(fields.at(1).name, "B");
  fields.set(FieldName::host, "h");
  EXPECT_EQ(fields.at(3).name, "Host");
}

TEST(Fields, RemoveTakesAllLinesOfAName) {
  Fields fields;
  fields.add("A", "1");
  fields.add("B", "2");
  fields.add("a", "3");
  EXPECT_EQ(fields.remove("A"), 2u);
  EXPECT_EQ(fields.remove(FieldName::host), 0u);
  EXPECT_EQ(fields.get("B"), "2");
  EXPECT_EQ(fields.text_bytes(), 2u);
}

TEST(Fields, ListsHaveElementsOverSeveralLines) {
  Fields fields;
  fields.add("Connection", " close ,, keep-alive");
  fields.add("Vary", "Accept");
  fields.add("connection", ",x,");
  EXPECT_EQ(elements_of(fields, FieldName::connection), "close|keep-alive|x|");
  EXPECT_TRUE(fields.contains_token(FieldName::connection, "Keep-Alive"));
  EXPECT_FALSE(fields.contains_token(FieldName::connection, "keep"));
  EXPECT_EQ(fields.joined(FieldName::connection), " close ,, keep-alive, ,x,");
}

TEST(Fields, QuotedStringsHoldCommas) {
  Fields fields;
  fields.add("Forwarded", "for=\"a,b\\\",c\", d, \"open,");
  EXPECT_EQ(elements_of(fields, FieldName::forwarded), "for=\"a,b\\\",c\"|d|\"open,|");
}

TEST(Fields, AreEqualWithoutRegardToTheCaseOfNames) {
  Fields a;
  Fields b;
  a.add("X-A", "1");
  b.add("x-a", "1");
  EXPECT_EQ(a, b);
  b.add("x-a", "2");
  EXPECT_FALSE(a == b);
}

}  // namespace
}  // namespace hawser::test
