// SPDX-License-Identifier: Apache-2.0
#include "config/file.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>

namespace hawser::config {
namespace {

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

core::Error system_error(int code) { return {std::strerror(code), -code}; }

}  // namespace

core::Result<std::string> read_file(const std::string& path, size_t limit_bytes) {
  const std::unique_ptr<std::FILE, CloseFile> file(std::fopen(path.c_str(), "re"));
  if (!file) return system_error(errno);
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
