// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "core/log.h"

namespace hawser::core {

namespace {

// A pipe that poll() calls writable takes so much at once without blocking, and keeps it in one
// piece beside other writers.
constexpr size_t piece_bytes = 4096;

// As many whole lines as fit in `limit` bytes, at least one.
std::string_view whole_lines(std::string_view lines, size_t limit) {
  if (lines.size() <= limit) return lines;
  size_t end = lines.rfind('\n', limit - 1);
  if (end == std::string_view::npos) end = lines.find('\n');
  return lines.substr(0, end == std::string_view::npos ? lines.size() : end + 1);
}

bool has_room(int fd) {
  pollfd asked{fd, POLLOUT, 0};
  return ::poll(&asked, 1, 0) == 1 && (asked.revents & (POLLOUT | POLLERR)) != 0;
}

}  // namespace

LogSink::LogSink(int fd) : fd_(fd) { classify(); }

Result<std::unique_ptr<LogSink>> LogSink::open_file(std::string path) {
  auto sink = std::make_unique<LogSink>(-1);
  sink->path_ = std::move(path);
  if (Result<void> opened = sink->reopen(); !opened) return opened.error();
  return sink;
}

Result<void> LogSink::reopen() {
  const std::lock_guard lock(mutex_);
  if (path_.empty()) return {};
  Fd file(::open(path_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640));
  if (!file) return system_error("open the log file " + path_, errno);
  if (!tail_.empty()) lose(std::exchange(tail_, {}));  // its beginning is in the file before
  file_ = std::move(file);
  fd_ = file_.get();
  classify();
  return {};
}

void LogSink::classify() {
  struct stat found {};
  may_block_ = fstat(fd_, &found) != 0 || !S_ISREG(found.st_mode);
}

// What was taken; 0: it would block; less: it failed.
ssize_t LogSink::put(std::string_view bytes) const {
  if (may_block_ && !has_room(fd_)) return 0;
  ssize_t n = -1;
  do n = ::write(fd_, bytes.data(), bytes.size());
  while (n < 0 && errno == EINTR);
  return n < 0 && errno == EAGAIN ? 0 : n;
}

// To whoever watches standard error, where the log is elsewhere.
void LogSink::tell_once(int code) {
  if (std::exchange(failing_, true) || path_.empty() || !has_room(STDERR_FILENO)) return;
  const std::string text =
      "hawser: " + path_ + " can't be written, lines are lost: " + std::strerror(code) + "\n";
  [[maybe_unused]] const ssize_t n = ::write(STDERR_FILENO, text.data(), text.size());
}

uint64_t LogSink::lose(std::string_view lines) {
  const auto lost = static_cast<uint64_t>(std::count(lines.begin(), lines.end(), '\n'));
  dropped_lines_.fetch_add(lost, std::memory_order_relaxed);
  return lost;
}

// An output that fails (a full disk, a reader that went away) must not stop the service.
LogSink::Taken LogSink::write_lines(std::string_view lines) {
  const std::lock_guard lock(mutex_);
  Taken taken;
  while (!tail_.empty() || taken.bytes < lines.size()) {
    const bool finishing = !tail_.empty();
    const std::string_view rest = lines.substr(taken.bytes);
    const std::string_view piece = finishing    ? std::string_view(tail_)
                                   : may_block_ ? whole_lines(rest, piece_bytes)
                                                : rest;
    const ssize_t n = put(piece);
    if (n == 0) break;
    if (n < 0) {
      tell_once(errno);
      const std::string_view lost = finishing ? rest : piece;
      taken.lost_lines += lose(lost);
      taken.bytes += lost.size();
      if (finishing) break;
      continue;
    }
    failing_ = false;
    if (finishing) {
      tail_.erase(0, static_cast<size_t>(n));
      continue;
    }
    taken.bytes += static_cast<size_t>(n);
    if (lines[taken.bytes - 1] == '\n') continue;
    const size_t end = std::min(lines.find('\n', taken.bytes), lines.size() - 1) + 1;
    tail_ = lines.substr(taken.bytes, end - taken.bytes);
    taken.bytes = end;
  }
  return taken;
}

}  // namespace hawser::core
