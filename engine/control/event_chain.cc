// SPDX-License-Identifier: Apache-2.0
#include "control/event_chain.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "control/event_json.h"
#include "tls/digest.h"

namespace hawser::control {
namespace {

constexpr size_t sequence_digits = 20;
constexpr size_t page = 256;

std::string padded(uint64_t sequence) {
  const std::string digits = std::to_string(sequence);
  return std::string(sequence_digits - digits.size(), '0') + digits;
}

// 0: no number.
uint64_t sequence_in(std::string_view key) {
  uint64_t sequence = 0;
  const std::string_view digits = key.substr(key.size() - std::min(key.size(), sequence_digits));
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), sequence);
  return read.ec == std::errc() && read.ptr == digits.data() + digits.size() ? sequence : 0;
}

// What is removed is looked at once more: a checkpoint must not hide that something was wrong.
bool follows(const EventMark& before, uint64_t sequence, const core::Result<EventLine>& line) {
  return line.ok() && sequence == before.sequence + 1 && line->sequence == sequence &&
         line->previous_sha256_hex == before.sha256_hex;
}

}  // namespace

const std::string no_event_sha256(64, '0');

EventChain::EventChain(Store& store, std::string engine_id, std::string version, EventSeal seal)
    : store_(store),
      engine_id_(std::move(engine_id)),
      version_(std::move(version)),
      seal_(std::move(seal)),
      prefix_("events/" + engine_id_ + "/") {
  head_.sha256_hex = no_event_sha256;
  begin_.sha256_hex = no_event_sha256;
}

core::Result<std::unique_ptr<EventChain>> EventChain::open(Store& store,
                                                           const std::string& engine_id,
                                                           const std::string& version) {
  auto seal = EventSeal::open(store, engine_id);
  if (!seal.ok()) return seal.error();
  std::unique_ptr<EventChain> chain(
      new EventChain(store, engine_id, version, std::move(seal).value()));
  if (auto read = chain->read_ends(); !read) return read.error();
  return chain;
}

std::string EventChain::key_of(uint64_t sequence) const { return prefix_ + padded(sequence); }

StoreResult<EventChain::Marks> EventChain::marks() const {
  Marks marks;
  const auto read = [&](const char* what, std::optional<EventMark>& mark,
                        std::string& fault) -> StoreResult<void> {
    const auto entry = store_.get("event-" + std::string(what) + "/" + engine_id_);
    if (!entry.ok()) return entry.error();
    if (!entry->has_value()) return {};
    auto found = seal_.read(what, (*entry)->value);
    if (found.ok()) mark = std::move(*found);
    if (!found.ok()) fault = found.error().reason;
    return {};
  };
  if (auto head = read("head", marks.head, marks.head_fault); !head) return head.error();
  auto begin = read("checkpoint", marks.checkpoint, marks.checkpoint_fault);
  if (!begin) return begin.error();
  return marks;
}

// Whatever is wrong with the ends, events go on being kept: what is there stays as it is, and
// verification will tell.
core::Result<void> EventChain::read_ends() {
  const auto found = marks();
  if (!found.ok()) return core::Error{found.error().reason};
  const auto head = store_.get("event-head/" + engine_id_);
  const auto begin = store_.get("event-checkpoint/" + engine_id_);
  if (!head.ok() || !begin.ok()) return core::Error{"the event chain's ends cannot be read"};
  if (head->has_value()) head_revision_ = (*head)->revision;
  if (begin->has_value()) begin_revision_ = (*begin)->revision;
  if (found->checkpoint) begin_ = *found->checkpoint;
  if (!found->checkpoint_fault.empty())
    opening_fault_ = "the checkpoint: " + found->checkpoint_fault;
  if (found->head && found->head->sequence >= begin_.sequence) {
    head_ = *found->head;
    return {};
  }
  return find_last();
}

// Without a head that can be believed: the chain goes on behind the last event that is there.
core::Result<void> EventChain::find_last() {
  head_ = begin_;
  bool any = false;
  for (;;) {
    const auto records = read(head_.sequence, page);
    if (!records.ok()) return core::Error{records.error().reason};
    if (records->empty()) break;
    any = true;
    const Record& last = records->back();
    const auto line = read_event_line(last.line);
    head_ = {last.sequence, tls::sha256_hex(last.line), line.ok() ? line->logged_ms : 0};
  }
  head_.removed = 0;
  head_.first_break = 0;
  if (any || head_revision_ != 0) opening_fault_ = "the chain's head is missing or damaged";
  return {};
}

void EventChain::append(std::span<const model::Event> events, int64_t now_ms,
                        std::function<void(StoreResult<void>)> done) {
  EventMark head = head_;
  head.logged_ms = std::max(now_ms, head_.logged_ms);  // a clock that is set back reorders nothing
  std::vector<StoreWrite> writes;
  for (const model::Event& event : events) {
    ++head.sequence;
    std::string line =
        event_line(event, {engine_id_, version_, head.sequence, head.logged_ms, head.sha256_hex});
    head.sha256_hex = tls::sha256_hex(line);
    writes.push_back({key_of(head.sequence), std::move(line), 0, no_lease});
  }
  auto mark = seal_.write("head", head);
  if (!mark.ok()) return done(StoreError{StoreFault::failed, mark.error().reason});
  writes.push_back({"event-head/" + engine_id_, std::move(*mark), head_revision_, no_lease});
  store_.commit(std::move(writes),
                [this, head, done = std::move(done)](const StoreResult<uint64_t>& saved) {
                  if (!saved.ok()) return done(saved.error());
                  head_ = head;
                  head_revision_ = *saved;
                  done({});
                });
}

void EventChain::prune(int64_t before_ms, uint64_t most,
                       std::function<void(StoreResult<uint64_t>)> done) {
  const uint64_t surplus = size() > most ? size() - most : 0;
  const auto oldest = read(begin_.sequence, prune_limit);
  if (!oldest.ok()) return done(oldest.error());
  EventMark begin = begin_;
  std::vector<StoreWrite> writes;
  for (const Record& record : *oldest) {
    const auto line = read_event_line(record.line);
    const bool old = line.ok() && line->logged_ms < before_ms;
    // The last one stays: what follows it is to be held against something.
    if ((!old && writes.size() >= surplus) || record.sequence >= head_.sequence) break;
    if (begin.first_break == 0 && !follows(begin, record.sequence, line))
      begin.first_break = begin.sequence + 1;
    begin.sequence = record.sequence;
    begin.sha256_hex = tls::sha256_hex(record.line);
    begin.logged_ms = line.ok() ? line->logged_ms : begin.logged_ms;
    ++begin.removed;
    writes.push_back({key_of(record.sequence), std::nullopt, record.revision, no_lease});
  }
  if (writes.empty()) return done(uint64_t{0});
  auto mark = seal_.write("checkpoint", begin);
  if (!mark.ok()) return done(StoreError{StoreFault::failed, mark.error().reason});
  const uint64_t gone = writes.size();
  writes.push_back({"event-checkpoint/" + engine_id_, std::move(*mark), begin_revision_, no_lease});
  store_.commit(std::move(writes),
                [this, begin, gone, done = std::move(done)](const StoreResult<uint64_t>& saved) {
                  if (!saved.ok()) return done(saved.error());
                  begin_ = begin;
                  begin_revision_ = *saved;
                  done(gone);
                });
}

StoreResult<std::vector<EventChain::Record>> EventChain::read(uint64_t after, size_t limit) const {
  auto entries = store_.list_page(prefix_, key_of(after), limit);
  if (!entries.ok()) return entries.error();
  std::vector<Record> records;
  for (StoreEntry& entry : *entries)
    records.push_back({sequence_in(entry.key), std::move(entry.value), entry.revision});
  return records;
}

StoreResult<std::optional<int64_t>> EventChain::logged_at(uint64_t sequence) const {
  const auto record = read(sequence - 1, 1);
  if (!record.ok()) return record.error();
  if (record->empty()) return std::optional<int64_t>();
  const auto line = read_event_line(record->front().line);
  return line.ok() ? std::optional<int64_t>(line->logged_ms) : std::optional<int64_t>();
}

// Sequence numbers have no gaps unless somebody made one, and then too the times rise.
StoreResult<uint64_t> EventChain::find(int64_t logged_ms) const {
  uint64_t before = begin_.sequence;  // known to be written earlier
  uint64_t behind = head_.sequence + 1;
  while (before + 1 < behind) {
    const uint64_t middle = before + (behind - before) / 2;
    const auto at = logged_at(middle);
    if (!at.ok()) return at.error();
    if (*at && **at < logged_ms) {
      before = middle;
    } else {
      behind = middle;
    }
  }
  return before;
}

}  // namespace hawser::control
