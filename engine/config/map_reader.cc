// SPDX-License-Identifier: Apache-2.0
#include "config/map_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "config/nearest.h"

namespace hawser::config {

MapReader::MapReader(const Value& map, std::span<const PlannedKey> planned)
    : map_(map), planned_(planned) {
  if (!is_map())
    map_.error("a map of keys and values", "write `key: value` for each, or `{}` for none");
}

const YamlEntry* MapReader::find(std::string_view key) const {
  if (!is_map()) return nullptr;
  const auto& entries = map_.node().entries;
  const auto found = std::find_if(entries.begin(), entries.end(),
                                  [&](const YamlEntry& entry) { return entry.key == key; });
  return found == entries.end() ? nullptr : &*found;
}

const PlannedKey* MapReader::find_planned(std::string_view key) const {
  const auto found = std::find_if(planned_.begin(), planned_.end(),
                                  [&](const PlannedKey& planned) { return planned.key == key; });
  return found == planned_.end() ? nullptr : &*found;
}

std::string MapReader::path_of(std::string_view key) const {
  return map_.key().empty() ? std::string(key) : fmt::format("{}.{}", map_.key(), key);
}

void MapReader::error_at(const YamlEntry& entry, std::string found, std::string expected,
                         std::string remedy) {
  const YamlNode key{YamlNode::Kind::null, entry.at, {}, false, {}, {}};
  Value(key, path_of(entry.key), context())
      .error_found(std::move(found), std::move(expected), std::move(remedy));
}

std::optional<Value> MapReader::take_nullable(std::string_view key) {
  known_.emplace_back(key);
  const YamlEntry* entry = find(key);
  if (entry == nullptr || entry->value.kind == YamlNode::Kind::null) return std::nullopt;
  if (entry->value.kind == YamlNode::Kind::refused) return std::nullopt;
  return Value(entry->value, path_of(key), context());
}

std::optional<Value> MapReader::take(std::string_view key) {
  const YamlEntry* entry = find(key);
  if (entry != nullptr && entry->value.kind == YamlNode::Kind::null) {
    error_at(*entry, "nothing", "a value", "write one, or remove the key");
  }
  return take_nullable(key);
}

std::optional<Value> MapReader::require(std::string_view key, std::string_view expected,
                                        std::string_view example) {
  if (is_map() && !has(key)) error_missing(key, expected, example);
  return take(key);
}

void MapReader::error_missing(std::string_view key, std::string_view expected,
                              std::string_view example) {
  const YamlNode place{YamlNode::Kind::null, at(), {}, false, {}, {}};
  Value(place, path_of(key), context())
      .error_found("no such key", std::string(expected), fmt::format("add `{}`", example));
}

void MapReader::flag(std::string_view key, bool& target) {
  const auto value = take(key);
  if (!value) return;
  if (const auto flag = value->flag()) target = *flag;
}

void MapReader::count(std::string_view key, uint64_t least, uint64_t most, uint64_t& target) {
  const auto value = take(key);
  if (!value) return;
  if (const auto number = value->count(least, most)) target = *number;
}

void MapReader::count_or_auto(std::string_view key, uint64_t least, uint64_t most,
                              std::optional<uint64_t>& target) {
  const auto value = take(key);
  if (!value || value->is_word("auto")) return;
  const bool is_number = value->node().kind == YamlNode::Kind::scalar && !value->node().quoted &&
                         value->node().text.find_first_not_of("0123456789") == std::string::npos;
  if (!is_number) {
    value->error(fmt::format("auto, or a whole number from {} to {}", least, most),
                 "remove the key for `auto`");
  } else if (const auto number = value->count(least, most)) {
    target = *number;
  }
}

void MapReader::size_bytes(std::string_view key, uint64_t least, uint64_t most, uint64_t& target) {
  const auto value = take(key);
  if (!value) return;
  if (const auto size = value->size_bytes(least, most)) target = *size;
}

void MapReader::finish() {
  if (!is_map()) return;
  for (const YamlEntry& entry : map_.node().entries) {
    if (std::find(known_.begin(), known_.end(), entry.key) != known_.end()) continue;
    if (const PlannedKey* planned = find_planned(entry.key)) {
      refuse_planned(entry, *planned);
    } else {
      refuse_unknown(entry);
    }
  }
}

void MapReader::refuse_planned(const YamlEntry& entry, const PlannedKey& planned) {
  const Value value(entry.value, path_of(entry.key), context());
  const bool says_nothing = value.is_empty() || value.is_word("off");
  if (planned.refused == PlannedKey::Refused::if_set && says_nothing) return;
  if (!planned.belongs.empty()) {
    return error_at(entry, "a key that belongs elsewhere", "no such key here",
                    std::string(planned.belongs));
  }
  error_at(entry, "a key that is planned for later", "no such key yet",
           fmt::format("`{}` is {}: remove it", entry.key, not_available));
}

void MapReader::refuse_unknown(const YamlEntry& entry) {
  std::vector<std::string_view> right(known_.begin(), known_.end());
  for (const PlannedKey& planned : planned_) right.push_back(planned.key);
  const std::string_view near = nearest(entry.key, right);
  std::string remedy = near.empty() ? "remove it" : fmt::format("did you mean `{}`?", near);
  if (find_planned(near) != nullptr) remedy += fmt::format(" It is {}.", not_available);
  error_at(entry, "an unknown key", fmt::format("one of {}", fmt::join(known_, ", ")),
           std::move(remedy));
}

}  // namespace hawser::config
