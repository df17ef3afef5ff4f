// SPDX-License-Identifier: Apache-2.0
// Resolver: names to addresses, by c-ares on the loop (never libuv's thread pool). Owner: the Loop
// (Loop::resolver()). Thread: the loop's own.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/address.h"
#include "core/result.h"

namespace hawser::core {

class DnsChannel;
class Loop;

struct DnsError {
  enum class Kind { not_found, timeout, server_failure, bad_name };
  Kind kind;
  std::string reason;  // "the name wiki.internal is not known"
};

// Port 0 throughout; at least one address.
using DnsResult = Result<std::vector<Address>, DnsError>;
using DnsCallback = std::function<void(DnsResult)>;

// A question under way. Destroying it cancels: the callback is then not called. It may be destroyed
// within its own callback, and not after its Loop.
class DnsQuery {
 public:
  virtual ~DnsQuery() = default;
};

struct ResolverOptions {
  uint64_t timeout_ms = 5000;  // of one resolve() in total
  // "127.0.0.1:5353": servers to ask instead of those of /etc/resolv.conf.
  std::vector<std::string> servers;
};

class Resolver {
 public:
  explicit Resolver(Loop& loop, ResolverOptions options = {});
  ~Resolver();  // questions that are still open get an error
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;

  // `done` is called once, never within this call. IPv4 and IPv6 addresses come in the order
  // in which to try them. IP literals, localhost and *.localhost (RFC 6761) ask nobody; /etc/hosts
  // is honoured, or the file that the environment's CARES_HOSTS names.
  [[nodiscard]] std::unique_ptr<DnsQuery> resolve(std::string_view host, DnsCallback done);

  // The seam for tests: what `host` resolves to from now on.
  void override_name(std::string_view host, DnsResult answer);

 private:
  class Question;
  DnsChannel& channel();

  Loop& loop_;
  ResolverOptions options_;
  std::map<std::string, DnsResult, std::less<>> overrides_;
  std::unique_ptr<DnsChannel> channel_;  // made at the first name that must be asked for
};

}  // namespace hawser::core
