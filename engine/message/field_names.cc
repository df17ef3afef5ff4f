// SPDX-License-Identifier: Apache-2.0
#include "message/field_names.h"

#include <array>

#include "message/characters.h"

namespace hawser::message {

namespace {

constexpr std::string_view texts[] = {"",
#define HAWSER_FIELD_NAME_TEXT(id, text) text,
                                      HAWSER_FIELD_NAMES(HAWSER_FIELD_NAME_TEXT)
#undef HAWSER_FIELD_NAME_TEXT
};
constexpr size_t name_count = static_cast<size_t>(FieldName::count);
static_assert(std::size(texts) == name_count);

constexpr size_t slot_count = 512;

constexpr size_t slot_of(std::string_view text) {
  const auto first = static_cast<uint8_t>(to_lower(text.front()));
  const auto last = static_cast<uint8_t>(to_lower(text.back()));
  const auto middle = static_cast<uint8_t>(to_lower(text[text.size() / 2]));
  return (text.size() * 67 + first * 31u + last * 7u + middle * 131u) % slot_count;
}

// Open addressing: a name stands in its slot or in one of the next that are taken.
constexpr std::array<uint8_t, slot_count> make_slots() {
  std::array<uint8_t, slot_count> slots{};
  for (size_t i = 1; i < name_count; ++i) {
    size_t at = slot_of(texts[i]);
    while (slots[at] != 0) at = (at + 1) % slot_count;
    slots[at] = static_cast<uint8_t>(i);
  }
  return slots;
}
constexpr std::array<uint8_t, slot_count> slots = make_slots();

}  // namespace

FieldName find_field_name(std::string_view text) {
  if (text.empty()) return FieldName::other;
  for (size_t at = slot_of(text); slots[at] != 0; at = (at + 1) % slot_count)
    if (equals_ignoring_case(texts[slots[at]], text)) return static_cast<FieldName>(slots[at]);
  return FieldName::other;
}

std::string_view text_of(FieldName name) {
  const auto index = static_cast<size_t>(name);
  return index < name_count ? texts[index] : std::string_view{};
}

}  // namespace hawser::message
