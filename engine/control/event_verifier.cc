// SPDX-License-Identifier: Apache-2.0
#include "control/event_verifier.h"

#include <utility>

#include "control/event_json.h"
#include "tls/digest.h"

namespace hawser::control {
namespace {

constexpr size_t records_a_step = 200;  // some 5 ms

std::string span_of(uint64_t from, uint64_t to) {
  return from == to ? std::to_string(from) : std::to_string(from) + " to " + std::to_string(to);
}

}  // namespace

EventVerifier::EventVerifier(core::Loop& loop, const EventChain& chain)
    : loop_(loop), chain_(chain), next_([this] { step(); }) {}

void EventVerifier::start(Done done) {
  done_ = std::move(done);
  next_.arm(loop_.timers(), 0);
  report_ = {};
  head_ = {};
  at_ = 0;
  sha256_hex_ = no_event_sha256;
  report_.key_id = chain_.key_id();
}

void EventVerifier::break_at(uint64_t sequence, std::string what) {
  if (!report_.first_break) report_.first_break = EventBreak{sequence, std::move(what)};
}

void EventVerifier::finish(StoreResult<EventReport> result) {
  std::exchange(done_, nullptr)(std::move(result));
}

StoreResult<bool> EventVerifier::begin() {
  const auto marks = chain_.marks();
  if (!marks.ok()) return marks.error();
  if (marks->checkpoint) {
    report_.checkpoint = *marks->checkpoint;
    at_ = marks->checkpoint->sequence;
    sha256_hex_ = marks->checkpoint->sha256_hex;
    if (const uint64_t broken = marks->checkpoint->first_break; broken != 0)
      break_at(broken, "was not as it was written when its time was over and it was removed");
  }
  report_.first = at_ + 1;
  if (!marks->checkpoint_fault.empty())
    break_at(report_.first,
             "follows a checkpoint that cannot be believed: " + marks->checkpoint_fault);
  if (!marks->head_fault.empty())
    break_at(chain_.last(), "the chain's end cannot be believed: " + marks->head_fault);
  if (report_.first_break) return false;
  if (marks->head) {
    head_ = *marks->head;
  } else if (chain_.last() != 0) {
    break_at(chain_.last(), "the record of the chain's end is missing");
    return false;
  } else {
    head_.sha256_hex = no_event_sha256;
  }
  report_.last = head_.sequence;
  report_.head_sha256_hex = head_.sha256_hex;
  return true;
}

void EventVerifier::step() {
  auto more = report_.first == 0 ? begin() : look_at_some();
  if (!more.ok()) return finish(more.error());
  if (!*more) return finish(std::move(report_));
  next_.arm(loop_.timers(), 0);
}

StoreResult<bool> EventVerifier::look_at_some() {
  const auto records = chain_.read(at_, records_a_step);
  if (!records.ok()) return records.error();
  for (const EventChain::Record& record : *records) {
    if (record.sequence > head_.sequence) break;
    if (!look_at(record)) return false;
  }
  const bool over = records->empty() || records->back().sequence >= head_.sequence;
  return over ? look_at_end() : true;
}

bool EventVerifier::look_at(const EventChain::Record& record) {
  if (record.sequence != at_ + 1) {
    break_at(at_ + 1, "missing: " + span_of(at_ + 1, record.sequence - 1));
    return false;
  }
  const auto line = read_event_line(record.line);
  const bool readable = line.ok() && line->sequence == record.sequence;
  if (readable && line->previous_sha256_hex != sha256_hex_ && at_ + 1 != report_.first) {
    break_at(at_, "is not what the next one was written behind");
    --report_.count;
    return false;
  }
  if (!readable || line->previous_sha256_hex != sha256_hex_) {
    break_at(record.sequence,
             readable ? "does not follow the chain's beginning" : "is no event of this place");
    return false;
  }
  at_ = record.sequence;
  sha256_hex_ = tls::sha256_hex(record.line);
  ++report_.count;
  return true;
}

// Always false: the walk is over.
bool EventVerifier::look_at_end() {
  if (at_ < head_.sequence) {
    break_at(at_ + 1, "missing at the end: " + span_of(at_ + 1, head_.sequence));
  } else if (sha256_hex_ != head_.sha256_hex) {
    break_at(at_, "is not what the chain's end was signed for");
    if (report_.count > 0) --report_.count;
  }
  return false;
}

}  // namespace hawser::control
