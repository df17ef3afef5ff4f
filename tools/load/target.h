// SPDX-License-Identifier: Apache-2.0
// Target: whom the load goes to, and how a client of it begins. Owner: main. Thread: main.
#pragma once

#include <memory>
#include <string>

#include "core/address.h"
#include "core/result.h"
#include "tls/context.h"

namespace hawser::load {

struct TargetOptions {
  std::string address;  // as Address::parse() takes it
  std::string host;     // for SNI, the certificate and the Host field
  std::string ca_file;  // empty: the certificate is not verified
  bool beyond_loopback = false;
  bool http2 = false;   // the only protocol offered; else HTTP/1.1
  bool resume = false;  // each connection offers the newest session that the server gave
};

struct Target {
  core::Address address;
  std::string host;
  std::shared_ptr<tls::Context> context;

  // Refuses an address that is not loopback unless beyond_loopback is set.
  static core::Result<Target> make(const TargetOptions& options);
};

bool is_loopback(const core::Address& address);

}  // namespace hawser::load
