// SPDX-License-Identifier: Apache-2.0
// PageTemplate: how the pages that people read look and what they say, as an operator's file has
// it. Owner: the configuration. Thread: any, immutable once there.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace hawser::model {

// What a frame has to have, each once and in this order.
inline constexpr std::string_view page_head_slot = "{{head}}";
inline constexpr std::string_view page_content_slot = "{{content}}";
// And what it may have, as often as it likes.
inline constexpr std::string_view page_language_slot = "{{language}}";
inline constexpr std::string_view page_direction_slot = "{{direction}}";
inline constexpr std::string_view page_title_slot = "{{title}}";

struct PageLanguage {
  std::string tag;  // "de", "pt-BR" (RFC 5646)
  std::map<std::string, std::string, std::less<>> texts;
  bool operator==(const PageLanguage&) const = default;
};

struct PageTemplate {
  std::string frame;             // "": the one that is built in
  std::string default_language;  // for who asks for none of these; "": English
  std::vector<PageLanguage> languages;
  bool operator==(const PageTemplate&) const = default;
};

}  // namespace hawser::model
