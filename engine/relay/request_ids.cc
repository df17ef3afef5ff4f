// SPDX-License-Identifier: Apache-2.0
#include "relay/request_ids.h"

#include <cstring>

#include "model/ids.h"

namespace hawser::relay {

namespace {

void write_hex(std::span<const uint8_t> bytes, char* text) {
  static constexpr char digits[] = "0123456789abcdef";
  for (const uint8_t byte : bytes) {
    *text++ = digits[byte >> 4];
    *text++ = digits[byte & 15];
  }
}

}  // namespace

void RequestIds::take(std::span<uint8_t> out) {
  if (random_.size() - used_ < out.size()) {
    loop_.fill_random(random_);
    used_ = 0;
  }
  std::memcpy(out.data(), random_.data() + used_, out.size());
  used_ += out.size();
}

void RequestIds::next_request_id(std::string& into) {
  std::array<uint8_t, 10> random;
  take(random);
  into.clear();
  model::uuid_v7(static_cast<uint64_t>(loop_.wall_ms()), random).append_to(into);
}

std::string RequestIds::next_request_id() {
  std::string id;
  next_request_id(id);
  return id;
}

std::array<char, 16> RequestIds::next_span_id_hex() {
  std::array<uint8_t, 8> random;
  take(random);
  random[0] |= 1;  // a span id of zeros is not one
  std::array<char, 16> text;
  write_hex(random, text.data());
  return text;
}

std::string RequestIds::next_ticket() {
  std::array<uint8_t, 16> random;
  take(random);
  std::string text(2 * random.size(), '0');
  write_hex(random, text.data());
  return text;
}

uint64_t RequestIds::next_session() {
  std::array<uint8_t, 8> random;
  take(random);
  uint64_t session = 0;
  std::memcpy(&session, random.data(), sizeof session);
  return session | 1;
}

}  // namespace hawser::relay
