// SPDX-License-Identifier: Apache-2.0
#include "connector/config_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace hawser::connector {
namespace {

using testing::HasSubstr;

core::Result<ConnectorConfig, config::ConfigErrors> parse(const std::string& text) {
  return parse_config(text, "connector.yaml", "/srv/connector");
}

TEST(ConnectorFile, MayBeMissing) {
  const auto config = load_config("/nowhere/connector.yaml");
  ASSERT_TRUE(config.ok());
  EXPECT_EQ(config->memory_limit_bytes, 256u * 1024 * 1024);
  EXPECT_FALSE(config->workers);
  EXPECT_EQ(config->bound_connections, 1000u);
  EXPECT_EQ(config->metrics->to_string(), "127.0.0.1:9181");
  EXPECT_FALSE(config->metrics_required);
  EXPECT_EQ(config->log, config::LogSettings{});
  EXPECT_EQ(config->allow_origins.rules(), std::vector<OriginRule>(1));
}

TEST(ConnectorFile, TheExampleIsGoodAndShowsTheDefaults) {
  const auto example = load_config(HAWSER_SOURCE_DIR "/connector/connector.example.yaml");
  ASSERT_TRUE(example.ok()) << config::render(example.error());
  const auto usual = parse("");
  EXPECT_EQ(example->memory_limit_bytes, usual->memory_limit_bytes);
  EXPECT_EQ(example->workers, usual->workers);
  EXPECT_EQ(example->bound_connections, usual->bound_connections);
  EXPECT_EQ(example->metrics, usual->metrics);
  EXPECT_EQ(example->log, usual->log);
  EXPECT_EQ(example->allow_origins.rules(), usual->allow_origins.rules());
}

TEST(ConnectorFile, EveryKeyIsRead) {
  const auto config = parse(R"(
memory_limit: 64M
workers: 2
bound_connections: 40
metrics: "[::1]:0"
log: {level: warn, format: json, output: log/connector.log}
allow_origins: [10.0.0.0/8, "wiki.corp:8080"]
)");
  ASSERT_TRUE(config.ok()) << config::render(config.error());
  EXPECT_EQ(config->memory_limit_bytes, 64u * 1024 * 1024);
  EXPECT_EQ(config->workers, 2u);
  EXPECT_EQ(config->bound_connections, 40u);
  EXPECT_EQ(config->metrics->to_string(), "[::1]:0");
  EXPECT_TRUE(config->metrics_required);
  EXPECT_EQ(config->log.level, core::Level::warn);
  EXPECT_EQ(config->log.output_path, "/srv/connector/log/connector.log");
  ASSERT_EQ(config->allow_origins.rules().size(), 2u);
  EXPECT_EQ(config->allow_origins.rules()[1].to_string(), "wiki.corp:8080");
}

TEST(ConnectorFile, MetricsCanBeOff) {
  const auto config = parse("metrics: off");
  ASSERT_TRUE(config.ok());
  EXPECT_FALSE(config->metrics);
}

struct Broken {
  std::string text;
  int line;
  std::string words;
};

class BrokenConnectorFile : public testing::TestWithParam<Broken> {};

TEST_P(BrokenConnectorFile, IsRefusedWithPlaceKeyAndRemedy) {
  const auto config = parse(GetParam().text);
  ASSERT_FALSE(config.ok());
  ASSERT_EQ(config.error().size(), 1u) << config::render(config.error());
  EXPECT_EQ(config.error()[0].at.line, GetParam().line);
  EXPECT_THAT(config.error()[0].to_string(), HasSubstr(GetParam().words));
}

INSTANTIATE_TEST_SUITE_P(
    Table, BrokenConnectorFile,
    testing::Values(Broken{"memory_limit: 64M\nworker: 2", 2, "worker: found an unknown key"},
                    Broken{"allow_origin: [any]", 1, "did you mean `allow_origins`?"},
                    Broken{"log: {query: true}", 1, "log.query: found an unknown key"},
                    Broken{"allow_origins: any", 1, "expected a list; put it in brackets"},
                    Broken{"allow_origins: []", 1, "expected 1 to 1000 entries"},
                    Broken{"allow_origins:\n  - any\n  - 10.0.0.1/8", 3,
                           "bits are set behind the prefix"},
                    Broken{"allow_origins: [\"http://wiki.corp\"]", 1, "leave out the scheme"},
                    Broken{"allow_origins: [any, any]", 1, "expected each entry once"},
                    Broken{"metrics: 9181", 1, "write `\"[::]:9181\"`"},
                    Broken{"workers: 0", 1, "a whole number from 1 to 256"},
                    Broken{"workers: 1\nworkers: 2", 2, "the same key a second time"},
                    Broken{"workers: 1\n---\nworkers: 2", 2, "a second YAML document"}));

}  // namespace
}  // namespace hawser::connector
