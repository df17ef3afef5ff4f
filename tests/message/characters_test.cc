// SPDX-License-Identifier: Apache-2.0
#include "message/characters.h"

#include <gtest/gtest.h>

#include <string>

namespace hawser::message {
namespace {

// RFC 9110 5.5: VCHAR, obs-text, SP and HTAB.
bool may_stand_in_a_value(unsigned octet) {
  return octet == '\t' || (octet >= 0x20 && octet != 0x7f);
}

TEST(Characters, AValueEndsAtItsFirstControlCharacterWhereverThatStands) {
  for (unsigned octet = 0; octet < 256; ++octet) {
    for (size_t size = 1; size <= 20; ++size) {
      for (size_t at = 0; at < size; ++at) {
        std::string text(size, 'v');
        text[at] = static_cast<char>(octet);
        EXPECT_EQ(span_of(field_value_char, text), may_stand_in_a_value(octet) ? size : at)
            << octet << " at " << at << " of " << size;
      }
    }
  }
}

TEST(Characters, OctetsThatAreBeyondDoubtHideNoneThatIsNot) {
  for (unsigned before = 0; before < 256; ++before) {
    if (!may_stand_in_a_value(before)) continue;
    for (const char bad : {'\0', '\r', '\n', '\x1f', '\x7f'}) {
      std::string text(16, static_cast<char>(before));
      text[11] = bad;
      EXPECT_EQ(span_of(field_value_char, text), 11u) << before;
    }
  }
}

}  // namespace
}  // namespace hawser::message
