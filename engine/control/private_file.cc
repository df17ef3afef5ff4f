// SPDX-License-Identifier: Apache-2.0
#include "control/private_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>

#include "core/fd.h"

namespace hawser::control {
namespace {

constexpr mode_t others = S_IRWXG | S_IRWXO;

std::string octal(mode_t mode) {
  char text[8];
  std::snprintf(text, sizeof(text), "%04o", static_cast<unsigned>(mode & 07777));
  return text;
}

core::Result<void> require_private(const std::string& path, const struct stat& facts,
                                   const char* wanted_mode) {
  if (facts.st_uid != geteuid()) {
    return core::Error{path + ": belongs to user " + std::to_string(facts.st_uid) +
                       ", but this program runs as user " + std::to_string(geteuid()) +
                       "; run it as that user, or give it with `chown`"};
  }
  if ((facts.st_mode & others) == 0) return {};
  return core::Error{path + ": its mode is " + octal(facts.st_mode) +
                     ", so others can get at the secrets in it; run `chmod " + wanted_mode + " " +
                     path + "`"};
}

core::Result<void> write_all(int fd, std::string_view content, const std::string& path) {
  while (!content.empty()) {
    const ssize_t written = ::write(fd, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return core::system_error("write " + path, errno);
    content.remove_prefix(static_cast<size_t>(written));
  }
  return {};
}

core::Result<void> sync_folder_of(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  const core::Fd fd(
      ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd || ::fsync(fd.get()) != 0) return core::system_error("sync the folder of " + path, errno);
  return {};
}

}  // namespace

core::Result<void> require_private_folder(const std::string& path) {
  std::error_code fault;
  const std::filesystem::path parent = std::filesystem::path(path).parent_path();
  if (!parent.empty()) std::filesystem::create_directories(parent, fault);
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) {
    return core::system_error("make the folder " + path, errno);
  }
  struct stat facts {};
  if (::stat(path.c_str(), &facts) != 0) return core::system_error("look at " + path, errno);
  if (!S_ISDIR(facts.st_mode)) return core::Error{path + ": is not a folder"};
  return require_private(path, facts, "700");
}

core::Result<void> require_private_file(const std::string& path) {
  const core::Fd fd(
      ::open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0600));
  if (!fd && errno == ELOOP) return core::Error{path + ": is a symbolic link; name the file"};
  if (!fd) return core::system_error("open " + path, errno);
  struct stat facts {};
  if (::fstat(fd.get(), &facts) != 0) return core::system_error("look at " + path, errno);
  if (!S_ISREG(facts.st_mode)) return core::Error{path + ": is not a regular file"};
  return require_private(path, facts, "600");
}

core::Result<std::string> read_small_file(const std::string& path, size_t limit_bytes) {
  const core::Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd) return core::system_error("open " + path, errno);
  std::string content(limit_bytes + 1, '\0');
  size_t filled = 0;
  while (filled < content.size()) {
    const ssize_t got = ::read(fd.get(), content.data() + filled, content.size() - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return core::system_error("read " + path, errno);
    if (got == 0) break;
    filled += static_cast<size_t>(got);
  }
  if (filled > limit_bytes) {
    return core::Error{path + ": is longer than " + std::to_string(limit_bytes) + " bytes"};
  }
  content.resize(filled);
  return content;
}

core::Result<void> replace_private_file(const std::string& path, std::string_view content) {
  const std::string fresh = path + ".new";
  ::unlink(fresh.c_str());
  const core::Fd fd(::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!fd) return core::system_error("make " + fresh, errno);
  if (auto written = write_all(fd.get(), content, fresh); !written) return written;
  if (::fsync(fd.get()) != 0) return core::system_error("sync " + fresh, errno);
  if (::rename(fresh.c_str(), path.c_str()) != 0) {
    return core::system_error("rename " + fresh, errno);
  }
  return sync_folder_of(path);
}

}  // namespace hawser::control
