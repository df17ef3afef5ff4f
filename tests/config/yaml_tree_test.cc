// SPDX-License-Identifier: Apache-2.0
#include "config/yaml_tree.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>

namespace hawser::config {
namespace {

using testing::HasSubstr;

struct Parsed {
  std::optional<YamlNode> root;
  ConfigErrors errors;
};

Parsed parse(const std::string& text) {
  Parsed parsed;
  parsed.root = parse_yaml(text, "f.yaml", parsed.errors);
  return parsed;
}

TEST(YamlTree, NodesKnowTheirPlaces) {
  const auto parsed = parse("a: 1\nb:\n  - x\n  - {c: \"2\"}\n");
  ASSERT_TRUE(parsed.root);
  const auto& entries = parsed.root->entries;
  ASSERT_EQ(entries.size(), 2u);
  EXPECT_EQ(entries[0].value.at, (Location{1, 4}));
  EXPECT_EQ(entries[1].at, (Location{2, 1}));
  const YamlNode& map = entries[1].value.items[1];
  EXPECT_EQ(map.entries[0].value.at, (Location{4, 9}));
  EXPECT_TRUE(map.entries[0].value.quoted);
  EXPECT_FALSE(entries[0].value.quoted);
}

TEST(YamlTree, AnEmptyDocumentIsAnEmptyMap) {
  for (const char* text : {"", "# nothing\n", "---\n", "---\n...\n"}) {
    const auto parsed = parse(text);
    ASSERT_TRUE(parsed.root) << text;
    EXPECT_EQ(parsed.root->kind, YamlNode::Kind::map);
    EXPECT_TRUE(parsed.errors.empty());
  }
}

TEST(YamlTree, AnEmptyValueStandsInTheLineOfItsKey) {
  const auto parsed = parse("a:\n\n\nb: 1\n");
  ASSERT_TRUE(parsed.root);
  EXPECT_EQ(parsed.root->entries[0].value.kind, YamlNode::Kind::null);
  EXPECT_EQ(parsed.root->entries[0].value.at.line, 1);
}

TEST(YamlTree, ADuplicateKeyDeepInsideIsFoundWithItsPath) {
  const auto parsed = parse("a:\n  - {x: 1}\n  - {y: 1, y: 2}\n");
  ASSERT_EQ(parsed.errors.size(), 1u);
  EXPECT_EQ(parsed.errors[0].key, "a[1].y");
  EXPECT_EQ(parsed.errors[0].at.line, 3);
}

TEST(YamlTree, KeysAlikeBySpellingAreTheSameKey) {
  EXPECT_EQ(parse("a: 1\n\"a\": 2\n").errors.size(), 1u);
}

TEST(YamlTree, AliasesDoNotUnfold) {
  std::string text = "a0: &a0 [x,x,x,x,x,x,x,x]\n";
  for (int i = 1; i < 40; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + before + "," + before +
            "," + before + "]\n";
  }
  const auto parsed = parse(text);
  EXPECT_EQ(parsed.errors.size(), 40u + 39u * 3u);
}

TEST(YamlTree, AMergeKeyIsAKeyLikeAnyOther) {
  const auto parsed = parse("a: {<<: {b: 1}}\n");
  ASSERT_TRUE(parsed.root);
  EXPECT_EQ(parsed.root->entries[0].value.entries[0].key, "<<");
}

TEST(YamlTree, AListAsKeyIsRefused) {
  const auto parsed = parse("? [a, b]\n: 1\n");
  ASSERT_FALSE(parsed.errors.empty());
  EXPECT_THAT(parsed.errors[0].found, HasSubstr("as a key"));
}

class NoText : public testing::TestWithParam<std::string> {};

TEST_P(NoText, IsRefusedWithItsPlace) {
  const auto parsed = parse("a: 1\nb: " + GetParam() + "\n");
  EXPECT_FALSE(parsed.root);
  ASSERT_EQ(parsed.errors.size(), 1u);
  EXPECT_EQ(parsed.errors[0].at, (Location{2, 4}));
}

INSTANTIATE_TEST_SUITE_P(Bytes, NoText,
                         testing::Values(std::string(1, '\0'), "\x01", "\x7f", "\x80", "\xc0\x80",
                                         "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80",
                                         "\xff\xfe", "\xc3"));

TEST(YamlTree, WhatIsTooDeepTooLongOrTooManyIsRefused) {
  EXPECT_FALSE(parse(std::string(100'000, '[')).root);
  EXPECT_FALSE(parse(std::string(20, '[') + std::string(20, ']')).root);
  EXPECT_FALSE(parse(std::string(yaml_file_limit_bytes + 1, ' ')).root);
  std::string many = "[";
  for (size_t i = 0; i <= yaml_node_limit; ++i) many += "~,";
  EXPECT_FALSE(parse(many + "]").root);
}

TEST(YamlTree, LongValuesAreShownInPart) {
  YamlNode node;
  node.kind = YamlNode::Kind::scalar;
  node.text = std::string(1000, 'x');
  EXPECT_LT(describe(node).size(), 100u);
}

TEST(ConfigErrors, AreShownInTheOrderOfTheFileAndCounted) {
  const std::string text = render({{"f.yaml", {9, 1}, "b", "\"x\"", "a number", ""},
                                   {"f.yaml", {2, 3}, "a", "a list", "a map", "write it so"}});
  EXPECT_EQ(text,
            "f.yaml:2:3: a: found a list, expected a map; write it so\n"
            "f.yaml:9:1: b: found \"x\", expected a number\n"
            "2 errors\n");
}

TEST(ConfigErrors, AreCutAtTheirLimit) {
  const std::string text = render(ConfigErrors(5000, {"f", {1, 1}, "k", "x", "y", ""}));
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 101);
  EXPECT_THAT(text, HasSubstr("5000 errors"));
}

}  // namespace
}  // namespace hawser::config
