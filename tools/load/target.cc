// SPDX-License-Identifier: Apache-2.0
#include "target.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

namespace hawser::load {

namespace {

core::Result<std::string> read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return core::Error{path + ": " + std::strerror(errno), -errno};
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace

bool is_loopback(const core::Address& address) {
  if (address.is_local()) return false;
  return address.is_ipv6() ? address.ip() == "::1" : address.ip().starts_with("127.");
}

core::Result<Target> Target::make(const TargetOptions& options) {
  const auto address = core::Address::parse(options.address);
  if (!address.ok()) return address.error();
  if (!is_loopback(*address) && !options.beyond_loopback) {
    return core::Error{
        options.address +
        " is not on this machine's loopback; load is refused there (--beyond-loopback, "
        "given twice, lets it through)"};
  }
  tls::ClientOptions client;
  client.alpn = {options.http2 ? "h2" : "http/1.1"};
  client.keep_session = options.resume;
  client.verify = !options.ca_file.empty();
  if (client.verify) {
    auto pem = read_file(options.ca_file);
    if (!pem.ok()) return pem.error();
    client.trust_pem = std::move(*pem);
  }
  auto context = tls::Context::client(client);
  if (!context.ok()) return core::Error{options.ca_file + ": " + context.error().reason};
  return Target{*address, options.host, *context};
}

}  // namespace hawser::load
