// SPDX-License-Identifier: Apache-2.0
// BodyStream: the content of a ServerResponse that is made while it is sent, as fast as its reader
// takes it. Owner: the ServerConnection that sends it. Thread: the loop's own.
#pragma once

#include <functional>
#include <string>

namespace hawser::http {

class BodyStream {
 public:
  enum class Next {
    more,     // ask again
    nothing,  // until `wake` is called
    end,
  };
  virtual ~BodyStream() = default;
  // Puts some KiB behind `out`.
  virtual Next read(std::string& out) = 0;
  // Whoever sends it waits; null when it does no longer.
  virtual void set_wake(std::function<void()> wake) = 0;
};

}  // namespace hawser::http
