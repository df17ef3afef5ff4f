// SPDX-License-Identifier: Apache-2.0
#include "control/event_stream.h"

#include <algorithm>
#include <utility>

#include "control/event_json.h"

namespace hawser::control {
namespace {

constexpr size_t records_a_read = 64;  // at a time, so that nothing else waits for long

bool meets(const EventFilter& filter, const EventLine& line) {
  const auto same = [](const std::string& wanted, const std::string& found) {
    return wanted.empty() || wanted == found;
  };
  return line.time_ms >= filter.since_ms && same(filter.kind, line.kind) &&
         same(filter.app, line.app) && same(filter.user, line.user) &&
         same(filter.request_id, line.request_id);
}

}  // namespace

EventStream::EventStream(EventJournal& journal, const EventWish& wish)
    : journal_(journal), wish_(wish), at_(wish.after), end_(journal.chain().last()) {
  if (wish.filter.since_ms == 0) return;
  // None was written before it happened.
  if (const auto before = journal.chain().find(wish.filter.since_ms); before.ok())
    at_ = std::max(at_, *before);
}

std::shared_ptr<EventStream> EventStream::open(EventJournal& journal, const EventWish& wish) {
  std::shared_ptr<EventStream> stream(new EventStream(journal, wish));
  if (!wish.follow) return stream;
  stream->reader_ = journal.read_on([self = stream.get()] {
    if (self->wake_) self->wake_();
  });
  return stream->reader_ == nullptr ? nullptr : stream;
}

bool EventStream::take(const EventChain::Record& record, std::string& out) {
  at_ = record.sequence;
  const auto line = read_event_line(record.line);
  if (!line.ok() || !meets(wish_.filter, *line)) return true;
  out += record.line;
  out += '\n';
  return ++written_ != wish_.limit;
}

http::BodyStream::Next EventStream::read(std::string& out) {
  const auto records = journal_.chain().read(at_, records_a_read);
  if (!records.ok()) return Next::end;
  for (const EventChain::Record& record : *records) {
    if (!wish_.follow && record.sequence > end_) return Next::end;
    if (!take(record, out)) return Next::end;
  }
  if (records->size() == records_a_read) return Next::more;
  return wish_.follow ? Next::nothing : Next::end;
}

}  // namespace hawser::control
