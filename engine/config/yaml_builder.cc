// SPDX-License-Identifier: Apache-2.0
#include "config/yaml_builder.h"

#include <utility>

namespace hawser::config {
namespace {

Location location(const YAML::Mark& mark) { return {mark.line + 1, mark.column + 1}; }

// The parser calls a value without a tag "?", or "!" when it is quoted.
bool is_plain(const std::string& tag) { return tag.empty() || tag == "?" || tag == "!"; }

}  // namespace

void YamlBuilder::OnDocumentStart(const YAML::Mark& mark) {
  if (++documents_ == 1) return;
  open_.clear();
  error(location(mark), "a second YAML document", "one document in the file",
        "remove the line `---` and what follows it");
  throw StopReading{};
}

void YamlBuilder::OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) {
  YamlNode node;
  node.at = location(mark);
  // The parser has moved on by now: an empty value stands beside its key.
  if (!open_.empty() && open_.back().has_key) node.at = open_.back().key_at;
  refuse_anchor_and_tag(node.at, "?", anchor);
  attach(std::move(node));
}

void YamlBuilder::OnAlias(const YAML::Mark& mark, YAML::anchor_t) {
  YamlNode node;
  node.kind = YamlNode::Kind::refused;
  node.at = location(mark);
  error(node.at, "an alias (*)", "the value itself", "write the value out where it is used");
  attach(std::move(node));
}

void YamlBuilder::OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                           const std::string& value) {
  YamlNode node;
  node.kind = YamlNode::Kind::scalar;
  node.at = location(mark);
  node.text = value;
  node.quoted = tag == "!";
  if (!is_plain(tag)) node.kind = YamlNode::Kind::refused;
  refuse_anchor_and_tag(node.at, tag, anchor);
  attach(std::move(node));
}

void YamlBuilder::OnSequenceStart(const YAML::Mark& mark, const std::string& tag,
                                  YAML::anchor_t anchor, YAML::EmitterStyle::value) {
  open(YamlNode::Kind::list, mark, tag, anchor);
}

void YamlBuilder::OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                             YAML::EmitterStyle::value) {
  open(YamlNode::Kind::map, mark, tag, anchor);
}

void YamlBuilder::open(YamlNode::Kind kind, const YAML::Mark& mark, const std::string& tag,
                       YAML::anchor_t anchor) {
  const Location at = location(mark);
  refuse_anchor_and_tag(at, tag, anchor);
  if (open_.size() >= yaml_depth_limit) {
    error(at, "lists and maps nested too deep", "at most 16 levels", "");
    throw StopReading{};
  }
  Frame frame;
  frame.node.kind = kind;
  frame.node.at = at;
  open_.push_back(std::move(frame));
}

void YamlBuilder::close() {
  YamlNode done = std::move(open_.back().node);
  open_.pop_back();
  attach(std::move(done));
}

void YamlBuilder::attach(YamlNode node) {
  count_node(node.at);
  if (open_.empty()) {
    root_ = std::move(node);
    return;
  }
  Frame& parent = open_.back();
  if (parent.node.kind == YamlNode::Kind::list) {
    parent.node.items.push_back(std::move(node));
  } else if (!parent.has_key) {
    attach_key(parent, std::move(node));
  } else {
    parent.has_key = false;
    const auto [first, is_new] = parent.key_lines.emplace(parent.key, parent.key_at.line);
    if (is_new) {
      parent.node.entries.push_back({parent.key, parent.key_at, std::move(node)});
    }
  }
}

void YamlBuilder::attach_key(Frame& map, YamlNode node) {
  const bool is_word = node.kind == YamlNode::Kind::scalar;
  if (!is_word && node.kind != YamlNode::Kind::refused) {
    error(node.at, describe(node) + " as a key", "a word as the key", "");
  }
  map.has_key = true;
  map.key = is_word ? std::move(node.text) : std::string();
  map.key_at = node.at;
  if (!is_word) return;
  const auto first = map.key_lines.find(map.key);
  if (first == map.key_lines.end()) return;
  error(node.at, "the same key a second time", "each key once",
        "it stands in line " + std::to_string(first->second) + " already: remove one of them");
}

void YamlBuilder::refuse_anchor_and_tag(Location at, const std::string& tag,
                                        YAML::anchor_t anchor) {
  if (anchor != 0) {
    error(at, "an anchor (&)", "a value without one", "write the value out where it is used");
  }
  if (!is_plain(tag)) {
    error(at, "the tag <" + tag + ">", "a value without a tag", "remove the tag");
  }
}

void YamlBuilder::error(Location at, std::string found, std::string expected, std::string remedy) {
  errors_.push_back({file_, at, path(), std::move(found), std::move(expected), std::move(remedy)});
}

void YamlBuilder::count_node(Location at) {
  if (++nodes_ <= yaml_node_limit) return;
  error(at, "too many values", "at most " + std::to_string(yaml_node_limit) + " in a file", "");
  throw StopReading{};
}

std::string YamlBuilder::path() const {
  std::string path;
  for (const Frame& frame : open_) {
    if (frame.node.kind == YamlNode::Kind::list) {
      path += '[' + std::to_string(frame.node.items.size()) + ']';
    } else if (frame.has_key) {
      path += (path.empty() ? "" : ".") + frame.key;
    }
  }
  return path;
}

}  // namespace hawser::config
