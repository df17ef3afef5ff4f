// SPDX-License-Identifier: Apache-2.0
#include "control/config_pages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "access/page_words.h"
#include "config/yaml_tree.h"
#include "support/temp_folder.h"

namespace hawser::control {
namespace {

using testing::HasSubstr;

class ConfigPages : public testing::Test {
 protected:
  // What is wrong with a template, a line each.
  std::string errors_of(const std::string& text) {
    std::ofstream(folder_ / "pages.yaml") << text;
    return read("pages.yaml");
  }
  std::string read(const std::string& path) {
    config::ReadContext context{"engine.yaml", folder_ / "", {}, true};
    const config::YamlNode node{config::YamlNode::Kind::scalar, {3, 8}, path, false, {}, {}};
    pages_ = {};
    read_pages(config::Value(node, "pages", context), access::text_keys(), pages_);
    return context.errors.empty() ? "" : config::render(context.errors);
  }

  test::TempFolder folder_;
  model::PageTemplate pages_;
};

TEST_F(ConfigPages, WhatTheEnginePrintsIsATemplateThatChangesNothing) {
  EXPECT_EQ(errors_of(access::default_template()), "");
  ASSERT_EQ(pages_.languages.size(), 1u);
  const access::Pages pages(pages_);
  const access::PageWords& english = access::PageWords::english();
  EXPECT_EQ(pages.words_for("").frame(), english.frame());
  for (const std::string_view key : access::text_keys()) {
    const access::Text text = *access::find_text(key);
    EXPECT_EQ(pages.words_for("")[text], english[text]) << key;
  }
}

TEST_F(ConfigPages, TheExampleSpeaksGermanThroughout) {
  EXPECT_EQ(read(HAWSER_SOURCE_DIR "/engine/pages.example.yaml"), "");
  ASSERT_EQ(pages_.languages.size(), 1u);
  EXPECT_EQ(pages_.languages[0].tag, "de");
  for (const std::string_view key : access::text_keys())
    EXPECT_TRUE(pages_.languages[0].texts.contains(key)) << key;
}

TEST_F(ConfigPages, ErrorsNameTheTemplatesOwnLines) {
  const std::string errors = errors_of(
      "frame: |\n  <html>\n  {{heed}}{{content}}\nlanguages:\n  de:\n    denied.titel: Nein\n  "
      "\"d_e\": {}\n"
      "default: fr\n");
  EXPECT_THAT(errors, HasSubstr("pages.yaml:6:5: languages.de.denied.titel"));
  EXPECT_THAT(errors, HasSubstr("did you mean `denied.title`?"));
  EXPECT_THAT(errors, HasSubstr("\"{{heed}}{{content}}\" in line 2 of the frame"));
  EXPECT_THAT(errors, HasSubstr("the language \"d_e\""));
  EXPECT_THAT(errors, HasSubstr("pages.yaml:8:10: default"));
  EXPECT_TRUE(pages_.frame.empty() && pages_.languages.empty());
}

TEST_F(ConfigPages, AFrameHasRoomForThePageItself) {
  EXPECT_THAT(errors_of("frame: <html>{{content}}</html>\n"), HasSubstr("{{head}} and then"));
  EXPECT_THAT(errors_of("frame: \"{{content}} {{head}}\"\n"), HasSubstr("{{head}} and then"));
  EXPECT_EQ(errors_of("frame: \"{{head}} {{content}}\"\n"), "");
}

TEST_F(ConfigPages, WhatIsTooLongIsRefused) {
  EXPECT_THAT(errors_of("languages: {de: {denied.title: " + std::string(3000, 'a') + "}}\n"),
              HasSubstr("at most 2000 bytes"));
  EXPECT_THAT(errors_of("frame: \"{{head}}{{content}}" + std::string(70'000, 'a') + "\"\n"),
              HasSubstr("at most 64 KiB"));
  EXPECT_THAT(errors_of("#" + std::string(600'000, 'a') + "\n"), HasSubstr("pages.yaml"));
}

TEST_F(ConfigPages, AFileThatIsNotThereIsNamed) {
  EXPECT_THAT(read("none.yaml"), HasSubstr("hawser-engine pages"));
}

}  // namespace
}  // namespace hawser::control
