// SPDX-License-Identifier: Apache-2.0
#include "relay/client_chain.h"

#include <algorithm>
#include <optional>

#include "message/characters.h"

namespace hawser::relay {

namespace {

constexpr size_t hop_limit = 32;

// "192.0.2.1", "192.0.2.1:4711", "2001:db8::1", "[2001:db8::1]", "[2001:db8::1]:4711": some proxies
// add the port.
std::optional<model::IpAddress> address_of(std::string_view node) {
  const size_t colon = node.find(':');
  if (node.starts_with('[')) {
    const size_t close = node.find(']');
    if (close == std::string_view::npos) return std::nullopt;
    const std::string_view port = node.substr(close + 1);
    const bool port_is_well =
        port.empty() || (port.starts_with(':') && port.size() > 1 &&
                         message::all_in(message::digit_char, port.substr(1)));
    if (!port_is_well) return std::nullopt;
    node = node.substr(1, close - 1);
  } else if (colon != std::string_view::npos && colon == node.rfind(':')) {
    if (!message::all_in(message::digit_char, node.substr(colon + 1))) return std::nullopt;
    node = node.substr(0, colon);
  }
  auto address = model::IpAddress::parse(node);
  if (!address.ok()) return std::nullopt;
  return *address;
}

bool contains(std::span<const model::Network> networks, const model::IpAddress& address) {
  return std::any_of(networks.begin(), networks.end(),
                     [&](const model::Network& network) { return network.contains(address); });
}

}  // namespace

bool is_trusted(const std::string& ip, std::span<const model::Network> trusted) {
  if (trusted.empty()) return false;
  const auto address = model::IpAddress::parse(ip);
  return address.ok() && contains(trusted, *address);
}

ClientChain read_client_chain(const message::Fields& fields, const ClientFacts& peer,
                              std::span<const model::Network> trusted) {
  ClientChain chain{peer.peer, {}, false};
  if (!is_trusted(peer.peer_ip, trusted)) return chain;
  chain.through_proxy = true;
  std::vector<std::string_view> named;
  fields.for_each_element(message::FieldName::x_forwarded_for,
                          [&](std::string_view node) { named.push_back(node); });
  for (size_t left = named.size(); left > 0 && chain.before_peer.size() < hop_limit; --left) {
    const auto address = address_of(named[left - 1]);
    if (!address) break;
    chain.before_peer.insert(chain.before_peer.begin(), address->to_string());
    if (!contains(trusted, *address)) break;
  }
  if (chain.before_peer.empty()) return chain;
  const auto client = core::Address::from_ip(chain.before_peer.front(), 0);
  if (client.ok()) chain.client = *client;
  return chain;
}

}  // namespace hawser::relay
