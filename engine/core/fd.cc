// SPDX-License-Identifier: Apache-2.0
#include "core/fd.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace hawser::core {

void Fd::close() {
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

Result<Fd> Fd::duplicate() const {
  const int copy = fcntl(fd_, F_DUPFD_CLOEXEC, 0);
  if (copy < 0) return system_error("duplicate a descriptor", errno);
  return Fd(copy);
}

Error system_error(std::string_view what, int error_number) {
  char text[128];
  const char* words = strerror_r(error_number, text, sizeof(text));  // GNU's variant
  return Error{std::string(what) + ": " + words, -error_number};
}

}  // namespace hawser::core
