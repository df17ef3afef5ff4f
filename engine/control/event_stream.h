// SPDX-License-Identifier: Apache-2.0
// EventStream: the events that somebody asked for, one JSON object a line, read from the store as
// fast as they are taken: whoever reads slowly costs nothing but a place in the line. With `follow`
// it goes on as events come. Owner: the connection that sends it. Thread: the control thread alone.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "control/event_journal.h"
#include "http/body_stream.h"

namespace hawser::control {

// Those that meet all of these; what is empty is met by every event.
struct EventFilter {
  std::string kind;
  std::string app;
  std::string user;
  std::string request_id;
  int64_t since_ms = 0;
};

struct EventWish {
  EventFilter filter;
  uint64_t after = 0;  // the sequence number that was read last
  uint64_t limit = 0;  // of lines; 0: none
  bool follow = false;
};

class EventStream final : public http::BodyStream {
 public:
  // Null where the journal has too many readers already. The journal outlives it.
  static std::shared_ptr<EventStream> open(EventJournal& journal, const EventWish& wish);

  Next read(std::string& out) override;
  void set_wake(std::function<void()> wake) override { wake_ = std::move(wake); }

 private:
  EventStream(EventJournal& journal, const EventWish& wish);
  bool take(const EventChain::Record& record, std::string& out);

  EventJournal& journal_;
  EventWish wish_;
  uint64_t at_;
  uint64_t end_;  // what comes behind it is only for who follows
  uint64_t written_ = 0;
  std::unique_ptr<EventJournal::Reader> reader_;
  std::function<void()> wake_;
};

}  // namespace hawser::control
