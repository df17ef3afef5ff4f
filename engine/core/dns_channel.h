// SPDX-License-Identifier: Apache-2.0
// DnsChannel: c-ares driven by one loop: its sockets by uv_poll, its timers by the wheel. Owner:
// the Resolver. Thread: the loop's own. For the resolver's source file only.
#pragma once

#include <ares.h>

#include <map>
#include <memory>
#include <string>

#include "core/dns.h"
#include "core/loop.h"

namespace hawser::core {

// Who asked; set to null by the asker when it no longer wants the answer. c-ares cannot forget one
// question, so this small piece outlives it.
class DnsAsker {
 public:
  virtual ~DnsAsker() = default;
  virtual void on_answer(DnsResult answer) = 0;
};

struct DnsTicket {
  DnsAsker* asker;
  class DnsChannel* channel;
  std::string name;
};

class DnsChannel {
 public:
  DnsChannel(Loop& loop, const ResolverOptions& options);
  ~DnsChannel();
  DnsChannel(const DnsChannel&) = delete;
  DnsChannel& operator=(const DnsChannel&) = delete;

  bool busy() const { return open_asks_ > 0; }
  uint64_t made_ms() const { return made_ms_; }
  // The answer may come within the call; the ticket is gone after it.
  void ask(std::unique_ptr<DnsTicket> ticket);

 private:
  struct Watch;
  struct WatchCloser {
    void operator()(Watch* watch) const;
  };
  static void on_addresses(void* ticket, int status, int timeouts, ares_addrinfo* found);
  void watch(ares_socket_t fd, bool read, bool write);
  void process(ares_socket_t read_fd, ares_socket_t write_fd);
  void set_tick();

  Loop& loop_;
  ares_channel channel_ = nullptr;
  int failure_;
  size_t open_asks_ = 0;
  uint64_t made_ms_;
  std::map<ares_socket_t, std::unique_ptr<Watch, WatchCloser>> watches_;
  Deadline tick_;
};

}  // namespace hawser::core
