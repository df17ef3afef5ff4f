// SPDX-License-Identifier: Apache-2.0
// RequestFacts: what is known of an exchange for its log line, its metrics and the connector.
// Owner: the exchange. Thread: the worker's own.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "access/client_certificate.h"
#include "core/address.h"
#include "message/error.h"

namespace hawser::relay {

// Where a request came from; the session's, lent to each of its exchanges.
struct ClientFacts {
  core::Address peer;
  std::string peer_ip;
  std::string tls_version;
  std::string server_name;  // of the TLS handshake
  uint16_t local_port = 0;
  bool through_balancer = false;  // whose connections come from the balancer's own address
  uint64_t session = 0;           // unique within the engine's boot
  std::shared_ptr<access::ClientCertificate> certificate;  // null: it showed none
};

// Times are the loop's, in microseconds; 0: did not happen.
struct RequestFacts {
  std::string request_id;
  std::string trace_id_hex;  // of a trace that a trusted proxy began; empty: the request's id
  std::string client_ip;     // as trusted proxies tell it; empty: the peer's own
  uint64_t began_us = 0;
  uint64_t dispatched_us = 0;  // a link was found
  uint32_t connect_us = 0;     // to the origin, as the connector tells
  uint64_t first_byte_us = 0;  // the response's head came
  uint64_t bytes_in = 0;       // of the request's body
  uint64_t bytes_out = 0;      // of the response's body
  uint16_t status = 0;         // as the client saw it; 0: none
  uint8_t attempts = 0;
  std::string connector;  // the last one that it was sent to
  message::ErrorCode error = message::ErrorCode::none;
  message::Blame blame = message::Blame::engine;
  std::string reason;
  std::string answered_user;  // whom the gate knew when it answered itself
  std::string own_answer;  // what the gate answered itself, by name; empty: it let the request pass

  void clear() {  // keeps the memory
    for (std::string* text :
         {&request_id, &trace_id_hex, &client_ip, &connector, &reason, &answered_user, &own_answer})
      text->clear();
    began_us = dispatched_us = first_byte_us = bytes_in = bytes_out = 0;
    connect_us = 0;
    status = 0;
    attempts = 0;
    error = message::ErrorCode::none;
    blame = message::Blame::engine;
  }
};

}  // namespace hawser::relay
