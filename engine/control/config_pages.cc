// SPDX-License-Identifier: Apache-2.0
#include "control/config_pages.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "config/file.h"
#include "config/map_reader.h"

namespace hawser::control {
namespace {

using config::MapReader;
using config::Value;

constexpr size_t file_limit_bytes = size_t{512} * 1024;
constexpr size_t frame_limit_bytes = size_t{64} * 1024;
constexpr size_t text_limit_bytes = 2000;
constexpr size_t language_limit = 50;
constexpr std::string_view slots[] = {model::page_head_slot, model::page_content_slot,
                                      model::page_language_slot, model::page_direction_slot,
                                      model::page_title_slot};

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// A language and its subtags (RFC 5646), by their form.
bool is_language_tag(std::string_view tag) {
  size_t part = 0;
  bool first = true;
  for (const char c : tag) {
    if (c == '-') {
      if (part == 0) return false;
      part = 0;
      first = false;
    } else if (!(is_letter(c) || (!first && c >= '0' && c <= '9')) || ++part > 8) {
      return false;
    }
  }
  return part != 0 && tag.size() >= 2 && tag.size() <= 35;
}

size_t count(std::string_view text, std::string_view part) {
  size_t n = 0;
  for (size_t at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1)) ++n;
  return n;
}

bool places_are_known(const Value& value, const std::string& frame) {
  for (size_t at = frame.find("{{"); at != std::string::npos; at = frame.find("{{", at + 2)) {
    const std::string_view rest = std::string_view(frame).substr(at);
    if (std::any_of(std::begin(slots), std::end(slots),
                    [&](std::string_view slot) { return rest.starts_with(slot); }))
      continue;
    value.error_found(
        fmt::format(
            "\"{}\" in line {} of the frame", rest.substr(0, std::min<size_t>(20, rest.find('\n'))),
            1 + std::count(frame.begin(), frame.begin() + static_cast<ptrdiff_t>(at), '\n')),
        fmt::format("one of {}", fmt::join(slots, ", ")), "write one of these, or no \"{{\"");
    return false;
  }
  return true;
}

void read_frame(const Value& value, std::string& target) {
  constexpr std::string_view expected =
      "the HTML around a page, with {{head}} and then {{content}}";
  const auto frame = value.text(expected);
  if (!frame) return;
  if (frame->size() > frame_limit_bytes)
    return value.error_found(fmt::format("{} bytes", frame->size()), "at most 64 KiB",
                             "leave out images: every page carries all of it");
  if (!places_are_known(value, *frame)) return;
  const bool each_once = count(*frame, model::page_head_slot) == 1 &&
                         count(*frame, model::page_content_slot) == 1 &&
                         frame->find(model::page_head_slot) < frame->find(model::page_content_slot);
  if (!each_once)
    return value.error_found("a frame without them, or with more than one of each",
                             std::string(expected),
                             "`hawser-engine pages` prints the one that is built in");
  target = *frame;
}

void read_page_texts(const Value& value, std::span<const std::string_view> known,
                     model::PageLanguage& target) {
  MapReader map(value);
  if (!map.is_map()) return;
  std::vector<std::string_view> keys(known.begin(), known.end());
  if (known.empty())
    for (const config::YamlEntry& entry : value.node().entries) keys.push_back(entry.key);
  for (const std::string_view key : keys) {
    const auto written = map.take(key);
    if (!written) continue;
    auto text = written->text("a text");
    if (!text) continue;
    if (text->size() > text_limit_bytes) {
      written->error_found(fmt::format("{} bytes", text->size()), "at most 2000 bytes", "");
    } else {
      target.texts.emplace(key, std::move(*text));
    }
  }
  map.finish();
}

void read_languages(const Value& value, std::span<const std::string_view> texts,
                    std::vector<model::PageLanguage>& target) {
  const MapReader map(value);
  if (!map.is_map()) return;
  const auto& entries = value.node().entries;
  if (entries.size() > language_limit) return value.error("at most 50 languages");
  for (const config::YamlEntry& entry : entries) {
    const Value item(entry.value, fmt::format("{}.{}", value.key(), entry.key), value.context());
    if (!is_language_tag(entry.key)) {
      item.error_found(fmt::format("the language \"{}\"", entry.key),
                       "a tag as browsers send it, as de or pt-BR", "");
      continue;
    }
    model::PageLanguage language;
    language.tag = entry.key;
    read_page_texts(item, texts, language);
    target.push_back(std::move(language));
  }
}

void read_default(const Value& value, model::PageTemplate& target) {
  const auto written = value.text("a language of the file, or en");
  if (!written) return;
  const bool there = *written == "en" ||
                     std::any_of(target.languages.begin(), target.languages.end(),
                                 [&](const auto& language) { return language.tag == *written; });
  if (!there) return value.error("a language of the file, or en", "add it under `languages`");
  target.default_language = *written;
}

void read_template(const Value& root, std::span<const std::string_view> texts,
                   model::PageTemplate& target) {
  MapReader map(root);
  if (!map.is_map()) return;
  if (const auto frame = map.take_nullable("frame")) read_frame(*frame, target.frame);
  if (const auto languages = map.take_nullable("languages"))
    read_languages(*languages, texts, target.languages);
  if (const auto word = map.take_nullable("default")) read_default(*word, target);
  map.finish();
}

}  // namespace

void read_pages(const Value& value, std::span<const std::string_view> texts,
                model::PageTemplate& target) {
  const auto path = value.path();
  if (!path) return;
  const auto text = config::read_file(*path, file_limit_bytes);
  if (!text.ok())
    return value.error(
        "a readable file of pages, at most 512 KiB",
        fmt::format("{}: {}; `hawser-engine pages` prints one", *path, text.error().reason));
  config::ReadContext context{*path, config::folder_of(*path), {}, false};
  const auto root = config::parse_yaml(*text, *path, context.errors);
  model::PageTemplate read;
  if (root) read_template(Value(*root, "", context), texts, read);
  if (context.errors.empty()) {
    target = std::move(read);
  } else {
    auto& errors = value.context().errors;
    errors.insert(errors.end(), context.errors.begin(), context.errors.end());
  }
}

}  // namespace hawser::control
