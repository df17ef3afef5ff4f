// SPDX-License-Identifier: Apache-2.0
#include "access/decision_ring.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "tls/digest.h"

namespace hawser::access {
namespace {

constexpr size_t request_id_bytes = 36;
constexpr uint8_t no_verdict = 0xff;
constexpr size_t amr_limit = 16;
constexpr size_t usual_bytes = 384;  // of a decision and its end: one allocation for them

// What has one size, before the texts.
struct Fixed {
  char request_id[request_id_bytes];
  uint16_t status;
  uint8_t verdict;
  uint8_t signed_in;
  uint8_t ended;
  int64_t time_ms;
  int64_t signed_in_s;
  uint64_t app_revision;
  uint32_t total_ms;
};

void put(std::string& packed, std::string_view text,
         size_t limit_bytes = DecisionRing::text_limit_bytes) {
  const auto size = static_cast<uint16_t>(std::min(text.size(), limit_bytes));
  const char length[2] = {static_cast<char>(size & 0xff), static_cast<char>(size >> 8)};
  packed.append(length, sizeof length);
  packed.append(text.data(), size);
}

std::string_view take(std::string_view& rest) {
  if (rest.size() < 2) return {};
  const size_t size = static_cast<uint8_t>(rest[0]) + static_cast<uint8_t>(rest[1]) * size_t{256};
  const std::string_view text = rest.substr(2, size);
  rest.remove_prefix(std::min(rest.size(), 2 + size));
  return text;
}

bool is_of(std::string_view packed, std::string_view request_id) {
  return packed.size() >= sizeof(Fixed) && packed.substr(0, request_id_bytes) == request_id;
}

Fixed fixed_of(const DecisionRing::Decided& decided) {
  Fixed fixed{};
  std::memcpy(fixed.request_id, decided.request_id.data(),
              std::min(decided.request_id.size(), request_id_bytes));
  fixed.verdict = decided.verdict ? static_cast<uint8_t>(*decided.verdict) : no_verdict;
  fixed.signed_in = decided.signed_in ? 1 : 0;
  fixed.time_ms = decided.time_ms;
  fixed.signed_in_s = decided.signed_in_s;
  fixed.app_revision = decided.app_revision;
  return fixed;
}

}  // namespace

DecisionRing::Place DecisionRing::add(const Decided& decided) {
  const size_t which = decided.verdict == Verdict::allow ? 0 : 1;
  Ring& ring = rings_[which];
  const size_t index = ring.next;
  ring.next = (ring.next + 1) % kept;
  if (index >= ring.slots.size()) ring.slots.emplace_back();
  std::string& slot = ring.slots[index];
  slot.clear();  // keeps its room
  if (slot.capacity() < usual_bytes) slot.reserve(usual_bytes);
  const Fixed fixed = fixed_of(decided);
  slot.append(reinterpret_cast<const char*>(&fixed), sizeof fixed);
  put(slot, decided.marks, PersonMarks::limit / 8);
  for (const std::string_view text :
       {decided.app, decided.rule, decided.user, decided.session, decided.acr, decided.client_ip,
        decided.country, decided.host, decided.method})
    put(slot, text);
  put(slot, decided.path, path_limit_bytes);
  const size_t methods = std::min(decided.amr.size(), amr_limit);
  slot.push_back(static_cast<char>(methods));
  for (size_t i = 0; i < methods; ++i) put(slot, decided.amr[i]);
  last_ = index * 2 + which + 1;
  return last_;
}

const std::string* DecisionRing::at(Place place) const {
  if (place == 0) return nullptr;
  const Ring& ring = rings_[(place - 1) % 2];
  const size_t index = (place - 1) / 2;
  return index < ring.slots.size() ? &ring.slots[index] : nullptr;
}

DecisionRing::Place DecisionRing::last_of(std::string_view request_id) const {
  const std::string* slot = at(last_);
  return slot != nullptr && is_of(*slot, request_id) ? last_ : 0;
}

void DecisionRing::end(Place place, std::string_view request_id, const Ended& ended) {
  const std::string* slot = at(place);
  if (slot == nullptr || !is_of(*slot, request_id)) return;
  std::string& packed = rings_[(place - 1) % 2].slots[(place - 1) / 2];
  Fixed fixed;
  std::memcpy(&fixed, packed.data(), sizeof fixed);
  if (fixed.ended != 0) return;
  fixed.ended = 1;
  fixed.status = ended.status;
  fixed.total_ms = ended.total_ms;
  std::memcpy(packed.data(), &fixed, sizeof fixed);
  for (const std::string_view text :
       {ended.answer, ended.error, ended.ended_by, ended.reason, ended.connector})
    put(packed, text);
}

DecisionRing::Remembered DecisionRing::read(std::string_view packed) {
  Fixed fixed;
  std::memcpy(&fixed, packed.data(), sizeof fixed);
  std::string_view rest = packed.substr(sizeof fixed);
  Remembered told;
  model::RequestStory& story = told.story;
  story.request_id = packed.substr(0, request_id_bytes);
  story.time_ms = fixed.time_ms;
  story.signed_in = fixed.signed_in != 0;
  story.signed_in_s = fixed.signed_in_s;
  told.app_revision = fixed.app_revision;
  if (fixed.verdict != no_verdict) story.verdict = to_string(static_cast<Verdict>(fixed.verdict));
  told.marks = take(rest);
  story.app = take(rest);
  story.rule = take(rest);
  story.user = take(rest);
  story.session = tls::hex(take(rest));
  story.acr = take(rest);
  story.client_ip = take(rest);
  story.country = take(rest);
  story.host = take(rest);
  story.method = take(rest);
  story.path = take(rest);
  size_t methods = rest.empty() ? 0 : static_cast<uint8_t>(rest[0]);
  rest.remove_prefix(std::min<size_t>(rest.size(), 1));
  for (; methods > 0; --methods) story.amr.emplace_back(take(rest));
  story.ended = fixed.ended != 0;
  if (!story.ended) return told;
  story.status = fixed.status;
  story.total_ms = fixed.total_ms;
  story.answer = take(rest);
  story.error = take(rest);
  story.ended_by = take(rest);
  story.reason = take(rest);
  story.connector = take(rest);
  return told;
}

std::vector<DecisionRing::Remembered> DecisionRing::find(std::string_view request_id) const {
  std::vector<Remembered> found;
  for (const Ring& ring : rings_) {
    for (const std::string& slot : ring.slots)
      if (is_of(slot, request_id)) found.push_back(read(slot));
  }
  return found;
}

size_t DecisionRing::held_bytes() const {
  size_t bytes = 0;
  for (const Ring& ring : rings_) {
    bytes += ring.slots.capacity() * sizeof(std::string);
    for (const std::string& slot : ring.slots) bytes += slot.capacity();
  }
  return bytes;
}

}  // namespace hawser::access
