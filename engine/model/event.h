// SPDX-License-Identifier: Apache-2.0
// Event: something that an auditor wants to find again: a sign-in, a denial, a step-up, a logout, a
// revocation, what an administrator did. An ordinary allowed request is none. schema/events.md has
// the form in which they are kept. Owner: whoever holds it. Thread: any.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace hawser::model {

// X(name)
#define HAWSER_EVENT_KINDS(X)                                      \
  X(signed_in)                                                     \
  X(sign_in_failed)                                                \
  X(stepped_up)  /* asked to sign in again, more strongly */       \
  X(denied)      /* by a rule, or because none allowed it */       \
  X(signed_out)  /* by the person, or by the provider */           \
  X(revoked)     /* a session, by an administrator or a recheck */ \
  X(form_parked) /* and released, or lost: `reason` tells */       \
  X(administered)

enum class EventKind : uint8_t {
#define HAWSER_EVENT_KIND(name) name,
  HAWSER_EVENT_KINDS(HAWSER_EVENT_KIND)
#undef HAWSER_EVENT_KIND
};
inline constexpr EventKind event_kinds[] = {
#define HAWSER_EVENT_KIND(name) EventKind::name,
    HAWSER_EVENT_KINDS(HAWSER_EVENT_KIND)
#undef HAWSER_EVENT_KIND
};
std::string_view name_of(EventKind kind);

// What is empty is not known, or not of this kind of event. Never a secret.
struct Event {
  EventKind kind = EventKind::denied;
  int64_t time_ms = 0;  // since 1970-01-01 UTC; of events that are alike, the last one's
  std::string request_id;
  std::string app;
  std::string provider;
  std::string user;
  std::string session;  // hex
  std::string client_ip;
  std::string acr;  // of the sign-in
  std::vector<std::string> amr;
  std::string host;  // what was asked for
  std::string method;
  std::string path;  // without query
  std::string rule;
  std::string reason;     // one name, as the log has it; of an administrator's act, which one
  std::string detail;     // in words
  std::string actor;      // who administered: a user's name; empty: the engine itself
  std::string actor_uid;  // of the system
  std::string object;     // what was administered: a token's or a connector's id
  bool failed = false;    // an act that was refused
  uint64_t count = 1;     // of events that are alike
  int64_t first_ms = 0;   // of those, the first; 0: there is but one
  uint64_t dropped = 0;   // events that were lost before this one
};

// Thread: its caller's.
class EventSink {
 public:
  virtual ~EventSink() = default;
  virtual void on_event(Event event) = 0;
};

}  // namespace hawser::model
