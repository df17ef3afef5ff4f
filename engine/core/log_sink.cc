// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

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
  file_ = std::move(file);
  fd_ = file_.get();
  classify();
  return {};
}

void LogSink::classify() {
  struct stat found {};
  may_block_ = fstat(fd_, &found) != 0 || !S_ISREG(found.st_mode);
}

size_t LogSink::write_lines(std::string_view lines) {
  const std::lock_guard lock(mutex_);
  size_t done = 0;
  while (done < lines.size()) {
    if (may_block_ && !has_room(fd_)) break;
    const std::string_view rest = lines.substr(done);
    const std::string_view piece = may_block_ ? whole_lines(rest, piece_bytes) : rest;
    const ssize_t n = ::write(fd_, piece.data(), piece.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) break;
    // An output that fails (a full disk, a reader that went away) must not stop the service.
    if (n < 0) {
      for (const char c : piece)
        if (c == '\n') count_dropped();
    }
    done += n < 0 ? piece.size() : static_cast<size_t>(n);
  }
  return done;
}

}  // namespace hawser::core
