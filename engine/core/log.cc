// SPDX-License-Identifier: Apache-2.0
#include "core/log.h"

#include <ctime>

#include <charconv>
#include <cmath>

#include "core/clock.h"

namespace hawser::core {

namespace {

constexpr size_t kept_limit_bytes = 256 * 1024;
constexpr uint64_t retry_after_ms = 50;
constexpr uint64_t gather_ms = 100;
constexpr size_t busy_from_lines = 16;  // in that time
constexpr size_t gathered_limit_bytes = 16 * 1024;
constexpr size_t usual_kept_bytes = 2 * gathered_limit_bytes;

constexpr std::string_view level_names[] = {"debug", "info", "warn", "error", "off"};

constexpr size_t number_limit_bytes = 32;

template <class Number>
char* put_number(char* at, Number value) {
  return std::to_chars(at, at + number_limit_bytes, value).ptr;
}

// Thousandths, such as milliseconds that are known to the microsecond, without what a general
// number costs. Null where it is none of them.
char* put_thousandths(char* at, double value) {
  constexpr double limit = 1e12;
  if (!(value >= 0 && value < limit)) return nullptr;
  const auto thousandths = static_cast<uint64_t>(value * 1000 + 0.5);
  if (static_cast<double>(thousandths) / 1000 != value) return nullptr;
  at = put_number(at, thousandths / 1000);
  const auto rest = static_cast<unsigned>(thousandths % 1000);
  if (rest == 0) return at;
  *at++ = '.';
  *at++ = static_cast<char>('0' + rest / 100);
  if (rest % 100 == 0) return at;
  *at++ = static_cast<char>('0' + rest / 10 % 10);
  if (rest % 10 != 0) *at++ = static_cast<char>('0' + rest % 10);
  return at;
}

}  // namespace

Result<Level> parse_level(std::string_view name) {
  for (size_t i = 0; i < std::size(level_names); ++i)
    if (level_names[i] == name) return static_cast<Level>(i);
  return Error{"expected debug, info, warn, error or off, found \"" + std::string(name) + "\"", 0};
}

std::string_view level_name(Level level) { return level_names[static_cast<size_t>(level)]; }

// --- Log

Log::Log(LogSink& sink) : sink_(sink), due_([this] { write_out(); }) {}

Log::Log(LogSink& sink, Loop& loop) : sink_(sink), loop_(&loop), due_([this] { write_out(); }) {
  lines_.room(usual_kept_bytes);
}

Log::~Log() {
  write_out();
  for (const char c : lines_.text())
    if (c == '\n') sink_.count_dropped();
}

int64_t Log::wall_ms() const {
  return loop_ != nullptr ? loop_->wall_ms() : SystemClock::instance().wall_ms();
}

// RFC 3339, UTC, milliseconds. The part down to the second is made once a second.
char* Log::put_time(char* at) {
  const int64_t now = wall_ms();
  const int64_t second = now / 1000;
  if (second != stamp_second_) {
    stamp_second_ = second;
    const auto when = static_cast<std::time_t>(second);
    std::tm parts{};
    gmtime_r(&when, &parts);
    std::strftime(stamp_, sizeof(stamp_), "%Y-%m-%dT%H:%M:%S", &parts);
  }
  const auto ms = static_cast<int>(now % 1000);
  const char fraction[] = {'.', static_cast<char>('0' + ms / 100),
                           static_cast<char>('0' + ms / 10 % 10), static_cast<char>('0' + ms % 10),
                           'Z'};
  return put(put(at, stamp_), {fraction, sizeof(fraction)});
}

void Log::line_done(size_t begin, bool urgent) {
  if (lines_.size() > kept_limit_bytes) {
    lines_.cut_to(begin);
    ++dropped_here_;
    sink_.count_dropped();
  }
  if (loop_ == nullptr) return write_out();
  if (blocked_) return;  // due_ tries again
  const uint64_t now_ms = loop_->now_ms();
  if (now_ms - counting_since_ms_ >= gather_ms) {
    counting_since_ms_ = now_ms;
    counted_ = 0;
  }
  if (urgent || ++counted_ <= busy_from_lines || lines_.size() >= gathered_limit_bytes)
    return loop_->request_flush(*this);
  if (!due_.armed()) due_.arm(loop_->timers(), gather_ms);
}

void Log::write_out() {
  if (lines_.empty()) return;
  const LogSink::Taken taken = sink_.write_lines(lines_.text());
  lines_.remove_front(taken.bytes);
  dropped_here_ += taken.lost_lines;
  if (taken.lost_lines > 0 && telling_ > 0)
    dropped_here_ += telling_ - 1;  // that line was lost too
  blocked_ = !lines_.empty();
  if (loop_ != nullptr) {
    due_.disarm();
    if (blocked_) due_.arm(loop_->timers(), retry_after_ms);
  }
  if (blocked_) return;
  telling_ = 0;
  if (dropped_here_ == 0 || taken.lost_lines > 0) return;  // told once there is room again
  telling_ = std::exchange(dropped_here_, 0);
  LogLine(*this, Level::warn, "log_lines_dropped").number("lines", telling_);
}

// --- LogLine

LogLine::LogLine(Log& log, Level level, std::string_view event)
    : log_(log.enabled(level) ? &log : nullptr), urgent_(level >= Level::warn) {
  if (log_ == nullptr) return;
  HAWSER_ASSERT(!log_->line_open_);
  log_->line_open_ = true;
  begin_ = log_->lines_.size();
  json_ = log_->sink_.format() == LogFormat::json;
  constexpr size_t beginning_limit_bytes = 100;
  char* at = log_->lines_.room(beginning_limit_bytes + event.size());
  if (json_) {
    at = log_->put_time(put(at, "{\"time\":\""));
    at = put(put(at, "\",\"level\":\""), level_name(level));
    at = put(put(put(at, "\",\"event\":\""), event), "\"");
  } else {
    at = put(put(log_->put_time(at), " "), level_name(level));
    at = put(put(at, " "), event);
  }
  log_->lines_.added(at);
}

LogLine::~LogLine() {
  if (log_ == nullptr) return;
  log_->line_open_ = false;
  log_->lines_.append(json_ ? "}\n" : "\n");
  log_->line_done(begin_, urgent_);
}

char* LogLine::put_key(char* at, std::string_view key) const {
  if (json_) return put(put(put(at, ",\""), key), "\":");
  return put(put(put(at, " "), key), "=");
}

// `write` gets where the value goes and gives the place behind it.
template <class Write>
LogLine& LogLine::value(std::string_view key, size_t room_bytes, Write write) {
  if (log_ == nullptr) return *this;
  constexpr size_t around_a_key_bytes = 4;
  char* const at = log_->lines_.room(around_a_key_bytes + key.size() + room_bytes);
  log_->lines_.added(write(put_key(at, key)));
  return *this;
}

LogLine& LogLine::text(std::string_view key, std::string_view text) {
  if (log_ == nullptr) return *this;
  constexpr size_t plain_limit_bytes = 1024;
  std::string escaped;  // stays empty, as a rule
  if (text.size() > plain_limit_bytes || json_plain_run(text) != text.size()) {
    append_json_escaped(escaped, text);
    text = escaped;
  }
  return value(key, text.size() + 2, [&](char* at) {
    *at++ = '"';
    at = put(at, text);
    *at++ = '"';
    return at;
  });
}

LogLine& LogLine::text_if(std::string_view key, std::string_view value) {
  return value.empty() ? *this : text(key, value);
}

LogLine& LogLine::integer(std::string_view key, int64_t number) {
  return value(key, number_limit_bytes, [&](char* at) { return put_number(at, number); });
}

LogLine& LogLine::natural(std::string_view key, uint64_t number) {
  return value(key, number_limit_bytes, [&](char* at) { return put_number(at, number); });
}

LogLine& LogLine::number(std::string_view key, double number) {
  return value(key, number_limit_bytes, [&](char* at) {
    if (char* const end = put_thousandths(at, number)) return end;
    return std::isfinite(number) ? put_number(at, number) : put(at, "null");
  });
}

LogLine& LogLine::boolean(std::string_view key, bool truth) {
  const std::string_view word = truth ? "true" : "false";
  return value(key, word.size(), [&](char* at) { return put(at, word); });
}

}  // namespace hawser::core
