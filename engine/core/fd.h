// SPDX-License-Identifier: Apache-2.0
// Fd: an open descriptor, closed by its destructor. Owner: whoever holds it. Thread: any.
#pragma once

#include <string_view>
#include <utility>

#include "core/result.h"

namespace hawser::core {

class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(other.release()) {}
  Fd& operator=(Fd&& other) noexcept {
    if (this != &other) {
      close();
      fd_ = other.release();
    }
    return *this;
  }
  ~Fd() { close(); }

  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }
  int release() { return std::exchange(fd_, -1); }
  void close();
  Result<Fd> duplicate() const;  // close-on-exec

 private:
  int fd_ = -1;
};

// The Error of a failed system call: "WHAT: No such file or directory", with -errno as its code.
Error system_error(std::string_view what, int error_number);

}  // namespace hawser::core
