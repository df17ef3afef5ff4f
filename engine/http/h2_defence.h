// SPDX-License-Identifier: Apache-2.0
// H2Defence: counts what a peer does on one HTTP/2 connection that costs it little and us much, and
// tells when it is too much. Owner: the H2Session or H2ClientSession. Thread: the loop's own.
#pragma once

#include <cstdint>
#include <string_view>

#include "http/h2_limits.h"

namespace hawser::http {

// X(name, what the log says): why a connection was ended with GOAWAY before its time.
#define HAWSER_H2_CUTS(X)                                                                       \
  X(rapid_reset, "too many streams were reset before they were answered")                       \
  X(stream_errors, "too many streams had to be reset for the client's faults")                  \
  X(settings_flood, "too many SETTINGS")                                                        \
  X(ping_flood, "too many PINGs")                                                               \
  X(empty_frame_flood, "too many frames without content")                                       \
  X(window_update_flood, "too many WINDOW_UPDATEs")                                             \
  X(other_frame_flood, "too many frames without effect")                                        \
  X(continuation_flood, "too many CONTINUATIONs of one header section")                         \
  X(header_list_bomb, "a header section unfolds to many times what is allowed")                 \
  X(unread_answers, "the client reads none of the answers to its frames")                       \
  X(early_data_flood, "more content than any window allowed")                                   \
  X(settings_timeout, "the client did not begin, or did not acknowledge our SETTINGS, in time") \
  X(head_timeout, "a header section took too long")                                             \
  X(protocol_error, "the client broke the rules of HTTP/2")

enum class H2Cut : uint8_t {
#define HAWSER_H2_CUT_ENUM(name, words) name,
  HAWSER_H2_CUTS(HAWSER_H2_CUT_ENUM)
#undef HAWSER_H2_CUT_ENUM
};
std::string_view name_of(H2Cut cut);
std::string_view words_of(H2Cut cut);

// `limit` in 10 s, refilled evenly.
class RateBucket {
 public:
  [[nodiscard]] bool take(uint32_t limit, uint64_t now_ms);

 private:
  uint64_t filled_ms_ = 0;
  uint64_t spent_ = 0;  // in units of which one event takes 10,000
};

class H2Defence {
 public:
  explicit H2Defence(const H2Limits& limits) : limits_(limits) {}

  // False: too much.
  [[nodiscard]] bool on_reset(uint64_t now_ms) { return resets_.take(limits_.resets, now_ms); }
  [[nodiscard]] bool on_error(uint64_t now_ms) { return errors_.take(limits_.errors, now_ms); }
  [[nodiscard]] bool on_settings(uint64_t now_ms) {
    return settings_.take(limits_.settings, now_ms);
  }
  [[nodiscard]] bool on_ping(uint64_t now_ms) { return pings_.take(limits_.pings, now_ms); }
  [[nodiscard]] bool on_empty_frame(uint64_t now_ms) {
    return empty_frames_.take(limits_.empty_frames, now_ms);
  }
  [[nodiscard]] bool on_other_frame(uint64_t now_ms) {
    return other_frames_.take(limits_.other_frames, now_ms);
  }
  [[nodiscard]] bool on_window_update(uint64_t now_ms);
  // Of one header section.
  void on_head_begin() { continuations_ = 0; }
  [[nodiscard]] bool on_continuation() { return ++continuations_ <= limits_.continuations; }

  // What we sent justifies WINDOW_UPDATEs.
  void on_data_sent() { earned_window_updates_ += window_updates_per_data_frame; }

  const H2Limits& limits() const { return limits_; }

 private:
  static constexpr uint64_t window_updates_per_data_frame = 4;

  H2Limits limits_;
  RateBucket resets_;
  RateBucket errors_;
  RateBucket settings_;
  RateBucket pings_;
  RateBucket empty_frames_;
  RateBucket other_frames_;
  RateBucket window_updates_;
  uint64_t earned_window_updates_ = 0;
  uint32_t continuations_ = 0;
};

}  // namespace hawser::http
