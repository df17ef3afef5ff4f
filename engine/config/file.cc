// SPDX-License-Identifier: Apache-2.0
#include "config/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>

#include "core/fd.h"

namespace hawser::config {
namespace {

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

core::Error system_error(int code) { return {std::strerror(code), -code}; }

}  // namespace

core::Result<std::string> read_file(const std::string& path, size_t limit_bytes) {
  // Not blocking: a pipe that nobody writes to must not hold up the program.
  core::Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd) return system_error(errno);
  struct stat found {};
  if (::fstat(fd.get(), &found) != 0) return system_error(errno);
  if (S_ISDIR(found.st_mode)) return system_error(EISDIR);
  if (!S_ISREG(found.st_mode)) return core::Error{"no regular file"};
  const std::unique_ptr<std::FILE, CloseFile> file(::fdopen(fd.get(), "r"));
  if (!file) return system_error(errno);
  (void)fd.release();
  std::string text;
  char piece[16 * 1024];
  while (text.size() <= limit_bytes) {
    const size_t count = std::fread(piece, 1, sizeof piece, file.get());
    if (count == 0) break;
    text.append(piece, count);
  }
  if (std::ferror(file.get()) != 0) return system_error(errno);
  if (text.size() > limit_bytes) return core::Error{"the file is too large"};
  return text;
}

std::string absolute_path(const std::string& folder, const std::string& path) {
  return (std::filesystem::path(folder) / path).lexically_normal().string();
}

std::string folder_of(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::absolute(path, ignored).lexically_normal().parent_path().string();
}

}  // namespace hawser::config
