// SPDX-License-Identifier: Apache-2.0
// YamlBuilder: turns the parser's events into a YamlTree. Owner: parse_yaml(). Thread: any.
// The one header that shows yaml-cpp; nobody but this layer can include it.
#pragma once

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/mark.h>

#include <string>
#include <unordered_map>
#include <vector>

#include <utility>

#include "config/error.h"
#include "config/yaml_tree.h"

namespace hawser::config {

// Thrown through the parser when reading further makes no sense; the error is told by then.
struct StopReading {};

class YamlBuilder : public YAML::EventHandler {
 public:
  YamlBuilder(const std::string& file, ConfigErrors& errors) : file_(file), errors_(errors) {}

  YamlNode take_root() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark& mark) override;
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override;
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override;
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override;
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value style) override;
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value style) override;
  void OnMapEnd() override { close(); }

 private:
  struct Frame {
    YamlNode node;
    bool has_key = false;
    std::string key;
    Location key_at;
    std::unordered_map<std::string, int> key_lines;
  };

  void open(YamlNode::Kind kind, const YAML::Mark& mark, const std::string& tag,
            YAML::anchor_t anchor);
  void close();
  void attach(YamlNode node);
  void attach_key(Frame& map, YamlNode node);
  void refuse_anchor_and_tag(Location at, const std::string& tag, YAML::anchor_t anchor);
  void error(Location at, std::string found, std::string expected, std::string remedy);
  void count_node(Location at);
  std::string path() const;

  const std::string& file_;
  ConfigErrors& errors_;
  YamlNode root_;
  std::vector<Frame> open_;
  size_t nodes_ = 0;
  int documents_ = 0;
};

}  // namespace hawser::config
