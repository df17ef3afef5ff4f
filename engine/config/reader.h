// SPDX-License-Identifier: Apache-2.0
// MapReader: takes the keys of one YAML map by name and type, and refuses what is left over. Each
// call leaves its target alone when the key is absent or wrong, so a target's initial value is the
// default. Every error goes into one list; reading goes on. Owner: the parse call. Thread: any.
#pragma once

#include <cstdint>
#include <functional>
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
};

// A value and the path of its key. Cheap to copy; the node outlives it.
class Value {
 public:
  Value(const YamlNode& node, std::string key, ReadContext& context)
      : node_(&node), key_(std::move(key)), context_(&context) {}

  const YamlNode& node() const { return *node_; }
  const std::string& key() const { return key_; }
  Location at() const { return node_->at; }
  ReadContext& context() const { return *context_; }

  void error(std::string expected, std::string remedy = {}) const;  // found: the value itself
  void error_found(std::string found, std::string expected, std::string remedy) const;

  // Each tells what it expected when the value is of another kind.
  std::optional<std::string> text(std::string_view expected = "text") const;
  std::optional<bool> flag() const;
  std::optional<uint64_t> count(uint64_t least, uint64_t most) const;
  std::optional<uint64_t> size_bytes(uint64_t least, uint64_t most) const;
  std::optional<uint64_t> duration_ms(uint64_t least, uint64_t most,
                                      bool may_be_off) const;  // off: 0
  std::optional<size_t> choice(std::span<const std::string_view> words) const;
  std::optional<std::string> path() const;          // absolute from here on
  std::optional<core::Address> ip_address() const;  // "[::]:8443", "127.0.0.1:0"
  std::optional<std::vector<Value>> list() const;   // keys as key[0], key[1]
  bool is_text(std::string_view word) const;        // a scalar of just that word
  bool is_empty() const;                            // null, [] or {}

  // Anything that a parse function of the model reads; its reason becomes `expected`.
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
  const YamlNode* node_;
  std::string key_;
  ReadContext* context_;
};

// A key that the design names and this version doesn't have.
struct PlannedKey {
  std::string_view key;        // within its map
  bool refused_when_set_only;  // [], {}, off, null and absence say the same and pass
};

class MapReader {
 public:
  // Not a map: an error, and no key is found. `planned` outlives the reader.
  explicit MapReader(const Value& map, std::span<const PlannedKey> planned = {});
  // Refuses the keys that nobody took: planned ones by name, others with the nearest right key.
  void finish();

  bool is_map() const { return map_.has_value(); }
  Location at() const { return at_; }
  bool has(std::string_view key) const;
  // The key's value; it counts as taken. A key without a value is an error and nothing.
  std::optional<Value> take(std::string_view key);
  // As take(), and an error where the key is missing; `remedy` shows how to write it.
  std::optional<Value> require(std::string_view key, std::string_view expected,
                               std::string_view remedy);
  // As take(), but a key without a value (or `null`) passes as absent.
  std::optional<Value> take_nullable(std::string_view key);

  void flag(std::string_view key, bool& target);
  void count(std::string_view key, uint64_t least, uint64_t most, uint64_t& target);
  void count_or_auto(std::string_view key, uint64_t least, uint64_t most,
                     std::optional<uint64_t>& target);
  void size_bytes(std::string_view key, uint64_t least, uint64_t most, uint64_t& target);

 private:
  std::optional<Value> map_;
  Location at_;
  std::string key_;
  ReadContext* context_;
  std::span<const PlannedKey> planned_;
  std::vector<std::string_view> taken_;
};

// At most `limit_bytes` of a file, or an error without a line.
core::Result<std::string, ConfigError> read_file(const std::string& path, size_t limit_bytes);

std::string absolute_path(const std::string& folder, const std::string& path);
std::string folder_of(const std::string& path);

}  // namespace hawser::config
