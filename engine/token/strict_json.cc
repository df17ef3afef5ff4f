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

// Goes over the text before anything is kept of it, and notes what this house refuses. (The
// library's parser with a callback looks through all siblings at the end of each value: with it the
// time grows as the square of the text.)
class Rules final : public nlohmann::json_sax<json> {
 public:
  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool start_object(size_t) override {
    names_.emplace_back();
    return deeper();
  }
  bool key(string_t& name) override {
    return names_.back().insert(std::move(name)).second ||
           refuse("a name stands twice in one object");
  }
  bool end_object() override {
    names_.pop_back();
    --depth_;
    return true;
  }
  bool start_array(size_t) override { return deeper(); }
  bool end_array() override {
    --depth_;
    return true;
  }
  bool parse_error(size_t, const std::string&, const nlohmann::detail::exception&) override {
    return refuse("not JSON");
  }

  const char* fault() const { return fault_; }

 private:
  bool deeper() { return ++depth_ <= json_depth_limit || refuse("nested too deep"); }
  bool refuse(const char* why) {
    fault_ = why;
    return false;
  }

  std::vector<std::set<std::string>> names_;  // of the objects that are open
  int depth_ = 0;
  const char* fault_ = nullptr;
};

}  // namespace

core::Result<json> parse_strict_object(std::string_view text, size_t limit_bytes) {
  if (text.size() > limit_bytes) return core::Error{"longer than its limit"};
  Rules rules;
  if (!json::sax_parse(text, &rules)) return core::Error{rules.fault()};
  json parsed = json::parse(text, nullptr, false);
  if (!parsed.is_object()) return core::Error{"not a JSON object"};
  return parsed;
}

}  // namespace hawser::token
