// SPDX-License-Identifier: Apache-2.0
// Each file of broken/ begins with what its errors have to say, in their order: blocks of five
// lines from "#! line:" on. Found, expected and remedy are parts of the words.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

#include "control/config_file.h"

namespace hawser::control {
namespace {

using testing::HasSubstr;

struct Expected {
  int line = 0;
  std::string key, found, expected, remedy;
};

std::vector<std::string> broken_files() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(HAWSER_TEST_DATA "/broken")) {
    names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string path_of(const std::string& name) {
  return HAWSER_TEST_DATA "/broken/" + name + ".yaml";
}

void take_promise(std::vector<Expected>& promises, const std::string& word,
                  const std::string& rest) {
  if (word == "line") promises.push_back({std::stoi(rest), {}, {}, {}, {}});
  if (word == "key") promises.back().key = rest;
  if (word == "found") promises.back().found = rest;
  if (word == "expected") promises.back().expected = rest;
  if (word == "remedy") promises.back().remedy = rest;
}

std::vector<Expected> promises_of(const std::string& name) {
  std::vector<Expected> promises;
  std::ifstream file(path_of(name));
  for (std::string line; std::getline(file, line) && line.rfind("#! ", 0) == 0;) {
    const size_t colon = line.find(": ");
    take_promise(promises, line.substr(3, colon - 3), line.substr(colon + 2));
  }
  return promises;
}

class BrokenFile : public testing::TestWithParam<std::string> {};

TEST_P(BrokenFile, IsRefusedWithPlaceKeyWhatWasFoundWhatIsExpectedAndRemedy) {
  const auto promises = promises_of(GetParam());
  const auto config = load_config(path_of(GetParam()));
  ASSERT_FALSE(config.ok());
  auto errors = config.error();
  std::stable_sort(errors.begin(), errors.end(),
                   [](const auto& a, const auto& b) { return a.at.line < b.at.line; });
  ASSERT_EQ(errors.size(), promises.size()) << config::render(errors);
  for (size_t i = 0; i < errors.size(); ++i) {
    SCOPED_TRACE(errors[i].to_string());
    EXPECT_EQ(errors[i].file, path_of(GetParam()));
    EXPECT_EQ(errors[i].at.line, promises[i].line);
    EXPECT_GT(errors[i].at.column, 0);
    EXPECT_EQ(errors[i].key, promises[i].key);
    EXPECT_THAT(errors[i].found, HasSubstr(promises[i].found));
    EXPECT_THAT(errors[i].expected, HasSubstr(promises[i].expected));
    EXPECT_THAT(errors[i].remedy, HasSubstr(promises[i].remedy));
  }
}

INSTANTIATE_TEST_SUITE_P(Config, BrokenFile, testing::ValuesIn(broken_files()),
                         [](const auto& test) { return test.param; });

TEST(BrokenFiles, AreAtLeastForty) { EXPECT_GE(broken_files().size(), 40u); }

// Whatever stands in a file, it is read or refused, never more than that.
TEST(BrokenFiles, EveryCutOfEveryFileEndsInAnAnswer) {
  for (const std::string& name : broken_files()) {
    std::ifstream file(path_of(name));
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    for (size_t length = 0; length < text.size(); length += 7) {
      const auto config = parse_config(text.substr(0, length), name, "/nowhere");
      if (!config.ok()) {
        EXPECT_FALSE(config.error().empty());
      }
    }
  }
}

}  // namespace
}  // namespace hawser::control
