// SPDX-License-Identifier: Apache-2.0
// SocketFaults: the seam for socket I/O in tests. A Loop that has one asks it before each read and
// write of its sockets and each accept; a Loop without one pays a null check. Owner: the test;
// outlives the loop's sockets. Thread: the loop's own.
#pragma once

#include <cstddef>
#include <cstdint>

namespace hawser::core {

class Socket;

struct SocketFault {
  size_t limit_bytes = SIZE_MAX;  // at most so many bytes are read or written by this call
  int error = 0;  // -EAGAIN: nothing moves now, tried again later. Another: it fails
};

class SocketFaults {
 public:
  virtual ~SocketFaults() = default;
  virtual SocketFault before_read(const Socket&) { return {}; }
  virtual SocketFault before_write(const Socket&, size_t /*bytes*/) { return {}; }
  // An errno value to fail with instead, EMFILE for instance; 0: accept.
  virtual int before_accept() { return 0; }
};

// Every read and write moves at most `bytes`.
class CuttingFaults : public SocketFaults {
 public:
  explicit CuttingFaults(size_t bytes) : bytes_(bytes) {}
  SocketFault before_read(const Socket&) override { return {bytes_, 0}; }
  SocketFault before_write(const Socket&, size_t) override { return {bytes_, 0}; }

 private:
  size_t bytes_;
};

}  // namespace hawser::core
