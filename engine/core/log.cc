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

template <class Number>
void append_number(std::string& out, Number value) {
  char digits[32];
  const auto end = std::to_chars(digits, digits + sizeof(digits), value).ptr;
  out.append(digits, end);
}

// Thousandths, such as milliseconds that are known to the microsecond, without what a general
// number costs.
bool append_thousandths(std::string& out, double value) {
  constexpr double limit = 1e12;
  if (!(value >= 0 && value < limit)) return false;
  const auto thousandths = static_cast<uint64_t>(value * 1000 + 0.5);
  if (static_cast<double>(thousandths) / 1000 != value) return false;
  append_number(out, thousandths / 1000);
  const auto rest = static_cast<unsigned>(thousandths % 1000);
  if (rest == 0) return true;
  const char digits[4] = {'.', static_cast<char>('0' + rest / 100),
                          static_cast<char>('0' + rest / 10 % 10),
                          static_cast<char>('0' + rest % 10)};
  out.append(digits, rest % 10 != 0 ? 4 : rest % 100 != 0 ? 3 : 2);
  return true;
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
  lines_.reserve(usual_kept_bytes);
}

Log::~Log() {
  write_out();
  for (const char c : lines_)
    if (c == '\n') sink_.count_dropped();
}

int64_t Log::wall_ms() const {
  return loop_ != nullptr ? loop_->wall_ms() : SystemClock::instance().wall_ms();
}

// RFC 3339, UTC, milliseconds. The part down to the second is made once a second.
void Log::append_time() {
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
  lines_.append(stamp_).append(fraction, sizeof(fraction));
}

void Log::line_done(size_t begin, bool urgent) {
  if (lines_.size() > kept_limit_bytes) {
    lines_.resize(begin);
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
  const LogSink::Taken taken = sink_.write_lines(lines_);
  lines_.erase(0, taken.bytes);
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
  std::string& out = log_->lines_;
  if (json_) {
    out.append("{\"time\":\"");
    log_->append_time();
    out.append("\",\"level\":\"").append(level_name(level));
    out.append("\",\"event\":\"").append(event).push_back('"');
  } else {
    log_->append_time();
    out.append(" ").append(level_name(level)).append(" ").append(event);
  }
}

LogLine::~LogLine() {
  if (log_ == nullptr) return;
  log_->line_open_ = false;
  log_->lines_.append(json_ ? "}\n" : "\n");
  log_->line_done(begin_, urgent_);
}

void LogLine::key(std::string_view key) {
  std::string& out = log_->lines_;
  if (json_) {
    out.append(",\"").append(key).append("\":");
  } else {
    out.append(" ").append(key).append("=");
  }
}

LogLine& LogLine::text(std::string_view name, std::string_view value) {
  if (log_ == nullptr) return *this;
  key(name);
  std::string& out = log_->lines_;
  out.push_back('"');
  append_json_escaped(out, value);
  out.push_back('"');
  return *this;
}

LogLine& LogLine::text_if(std::string_view name, std::string_view value) {
  return value.empty() ? *this : text(name, value);
}

LogLine& LogLine::integer(std::string_view name, int64_t value) {
  if (log_ == nullptr) return *this;
  key(name);
  append_number(log_->lines_, value);
  return *this;
}

LogLine& LogLine::natural(std::string_view name, uint64_t value) {
  if (log_ == nullptr) return *this;
  key(name);
  append_number(log_->lines_, value);
  return *this;
}

LogLine& LogLine::number(std::string_view name, double value) {
  if (log_ == nullptr) return *this;
  key(name);
  if (append_thousandths(log_->lines_, value)) return *this;
  if (std::isfinite(value)) {
    append_number(log_->lines_, value);
  } else {
    log_->lines_.append("null");
  }
  return *this;
}

LogLine& LogLine::boolean(std::string_view name, bool value) {
  if (log_ == nullptr) return *this;
  key(name);
  log_->lines_.append(value ? "true" : "false");
  return *this;
}

}  // namespace hawser::core
