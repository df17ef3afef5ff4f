// SPDX-License-Identifier: Apache-2.0
#include "control/config_listen.h"

#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

#include "config/file.h"
#include "control/config_networks.h"

namespace hawser::control {
namespace {

using config::MapReader;
using config::Value;

constexpr size_t listener_limit = 64;  // of each kind
constexpr size_t socket_path_limit = 107;

bool is_wildcard(const core::Address& address) {
  return address.ip() == "::" || address.ip() == "0.0.0.0";
}

// Every address of the file so far, to find those that stand in each other's way.
class Addresses {
 public:
  void add(const Value& value, const core::Address& address, std::string kind) {
    for (const Place& place : places_) {
      if (!collide(place, address, kind)) continue;
      value.error_found(
          fmt::format("the address {} beside {}", address.to_string(), place.address.to_string()),
          "a port of its own for each listener",
          fmt::format("`{}` in line {} has this port already", place.key, place.line));
      return;
    }
    places_.push_back({address, std::move(kind), value.key(), value.at().line});
  }

 private:
  struct Place {
    core::Address address;
    std::string kind;
    std::string key;
    int line;
  };

  // A wildcard takes the port of its family from listeners for something else.
  static bool collide(const Place& place, const core::Address& address, const std::string& kind) {
    if (address.port() == 0 || place.address.port() != address.port()) return false;
    if (place.address.is_ipv6() != address.is_ipv6()) return false;
    if (place.address.ip() == address.ip()) return true;
    return place.kind != kind && (is_wildcard(address) || is_wildcard(place.address));
  }

  std::vector<Place> places_;
};

struct Listener {
  core::Address address;
  std::vector<model::Network> proxied_from;
};

std::optional<Listener> read_listener(const Value& value, const std::string& kind,
                                      Addresses& addresses) {
  if (value.node().kind == config::YamlNode::Kind::scalar) {
    value.error("a map", fmt::format("write `{{address: \"{}\"}}`", value.node().text));
    return std::nullopt;
  }
  MapReader map(value);
  Listener listener;
  std::optional<core::Address> address;
  if (const auto written =
          map.require("address", "an IP address and a port", "address: \"[::]:8443\"")) {
    address = written->ip_address();
    if (address) addresses.add(*written, *address, kind);
  }
  if (kind == "clients") {
    if (const auto from = map.take_nullable("proxy_protocol_from"))
      read_networks(*from, listener.proxied_from);
  }
  map.finish();
  if (!address) return std::nullopt;
  listener.address = *address;
  return listener;
}

// Of each kind, in the order of the file. `least`: how many there have to be.
std::optional<std::vector<Listener>> read_listeners(MapReader& parent, const std::string& kind,
                                                    size_t least, Addresses& addresses) {
  const auto value = parent.take(kind);
  if (!value) return std::nullopt;
  const auto list = value->list();
  if (!list) return std::nullopt;
  if (list->size() < least || list->size() > listener_limit) {
    value->error(fmt::format("{} to {} listeners", least, listener_limit),
                 "write `[{address: \"[::]:PORT\"}]`, or remove the key for its default");
    return std::vector<Listener>();
  }
  std::vector<Listener> listeners;
  for (const Value& item : *list) {
    if (auto listener = read_listener(item, kind, addresses))
      listeners.push_back(std::move(*listener));
  }
  return listeners;
}

void take_addresses(const std::optional<std::vector<Listener>>& listeners,
                    std::vector<core::Address>& target) {
  if (!listeners) return;
  target.clear();
  for (const Listener& listener : *listeners) target.push_back(listener.address);
}

core::Address any_address(uint16_t port) {
  auto address = core::Address::from_ip("::", port);
  return address.ok() ? *address : core::Address();
}

void read_listen(MapReader& file, Addresses& addresses, ListenConfig& target) {
  target.clients = {any_address(8443)};
  target.proxy_protocol_from.resize(1);
  target.connectors = {any_address(7443)};
  const auto value = file.take("listen");
  if (!value) return;
  MapReader map(*value);
  if (const auto clients = read_listeners(map, "clients", 1, addresses)) {
    take_addresses(clients, target.clients);
    target.proxy_protocol_from.clear();
    for (const Listener& listener : *clients)
      target.proxy_protocol_from.push_back(listener.proxied_from);
  }
  take_addresses(read_listeners(map, "redirect", 0, addresses), target.redirect);
  take_addresses(read_listeners(map, "connectors", 1, addresses), target.connectors);
  map.finish();
}

void read_metrics(MapReader& file, Addresses& addresses, std::optional<core::Address>& target) {
  const auto value = file.take_nullable("metrics");
  if (!value || value->is_word("off")) return;
  target = value->ip_address();
  if (target) addresses.add(*value, *target, "metrics");
}

void read_advertise(MapReader& file, NodeConfig& target) {
  if (const auto value = file.take("advertise")) {
    constexpr std::string_view expected = "a host and a port to dial, such as edge.example:7443";
    target.advertise = value->parsed<model::HostPort>(&model::HostPort::parse, expected);
    if (target.advertise && target.advertise->port == 0) {
      value->error(std::string(expected), "a port to dial is a number from 1 to 65535");
    }
    if (target.advertise && (target.advertise->host == "0.0.0.0" || target.advertise->host == "::"))
      value->error(std::string(expected), "every machine takes that address for its own");
    return;
  }
  const auto& connectors = target.listen.connectors;
  if (file.has("advertise") || connectors.empty() || !is_wildcard(connectors.front())) return;
  file.error_missing("advertise", "what connectors are told to dial",
                     "advertise: edge.example:7443");
}

}  // namespace

void read_addresses(MapReader& file, NodeConfig& target) {
  Addresses addresses;
  read_listen(file, addresses, target.listen);
  read_metrics(file, addresses, target.metrics);
  read_advertise(file, target);
}

void read_admin(MapReader& file, NodeConfig& target) {
  target.admin_socket_path = config::absolute_path(target.state_folder, "admin.sock");
  const auto value = file.take("admin");
  if (value) {
    constexpr std::string_view expected = "unix: and the path of a socket";
    const auto written = value->text(expected);
    if (!written) return;
    if (written->rfind("unix:", 0) != 0 || written->size() == 5) {
      return value->error(std::string(expected), "write `unix:STATE/admin.sock`");
    }
    const std::string path = written->substr(5);
    const bool in_state = path.rfind("STATE/", 0) == 0;
    target.admin_socket_path = in_state ? config::absolute_path(target.state_folder, path.substr(6))
                                        : config::absolute_path(file.context().folder, path);
  }
  if (target.admin_socket_path.size() <= socket_path_limit) return;
  const std::string expected = fmt::format("a path of at most {} characters", socket_path_limit);
  if (value) return value->error(expected, "choose a shorter one");
  file.error_missing("admin", expected + ": the state folder's own is longer",
                     "admin: unix:/run/hawser/admin.sock");
}

}  // namespace hawser::control
