// SPDX-License-Identifier: Apache-2.0
#include "access/page_words.h"

#include <algorithm>
#include <cmath>

#include "message/characters.h"

namespace hawser::access {
namespace {

struct Entry {
  std::string_view key;
  std::string_view english;
};
constexpr Entry entries[] = {
#define HAWSER_PAGE_TEXT(name, key, english) {key, english},
    HAWSER_PAGE_TEXTS(HAWSER_PAGE_TEXT)
#undef HAWSER_PAGE_TEXT
#define HAWSER_FAULT_TEXTS(name, title, advice) \
  {"sign_in." #name ".title", title}, {"sign_in." #name ".advice", advice},
        HAWSER_SIGN_IN_FAULTS(HAWSER_FAULT_TEXTS)
#undef HAWSER_FAULT_TEXTS
#define HAWSER_ERROR_TEXT(number, name, status, blame, title) {"error." #name, title},
            HAWSER_EXCHANGE_ERRORS(HAWSER_ERROR_TEXT)
#undef HAWSER_ERROR_TEXT
};
constexpr size_t text_count = std::size(entries);

constexpr std::string_view own_frame =
    R"(<!DOCTYPE html>
<html lang="{{language}}" dir="{{direction}}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{{title}}</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; max-width: 36em; margin: 12vh auto 2em; padding: 0 1.25em; color: #1c1e21; background: #fff; overflow-wrap: anywhere; }
h1 { font-size: 1.5em; line-height: 1.25; margin: 0 0 .6em; }
p { margin: 0 0 1.2em; }
.facts { padding: .9em 1.1em; background: #f4f5f7; border-radius: .5em; font-size: .875em; line-height: 1.8; }
.facts p { margin: 0 0 .3em; }
code { font-family: ui-monospace, monospace; }
a { color: #0b57d0; }
button, .next { display: inline-block; font: inherit; padding: .5em 1.1em; border: 0; border-radius: .4em; color: #fff; background: #0b57d0; text-decoration: none; cursor: pointer; }
@media (prefers-color-scheme: dark) {
  body { color: #e6e6e6; background: #17191c; }
  .facts { background: #24272b; }
  a { color: #8ab4f8; }
  button, .next { color: #10131a; background: #8ab4f8; }
}
</style>
{{head}}
</head>
<body>
<main>
{{content}}
</main>
</body>
</html>
)";

std::shared_ptr<const std::string> frame_of(const model::PageTemplate& made) {
  return std::make_shared<const std::string>(made.frame.empty() ? std::string(own_frame)
                                                                : made.frame);
}

// Whether `tag` is `range`, or begins with it at a hyphen, whatever the case.
bool matches(std::string_view tag, std::string_view range) {
  if (tag.size() < range.size() || range.empty()) return false;
  if (tag.size() > range.size() && tag[range.size()] != '-') return false;
  return message::equals_ignoring_case(tag.substr(0, range.size()), range);
}

struct Range {
  std::string_view tag;
  int quality = 1000;  // thousandths
};

// "de-AT;q=0.8"; a quality that is none counts as 1.
Range range_of(std::string_view element) {
  const size_t semicolon = element.find(';');
  Range range{message::trim_blanks(element.substr(0, semicolon))};
  const size_t at = semicolon == std::string_view::npos ? semicolon : element.find("q=", semicolon);
  if (at == std::string_view::npos) return range;
  int quality = 0;
  int unit = 1000;
  for (const char c : element.substr(at + 2)) {
    if (c == '.') continue;
    if (c < '0' || c > '9' || unit == 0) break;
    quality += (c - '0') * unit;
    unit /= 10;
  }
  range.quality = std::min(quality, 1000);
  return range;
}

}  // namespace

std::string_view key_of(Text text) { return entries[static_cast<size_t>(text)].key; }
std::string_view english_of(Text text) { return entries[static_cast<size_t>(text)].english; }

std::optional<Text> find_text(std::string_view key) {
  for (size_t i = 0; i < text_count; ++i)
    if (entries[i].key == key) return static_cast<Text>(i);
  return std::nullopt;
}

const std::vector<std::string_view>& text_keys() {
  static const std::vector<std::string_view> keys = [] {
    std::vector<std::string_view> all;
    for (const Entry& entry : entries) all.push_back(entry.key);
    return all;
  }();
  return keys;
}

std::string default_template() {
  std::string text =
      "# The pages that people read. Name this file by `pages:` in engine.yaml, and leave out of "
      "it "
      "what is to stay\n# as it is. Browsers choose a language by Accept-Language.\ndefault: en\n"
      "frame: |\n";
  std::string_view rest = own_frame;
  while (!rest.empty()) {
    const size_t end = rest.find('\n') + 1;
    text += "  " + std::string(rest.substr(0, end));
    rest.remove_prefix(end);
  }
  text += "languages:\n  en:\n";
  for (const Entry& entry : entries) {
    // None of ours has what a double-quoted scalar would have to escape.
    text += "    " + std::string(entry.key) + ": \"" + std::string(entry.english) + "\"\n";
  }
  return text;
}

Text title_text(SignInFault fault) {
  const auto first = static_cast<size_t>(Text::fault_title_login_unknown);
  return static_cast<Text>(first + 2 * static_cast<size_t>(fault));
}
Text advice_text(SignInFault fault) {
  return static_cast<Text>(static_cast<size_t>(title_text(fault)) + 1);
}

Text title_text(message::ErrorCode code) {
  switch (code) {
#define HAWSER_ERROR_TEXT(number, name, status, blame, title) \
  case message::ErrorCode::name:                              \
    return Text::error_##name;
    HAWSER_EXCHANGE_ERRORS(HAWSER_ERROR_TEXT)
#undef HAWSER_ERROR_TEXT
    case message::ErrorCode::none:
      break;
  }
  return Text::error_internal;
}

Text advice_text(message::Blame blame) {
  switch (blame) {
    case message::Blame::client:
      return Text::blame_client;
    case message::Blame::engine:
      return Text::blame_engine;
    case message::Blame::connector:
      return Text::blame_connector;
    case message::Blame::origin:
      break;
  }
  return Text::blame_origin;
}

PageWords::PageWords(std::shared_ptr<const std::string> frame, const model::PageLanguage& language)
    : frame_(std::move(frame)), language_(language.tag) {
  texts_.reserve(text_count);
  for (const Entry& entry : entries) {
    const auto own = language.texts.find(entry.key);
    texts_.emplace_back(own == language.texts.end() ? entry.english : own->second);
  }
}

const PageWords& PageWords::english() {
  static const PageWords words(frame_of({}), {"en", {}});
  return words;
}

Pages::Pages(const model::PageTemplate& made) {
  const auto frame = frame_of(made);
  bool has_english = false;
  for (const model::PageLanguage& language : made.languages) {
    languages_.emplace_back(frame, language);
    has_english = has_english || matches(language.tag, "en");
  }
  if (!has_english) languages_.emplace_back(frame, model::PageLanguage{"en", {}});
  const std::string wanted = made.default_language.empty() ? "en" : made.default_language;
  const auto first = std::find_if(languages_.begin(), languages_.end(), [&](const auto& words) {
    return matches(words.language(), wanted);
  });
  if (first != languages_.end()) std::rotate(languages_.begin(), first, first + 1);
}

const PageWords& Pages::words_for(std::string_view accept_language) const {
  const PageWords* best = &languages_.front();
  int best_quality = 0;
  while (!accept_language.empty()) {
    const Range range = range_of(message::Fields::next_element(accept_language));
    if (range.quality <= best_quality) continue;
    std::string_view tag = range.tag;
    while (!tag.empty()) {
      const auto found = std::find_if(languages_.begin(), languages_.end(), [&](const auto& words) {
        return matches(words.language(), tag);
      });
      if (found != languages_.end()) {
        best = &*found;
        best_quality = range.quality;
        break;
      }
      const size_t hyphen = tag.rfind('-');
      tag = hyphen == std::string_view::npos ? std::string_view() : tag.substr(0, hyphen);
    }
  }
  return *best;
}

const PageWords& Pages::words_for(const message::Fields& fields) const {
  return words_for(fields.get("Accept-Language").value_or(""));
}

}  // namespace hawser::access
