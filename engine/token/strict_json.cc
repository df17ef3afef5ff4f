// SPDX-License-Identifier: Apache-2.0
#include "token/strict_json.h"

#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace hawser::token {
namespace {

using nlohmann::json;

// Goes over the text once, before it is kept, and notes what this house refuses.
class Names {
 public:
  bool operator()(int depth, json::parse_event_t event, const json& value) {
    if (fault_ != nullptr) return false;  // what follows is left out, which bounds what is kept
    if (depth >= json_depth_limit) fault_ = "nested too deep";
    switch (event) {
      case json::parse_event_t::object_start:
        seen_.emplace_back();
        break;
      case json::parse_event_t::object_end:
        seen_.pop_back();
        break;
      case json::parse_event_t::key:
        if (!seen_.back().insert(value.get_ref<const std::string&>()).second)
          fault_ = "a name stands twice in one object";
        break;
      default:
        break;
    }
    return fault_ == nullptr;
  }
  const char* fault() const { return fault_; }

 private:
  std::vector<std::set<std::string>> seen_;
  const char* fault_ = nullptr;
};

}  // namespace

core::Result<json> parse_strict_object(std::string_view text, size_t limit_bytes) {
  if (text.size() > limit_bytes) return core::Error{"longer than its limit"};
  Names names;
  json parsed = json::parse(
      text,
      [&names](int depth, json::parse_event_t event, const json& value) {
        return names(depth, event, value);
      },
      false);
  if (names.fault() != nullptr) return core::Error{names.fault()};
  if (parsed.is_discarded()) return core::Error{"not JSON"};
  if (!parsed.is_object()) return core::Error{"not a JSON object"};
  return parsed;
}

}  // namespace hawser::token
