// SPDX-License-Identifier: Apache-2.0
// MapReader: takes the keys of one YAML map by name and type, and refuses what is left over. Each
// call leaves its target alone when the key is absent or wrong, so a target's initial value is the
// default. Owner: the parse call. Thread: any.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/value.h"

namespace hawser::config {

// A key that the design names and this version doesn't have, or that it has elsewhere alone.
struct PlannedKey {
  // if_set: null, off, [] and {} say the same as absence, and pass.
  enum class Refused { always, if_set };
  std::string_view key;
  Refused refused = Refused::always;
  std::string_view belongs = {};  // where the key is read instead, with the reason
};

class MapReader {
 public:
  // Where `map` is none: an error, and no key is found. `planned` outlives the reader.
  explicit MapReader(const Value& map, std::span<const PlannedKey> planned = {});

  // Refuses the keys that nobody took: planned ones by name, others with the nearest right key.
  // The keys that were asked for are the right ones, so every key is asked for before.
  void finish();

  bool is_map() const { return map_.node().kind == YamlNode::Kind::map; }
  Location at() const { return map_.at(); }
  ReadContext& context() const { return map_.context(); }
  bool has(std::string_view key) const { return find(key) != nullptr; }

  // The key's value. A key that has nothing behind it is an error and nothing.
  std::optional<Value> take(std::string_view key);
  // As take(), but `null` says the same as absence.
  std::optional<Value> take_nullable(std::string_view key);
  // As take(), and an error where the key is missing; `example` shows how to write it.
  std::optional<Value> require(std::string_view key, std::string_view expected,
                               std::string_view example);
  void error_missing(std::string_view key, std::string_view expected, std::string_view example);

  void flag(std::string_view key, bool& target);
  void count(std::string_view key, uint64_t least, uint64_t most, uint64_t& target);
  // `auto`: none.
  void count_or_auto(std::string_view key, uint64_t least, uint64_t most,
                     std::optional<uint64_t>& target);
  void size_bytes(std::string_view key, uint64_t least, uint64_t most, uint64_t& target);

 private:
  const YamlEntry* find(std::string_view key) const;
  const PlannedKey* find_planned(std::string_view key) const;
  std::string path_of(std::string_view key) const;
  void refuse_planned(const YamlEntry& entry, const PlannedKey& planned);
  void refuse_unknown(const YamlEntry& entry);
  void error_at(const YamlEntry& entry, std::string found, std::string expected,
                std::string remedy);

  Value map_;
  std::span<const PlannedKey> planned_;
  std::vector<std::string> known_;  // copies: a caller's key need not outlive its call
};

}  // namespace hawser::config
