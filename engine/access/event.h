// SPDX-License-Identifier: Apache-2.0
// Event: something that an auditor wants to find again: a sign-in, a denial, a step-up, a logout, a
// revocation, what an administrator did. An ordinary allowed request is none. Owner: whoever holds
// it. Thread: any.
#pragma once

#include <cstdint>
#include <string>

namespace hawser::access {

// X(name)
#define HAWSER_EVENT_KINDS(X)                                      \
  X(signed_in)                                                     \
  X(sign_in_failed)                                                \
  X(stepped_up)  /* asked to sign in again, more strongly */       \
  X(denied)      /* by a rule, or because none allowed it */       \
  X(signed_out)  /* by the person, or by the provider */           \
  X(revoked)     /* a session, by an administrator or a recheck */ \
  X(form_parked) /* and released, or lost */                       \
  X(administered)

enum class EventKind : uint8_t {
#define HAWSER_EVENT_KIND(name) name,
  HAWSER_EVENT_KINDS(HAWSER_EVENT_KIND)
#undef HAWSER_EVENT_KIND
};

// What is empty is not known, or not of this kind of event.
struct Event {
  EventKind kind = EventKind::denied;
  int64_t time_ms = 0;  // since 1970-01-01 UTC
  std::string request_id;
  std::string app;
  std::string provider;
  std::string user;
  std::string session;  // hex
  std::string client_ip;
  std::string rule;
  std::string reason;  // one name, as the log has it
  std::string detail;
  std::string actor;   // who administered
  uint64_t count = 1;  // of events that are alike
};

// Thread: its caller's.
class EventSink {
 public:
  virtual ~EventSink() = default;
  virtual void on_event(Event event) = 0;
};

}  // namespace hawser::access
