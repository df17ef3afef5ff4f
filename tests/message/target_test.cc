// SPDX-License-Identifier: Apache-2.0
#include "message/target.h"

#include <gtest/gtest.h>

namespace hawser::test {
namespace {

using message::Target;

struct Canonical {
  std::string path;
  uint8_t doubts = 0;
};
Canonical canonical(std::string_view path) {
  Canonical result;
  const std::string_view fault = message::canonicalise_path(path, result.path, result.doubts);
  if (!fault.empty()) result.path = "refused: " + std::string(fault);
  return result;
}

TEST(CanonicalPath, DecodesWhatIsEncoded) {
  EXPECT_EQ(canonical("/%61dmin%2Dx").path, "/admin-x");
  EXPECT_EQ(canonical("/caf%C3%A9").path, "/caf\xc3\xa9");
  EXPECT_EQ(canonical("/a%3Fb%23").path, "/a?b#");
}

TEST(CanonicalPath, KeepsEncodedSlashAndPercentApart) {
  EXPECT_EQ(canonical("/a%2fb").path, "/a%2Fb");
  EXPECT_EQ(canonical("/a%252fb").path, "/a%252fb");
  EXPECT_NE(canonical("/a%252Fb").path, canonical("/a%2Fb").path);
}

TEST(CanonicalPath, NamesItsDoubts) {
  EXPECT_EQ(canonical("/a/b").doubts, message::no_doubt);
  EXPECT_EQ(canonical("/a%2Fb").doubts, message::encoded_slash);
  EXPECT_EQ(canonical("/a//b").doubts, message::empty_segment);
  EXPECT_EQ(canonical("//a%2Fb").doubts, message::encoded_slash | message::empty_segment);
  EXPECT_EQ(canonical("/a/").doubts, message::no_doubt);
}

TEST(CanonicalPath, SaysWhatItRefuses) {
  EXPECT_EQ(canonical("/a/%2E%2e").path, "refused: the path holds a dot segment");
  EXPECT_EQ(canonical("/%5c").path, "refused: the path holds an encoded backslash");
  EXPECT_EQ(canonical("/%c0%ae").path, "refused: the path is not UTF-8");
  EXPECT_EQ(canonical("").path, "refused: the path does not start with a slash");
}

TEST(CanonicalPath, TakesEveryUtf8Character) {
  for (const char* path : {"/%7f", "/%c2%80", "/%df%bf", "/%e0%a0%80", "/%ed%9f%bf", "/%ee%80%80",
                           "/%f0%90%80%80", "/%f4%8f%bf%bf"})
    EXPECT_FALSE(canonical(path).path.starts_with("refused")) << path;
  for (const char* path : {"/%c1%bf", "/%e0%9f%bf", "/%ed%a0%80", "/%f0%8f%bf%bf", "/%f4%90%80%80",
                           "/%f5%80%80%80", "/%fe", "/%c2", "/%c2%c2", "/%e2%82/"})
    EXPECT_TRUE(canonical(path).path.starts_with("refused")) << path;
}

TEST(TargetText, IsWrittenAsItCame) {
  Target target;
  ASSERT_EQ(message::parse_target("/a%2fb//c?d=%zz&e", false, false, target), "");
  std::string text;
  target.append_path_and_query(text);
  EXPECT_EQ(text, "/a%2fb//c?d=%zz&e");
}

TEST(TargetText, ForgetsTheTargetBefore) {
  Target target;
  ASSERT_EQ(message::parse_target("https://wiki.example:8443/a?b", false, false, target), "");
  EXPECT_EQ(target.form, message::TargetForm::absolute);
  EXPECT_EQ(target.authority.port, 8443);
  ASSERT_EQ(message::parse_target("/c", false, false, target), "");
  EXPECT_EQ(target.form, message::TargetForm::origin);
  EXPECT_TRUE(target.authority.empty());
  EXPECT_FALSE(target.has_query);
  EXPECT_EQ(target.scheme, "");
}

TEST(Authority, HasOneSpellingOfEachHost) {
  EXPECT_EQ(message::parse_authority("WIKI.example.").value().host, "wiki.example");
  EXPECT_EQ(message::parse_authority("[2001:0DB8:0:0:0:0:0:1]").value().host, "[2001:db8::1]");
  EXPECT_EQ(message::parse_authority("Wiki:8443").value().raw, "Wiki:8443");
}

TEST(Authority, IsWrittenInOneSpelling) {
  const auto canonical = [](std::string_view text, std::string_view scheme = "https") {
    return message::parse_authority(text).value().canonical(scheme);
  };
  EXPECT_EQ(canonical("WIKI.Example:"), "wiki.example");
  EXPECT_EQ(canonical("wiki.example."), "wiki.example");
  EXPECT_EQ(canonical("wiki.example:443"), "wiki.example");
  EXPECT_EQ(canonical("wiki.example.:0443"), "wiki.example");
  EXPECT_EQ(canonical("Wiki.example.:8443"), "wiki.example:8443");
  EXPECT_EQ(canonical("wiki.example:80"), "wiki.example:80");
  EXPECT_EQ(canonical("wiki.example:80", "http"), "wiki.example");
  EXPECT_EQ(canonical("wiki.example:443", "http"), "wiki.example:443");
  EXPECT_EQ(canonical("[2001:0DB8::1]:443"), "[2001:db8::1]");
}

TEST(Authority, KnowsItsPort) {
  EXPECT_EQ(message::parse_authority("wiki:8443").value().port_or_default("https"), 8443);
  EXPECT_EQ(message::parse_authority("wiki").value().port_or_default("https"), 443);
  EXPECT_EQ(message::parse_authority("wiki").value().port_or_default("http"), 80);
}

TEST(Authority, SaysWhatIsWrong) {
  EXPECT_EQ(message::parse_authority("joe@wiki").error().reason,
            "the authority holds user information");
  EXPECT_EQ(message::parse_authority("wiki:0").error().reason, "the port is out of range");
}

}  // namespace
}  // namespace hawser::test
