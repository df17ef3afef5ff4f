// SPDX-License-Identifier: Apache-2.0
#include "relay/request_ids.h"

#include <cstring>

#include "model/ids.h"

namespace hawser::relay {

namespace {

std::string hex_of(std::span<const uint8_t> bytes) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const uint8_t byte : bytes) {
    text += digits[byte >> 4];
    text += digits[byte & 15];
  }
  return text;
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

std::string RequestIds::next_request_id() {
  std::array<uint8_t, 10> random;
  take(random);
  return model::uuid_v7(static_cast<uint64_t>(loop_.wall_ms()), random).to_string();
}

std::string RequestIds::next_span_id_hex() {
  std::array<uint8_t, 8> random;
  take(random);
  random[0] |= 1;  // a span id of zeros is not one
  return hex_of(random);
}

std::string RequestIds::next_ticket() {
  std::array<uint8_t, 16> random;
  take(random);
  return hex_of(random);
}

uint64_t RequestIds::next_session() {
  std::array<uint8_t, 8> random;
  take(random);
  uint64_t session = 0;
  std::memcpy(&session, random.data(), sizeof session);
  return session | 1;
}

}  // namespace hawser::relay
