// SPDX-License-Identifier: Apache-2.0
// ClientChain: who asked, as far as it can be believed. X-Forwarded-For counts only from a peer
// that `trusted_proxies` names, and there only from the right up to the first address that is not a
// trusted proxy's: what stands before it is what that client claimed, and is dropped.
// Owner: the exchange. Thread: the worker's own.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/address.h"
#include "message/fields.h"
#include "model/ip_network.h"
#include "relay/request_facts.h"

namespace hawser::relay {

struct ClientChain {
  core::Address client;
  // The addresses before the peer's, the client's first; empty where the peer is the client.
  std::vector<std::string> before_peer;
  // The peer is a trusted proxy, so that its connection carries many people's requests.
  bool through_proxy = false;

  const std::string& client_ip(const ClientFacts& peer) const {
    return before_peer.empty() ? peer.peer_ip : before_peer.front();
  }
};

bool is_trusted(const std::string& ip, std::span<const model::Network> trusted);

ClientChain read_client_chain(const message::Fields& fields, const ClientFacts& peer,
                              std::span<const model::Network> trusted);

}  // namespace hawser::relay
