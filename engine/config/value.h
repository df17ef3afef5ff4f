// SPDX-License-Identifier: Apache-2.0
// Value: one value of the file, read as what it should be. A reading that fails tells why and gives
// nothing; reading goes on, so that all errors of a file come at once.
// Owner: the parse call, which outlives it. Thread: any.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/error.h"
#include "config/yaml_tree.h"
#include "core/address.h"
#include "core/result.h"

namespace hawser::config {

// What all readers of one file share.
struct ReadContext {
  std::string file;    // as errors name it
  std::string folder;  // where relative paths start
  ConfigErrors errors;
  bool look_at_files = false;  // whether secrets that the file names are read too
};

inline constexpr std::string_view not_available = "not available in this version";

// A node and the path of its key. Cheap to copy; the node and the context outlive it.
class Value {
 public:
  Value(const YamlNode& node, std::string key, ReadContext& context)
      : node_(&node), key_(std::move(key)), context_(&context) {}

  const YamlNode& node() const { return *node_; }
  const std::string& key() const { return key_; }
  Location at() const { return node_->at; }
  ReadContext& context() const { return *context_; }

  // What was found is the value itself.
  void error(std::string expected, std::string remedy = {}) const;
  void error_found(std::string found, std::string expected, std::string remedy) const;
  // For a value that the design has and this version doesn't.
  void error_not_available(std::string expected) const;

  std::optional<std::string> text(std::string_view expected) const;
  std::optional<bool> flag() const;
  std::optional<uint64_t> count(uint64_t least, uint64_t most) const;
  std::optional<uint64_t> size_bytes(uint64_t least, uint64_t most) const;
  // Zero for `off`.
  std::optional<uint64_t> duration_ms(uint64_t least, uint64_t most, bool may_be_off) const;
  // The index of the word.
  std::optional<size_t> choice(std::span<const std::string_view> words) const;
  std::optional<std::string> path() const;          // absolute from here on
  std::optional<core::Address> ip_address() const;  // "[::]:8443", "127.0.0.1:0"
  std::optional<std::vector<Value>> list() const;   // their keys: key[0], key[1], …

  bool is_word(std::string_view word) const;  // a scalar of just that word, quoted or not
  bool is_empty() const;                      // null, [] or {}

  // What a parse function of the model reads; its reason becomes the remedy.
  template <class T>
  std::optional<T> parsed(core::Result<T> (*parse)(std::string_view),
                          std::string_view expected) const {
    auto written = text(expected);
    if (!written) return std::nullopt;
    auto result = parse(*written);
    if (result.ok()) return std::move(result).value();
    error(std::string(expected), result.error().reason);
    return std::nullopt;
  }

 private:
  bool is_plain_scalar(std::string_view expected) const;

  const YamlNode* node_;
  std::string key_;
  ReadContext* context_;
};

}  // namespace hawser::config
