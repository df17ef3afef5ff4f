// SPDX-License-Identifier: Apache-2.0
#include "control/config_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "tls/certificate.h"

namespace hawser::control {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr int64_t now_ms = 1'800'000'000'000;
constexpr int64_t day_ms = 86'400'000;

class ConfigCheck : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_NE(mkdtemp(folder.data()), nullptr);
    write_pair("edge.pem", "edge-key.pem", "*.example");
    std::filesystem::create_directory(folder + "/state");
    chmod((folder + "/state").c_str(), 0700);
  }
  void TearDown() override { std::filesystem::remove_all(folder); }

  void write(const std::string& name, const std::string& text, mode_t mode) {
    std::ofstream(folder + "/" + name) << text;
    chmod((folder + "/" + name).c_str(), mode);
  }
  void write_pair(const std::string& certificate, const std::string& key, const std::string& name) {
    const auto secret = tls::make_private_key_pem();
    ASSERT_TRUE(secret.ok());
    tls::IssuedFor subject;
    subject.common_name = "edge";
    subject.dns_san = name;
    subject.not_before_ms = now_ms - day_ms;
    subject.not_after_ms = now_ms + 30 * day_ms;
    const auto made = tls::make_authority_pem(*secret, subject);
    ASSERT_TRUE(made.ok()) << made.error().reason;
    write(certificate, *made, 0644);
    write(key, *secret, 0600);
  }
  NodeConfig config(const std::string& more = "") {
    const auto parsed = parse_config(
        "trust_domain: edge.example\n"
        "advertise: edge.example:7443\n"
        "state: state\n"
        "tls: [{certificate: edge.pem, key: edge-key.pem}]\n" +
            more,
        "engine.yaml", folder);
    EXPECT_TRUE(parsed.ok());
    return *parsed;
  }

  std::string folder = testing::TempDir() + "hawser-check-XXXXXX";
};

TEST_F(ConfigCheck, GoodFilesPass) { EXPECT_THAT(check_files(config()), IsEmpty()); }

TEST_F(ConfigCheck, AKeyThatOthersMayReadIsRefusedWithTheCommandThatMendsIt) {
  chmod((folder + "/edge-key.pem").c_str(), 0640);
  const auto errors = check_files(config());
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_EQ(errors[0].at.line, 4);
  EXPECT_EQ(errors[0].key, "tls[0].key");
  EXPECT_THAT(errors[0].found, HasSubstr("0640"));
  EXPECT_THAT(errors[0].remedy, HasSubstr("chmod 0600 " + folder));
}

TEST_F(ConfigCheck, AMissingCertificateIsRefused) {
  std::filesystem::remove(folder + "/edge.pem");
  const auto errors = check_files(config());
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_EQ(errors[0].key, "tls[0].certificate");
  EXPECT_THAT(errors[0].found, HasSubstr("No such file"));
}

TEST_F(ConfigCheck, ACertificateInPlaceOfTheKeyIsRefused) {
  write("edge-key.pem", "-----BEGIN CERTIFICATE-----\n", 0600);
  const auto errors = check_files(config());
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_THAT(errors[0].found, HasSubstr("holds none"));
}

TEST_F(ConfigCheck, AKeyOfAnotherCertificateIsRefused) {
  write_pair("other.pem", "edge-key.pem", "other.example");
  const auto errors = check_files(config());
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_EQ(errors[0].at.line, 4);
  EXPECT_EQ(errors[0].key, "tls[0]");
}

TEST_F(ConfigCheck, FilesAreToldWithTheOtherErrorsInTheFilesOrder) {
  write("engine.yaml",
        "trust_domain: edge.example\n"
        "workers: none\n"
        "tls: [{certificate: lost.pem, key: edge-key.pem}]\n"
        "state: state\n"
        "log: {output: state/}\n",
        0644);
  const auto read =
      load_config(folder + "/engine.yaml", {.state_folder = "", .look_at_files = true});
  ASSERT_FALSE(read.ok());
  std::vector<std::string> keys;
  for (const auto& error : read.error()) keys.push_back(error.key);
  EXPECT_THAT(keys, testing::IsSupersetOf({"workers", "tls[0].certificate", "log.output"}));
}

TEST_F(ConfigCheck, ALogThatCantBeWrittenIsRefused) {
  EXPECT_THAT(check_files(config("log: {output: ./engine.log}\n")), IsEmpty());
  EXPECT_FALSE(std::filesystem::exists(folder + "/engine.log"));
  const auto errors = check_files(config("log: {output: nowhere/engine.log}\n"));
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_EQ(errors[0].key, "log.output");
  EXPECT_EQ(errors[0].at.line, 5);
  EXPECT_THAT(errors[0].found, HasSubstr("No such file"));
}

TEST_F(ConfigCheck, AHostThatNoCertificateNamesIsWarnedOf) {
  const auto app = [](const std::string& host) {
    return "apps: [{name: wiki, host: \"" + host +
           "\", origin: \"http://127.0.0.1:9000\", access: passthrough}]\n";
  };
  EXPECT_THAT(warnings(config(app("wiki.example")), now_ms), IsEmpty());
  EXPECT_THAT(warnings(config(app("*.example")), now_ms), IsEmpty());
  const NodeConfig two_labels = config(app("a.wiki.example"));
  EXPECT_THAT(warnings(two_labels, now_ms), ElementsAre(HasSubstr("names a.wiki.example")));
  EXPECT_THAT(summary(two_labels, now_ms), HasSubstr("warning: no certificate"));
}

TEST_F(ConfigCheck, ACertificateOutsideOfItsTimeIsWarnedOf) {
  EXPECT_THAT(warnings(config(), now_ms), IsEmpty());
  EXPECT_THAT(warnings(config(), now_ms + 40 * day_ms), ElementsAre(HasSubstr("has expired")));
  EXPECT_THAT(warnings(config(), now_ms - 2 * day_ms), ElementsAre(HasSubstr("not valid yet")));
  EXPECT_THAT(warnings(config(), now_ms + 27 * day_ms), ElementsAre(HasSubstr("in 3 days")));
}

TEST_F(ConfigCheck, APipeIsNotWaitedFor) {
  ASSERT_EQ(mkfifo((folder + "/pipe").c_str(), 0600), 0);
  std::filesystem::remove(folder + "/edge.pem");
  std::filesystem::create_symlink("pipe", folder + "/edge.pem");
  const auto errors = check_files(config());
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_THAT(errors[0].found, HasSubstr("no regular file"));
}

TEST_F(ConfigCheck, AStateFolderThatOthersMayEnterIsRefused) {
  chmod((folder + "/state").c_str(), 0750);
  const auto errors = check_files(config());
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_EQ(errors[0].key, "state");
}

TEST_F(ConfigCheck, TheSummaryNamesListenersAndApps) {
  const std::string text = summary(
      config("apps: [{name: wiki, host: wiki.example, origin: \"http://127.0.0.1:9000\", access: "
             "passthrough}]\n"),
      now_ms);
  EXPECT_THAT(text, HasSubstr("clients:      [::]:8443"));
  EXPECT_THAT(text, HasSubstr("wiki  https://wiki.example/ -> default: http://127.0.0.1:9000/"));
}

TEST_F(ConfigCheck, AReloadNamesWhatNeedsARestartAndNothingElse) {
  const NodeConfig running = config();
  EXPECT_THAT(keys_that_need_a_restart(running, config("timeouts: {head: 1s}\n")), IsEmpty());
  EXPECT_THAT(keys_that_need_a_restart(running, config("workers: 2\nmetrics: 127.0.0.1:0\n")),
              ElementsAre("metrics", "workers"));
}

}  // namespace
}  // namespace hawser::control
