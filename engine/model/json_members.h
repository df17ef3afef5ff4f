// SPDX-License-Identifier: Apache-2.0
// JsonMembers: reads the members of one JSON object by name and type. An absent member leaves the
// target alone, a member of the wrong type is the error, unknown members are ignored; nothing
// throws. Owner: the decoding function. Thread: any.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace hawser::model {

// A JSON object of at most `limit_bytes`.
core::Result<nlohmann::json> parse_json_object(std::string_view text, size_t limit_bytes);
// Never throws: bytes that aren't UTF-8 are replaced.
std::string write_json(const nlohmann::json& value);

class JsonMembers {
 public:
  explicit JsonMembers(const nlohmann::json& object);

  void read(const char* name, std::string& target);
  void read(const char* name, uint64_t& target);
  void read(const char* name, bool& target);
  void read(const char* name, std::vector<std::string>& target);
  // Null when absent or of another type.
  const nlohmann::json* list(const char* name);
  const nlohmann::json* object(const char* name);

  bool ok() const { return !error_; }
  // Only when not ok().
  core::Error error() const { return *error_; }
  void fail(std::string_view name, std::string_view expected);

 private:
  const nlohmann::json* find(const char* name) const;

  const nlohmann::json& object_;
  std::optional<core::Error> error_;
};

}  // namespace hawser::model
