// SPDX-License-Identifier: Apache-2.0
// Log: events as one JSON object (or one text line) each. A LogSink is the output, shared by all
// threads; a Log is one thread's way to it and gathers the lines of a turn into one write.
//   LogLine(log, Level::info, "request").text("app", app).number("status", 200);
// Owner: main owns the sink, each Worker its Log. Thread: LogSink any, Log and LogLine one.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <concepts>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "core/fd.h"
#include "core/loop.h"
#include "core/result.h"
#include "core/text_buffer.h"

namespace hawser::core {

enum class Level : uint8_t { debug, info, warn, error, off };
enum class LogFormat : uint8_t { json, text };

// "debug", "info", "warn", "error", "off".
Result<Level> parse_level(std::string_view name);
std::string_view level_name(Level level);

class LogSink {
 public:
  // Writes to `fd`, which stays the caller's (2 for standard error).
  explicit LogSink(int fd = 2);
  // Appends to the file at `path`, made with mode 0640 where it is missing.
  static Result<std::unique_ptr<LogSink>> open_file(std::string path);

  // Opens the file anew, after a rotation. Does nothing for a descriptor.
  Result<void> reopen();
  void set_level(Level level) { level_.store(level, std::memory_order_relaxed); }
  Level level() const { return level_.load(std::memory_order_relaxed); }
  void set_format(LogFormat format) { format_.store(format, std::memory_order_relaxed); }
  LogFormat format() const { return format_.load(std::memory_order_relaxed); }

  struct Taken {
    size_t bytes = 0;         // of `lines`, always whole ones
    uint64_t lost_lines = 0;  // of those: the output failed
  };
  // Takes whole lines as far as the output does without blocking. What an output takes only a part
  // of is finished before anything else is written, whoever comes next.
  Taken write_lines(std::string_view lines);
  uint64_t dropped_lines() const { return dropped_lines_.load(std::memory_order_relaxed); }
  void count_dropped() { dropped_lines_.fetch_add(1, std::memory_order_relaxed); }

 private:
  void classify();
  ssize_t put(std::string_view bytes) const;
  uint64_t lose(std::string_view lines);
  void tell_once(int code);

  std::mutex mutex_;
  Fd file_;
  int fd_;
  std::string path_;
  std::string tail_;       // of a line of which the output has taken the beginning
  bool failing_ = false;   // since the last line that was taken
  bool may_block_ = true;  // a pipe, socket or terminal: written in small pieces, when it has room
  std::atomic<Level> level_{Level::info};
  std::atomic<LogFormat> format_{LogFormat::json};
  std::atomic<uint64_t> dropped_lines_{0};
};

class Log : private Flushable {
 public:
  // Each line is written at once.
  explicit Log(LogSink& sink);
  // The lines of a turn are written together at its end, and those of a busy time once in 100 ms:
  // at once what is a warning or worse, and whatever comes with it. While the output is blocked at
  // most 256 KiB are kept; what comes on top is dropped and counted.
  Log(LogSink& sink, Loop& loop);
  ~Log() override;

  bool enabled(Level level) const { return level >= sink_.level() && level != Level::off; }
  LogSink& sink() { return sink_; }
  void write_out();
  size_t held_bytes() const { return lines_.capacity(); }

 private:
  friend class LogLine;
  void flush() override { write_out(); }
  void line_done(size_t begin, bool urgent);
  int64_t wall_ms() const;
  char* put_time(char* at);

  LogSink& sink_;
  Loop* loop_ = nullptr;
  TextBuffer lines_;
  uint64_t dropped_here_ = 0;  // not told yet
  uint64_t telling_ = 0;       // told by a line that waits in lines_
  bool line_open_ = false;
  bool blocked_ = false;  // the output took only a part
  uint64_t counting_since_ms_ = 0;
  size_t counted_ = 0;  // lines since then
  Deadline due_;
  int64_t stamp_second_ = -1;
  char stamp_[20] = {};  // "2026-08-01T12:00:00" of stamp_second_
};

// A line that ends with its scope; one at a time. Costs a comparison where its level is off.
class LogLine {
 public:
  LogLine(Log& log, Level level, std::string_view event);
  ~LogLine();
  LogLine(const LogLine&) = delete;
  LogLine& operator=(const LogLine&) = delete;

  // Keys are constants of ours; values may be anything: they are escaped, and bytes that are not
  // UTF-8 become U+FFFD.
  LogLine& text(std::string_view key, std::string_view value);
  // Omits the field when `value` is empty.
  LogLine& text_if(std::string_view key, std::string_view value);
  template <std::integral T>
  LogLine& number(std::string_view key, T value) {
    if constexpr (std::signed_integral<T>) {
      return integer(key, static_cast<int64_t>(value));
    } else {
      return natural(key, static_cast<uint64_t>(value));
    }
  }
  LogLine& number(std::string_view key, double value);
  LogLine& boolean(std::string_view key, bool value);

 private:
  LogLine& integer(std::string_view key, int64_t value);
  LogLine& natural(std::string_view key, uint64_t value);
  char* put_key(char* at, std::string_view key) const;
  template <class Write>
  LogLine& value(std::string_view key, size_t room_bytes, Write write);

  Log* log_;  // null: the level is off
  size_t begin_ = 0;
  bool json_ = true;
  bool urgent_;
};

// How much of the beginning stands in a JSON string as it is: ASCII that needs no escape.
size_t json_plain_run(std::string_view value);

// JSON's string escapes without the quotes; what is not UTF-8 becomes U+FFFD. At most `limit_bytes`
// of `value` are taken.
void append_json_escaped(std::string& out, std::string_view value, size_t limit_bytes = 8192);

}  // namespace hawser::core
