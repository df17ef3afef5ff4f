// SPDX-License-Identifier: Apache-2.0
// Frames as plain values, and the rules that hold for each of them whatever the state. See
// schema/README.md. Owner: whoever holds them. Thread: any.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "message/error.h"
#include "message/head.h"

namespace hawser::channel {

// The bounds that a receiver enforces; beyond them the link is closed with the reason.
inline constexpr uint32_t frame_prefix_bytes = 8;
inline constexpr uint32_t data_payload_limit_bytes =
    16 * 1024 - 64;  // a DATA frame fits one TLS record
inline constexpr uint32_t header_limit_bytes = 96 * 1024;
// More than an edge takes from anybody (200 fields, 64 KiB), for it adds fields of its own.
inline constexpr uint32_t head_fields_limit = 240;
inline constexpr uint32_t head_bytes_limit = 72 * 1024;  // names and values summed
inline constexpr uint32_t interim_heads_limit = 8;
inline constexpr uint32_t credit_limit_bytes = 0x7fffffff;  // that may be open on one stream
inline constexpr uint32_t short_text_limit_bytes = 255;     // ids, names, addresses, tickets
inline constexpr uint32_t user_limit_bytes = 1024;
inline constexpr uint32_t claims_limit = 32;  // pairs of claim and value
inline constexpr uint32_t claims_limit_bytes = 8 * 1024;
inline constexpr uint32_t proof_limit_bytes = 16 * 1024;
inline constexpr uint32_t grants_limit = 512;  // of one link that its receiver keeps
inline constexpr uint32_t reason_limit_bytes = 1024;
inline constexpr uint16_t wire_version = 1;

// Why a frame is refused, in words without the frame's name and stream; empty when it is not.
using Fault = std::string_view;

// Bits of HELLO's features: what the sender knows beyond the first release.
inline constexpr uint64_t feature_grants = 1;  // GRANT, and what an OPEN with a grant asks for

enum class Purpose : uint8_t { shared, bulk };
enum class OpenKind : uint8_t { request, upgrade, connect };
enum class BodyKind : uint8_t { none, known, unknown };

struct Hello {
  std::vector<uint16_t> versions;
  uint64_t features = 0;
  std::string boot_id;
  Purpose purpose = Purpose::shared;
  std::string engine_wanted;
  int32_t worker_wanted = -1;
  std::string ticket;
  uint32_t initial_request_credit_bytes = 0;
  uint32_t stream_limit = 1000;  // streams that the engine may have open on this link
};

struct Welcome {
  uint16_t version = 1;
  uint64_t features = 0;
  std::string engine_id;
  std::string boot_id;
  uint32_t worker = 0;
  uint32_t worker_count = 1;
  uint32_t channels_wanted = 2;
  std::vector<std::string> engine_addresses;
  uint32_t stream_limit = 1000;  // streams that the connector may have open on this link
};

// What proves to a connector who a session's person is.
struct Grant {
  std::string name;  // by which OPEN refers to it
  std::string session;
  std::string app;
  std::string id_token;
  int64_t expires_s = 0;  // the session's end
};

// What OPEN carries beside the request's head. `body` none stands for what the head's body_length
// says (and for `unknown` with an upgrade or CONNECT: raw bytes); a receiver finds it filled in.
struct OpenInfo {
  std::string request_id;
  std::string tenant;
  std::string app;
  uint64_t app_revision = 0;
  std::string user;
  std::string grant;  // its name; empty where the app asks for no proof of the user
  // What the name stands for. A link shows it to its peer before the first OPEN that refers to it;
  // a receiver finds it filled in, or null where the peer has not shown it.
  std::shared_ptr<const Grant> proof;
  OpenKind kind = OpenKind::request;
  BodyKind body = BodyKind::none;
  uint64_t body_bytes = 0;
  uint64_t client_session = 0;
  std::string client_address;
  uint8_t hops = 0;
  std::string bulk_ticket;
  std::string session;              // its id, hex
  std::vector<std::string> claims;  // claim, value, claim, value; a value may be empty

  void clear() {  // keeps the memory
    for (std::string* text :
         {&request_id, &tenant, &app, &user, &grant, &client_address, &bulk_ticket, &session})
      text->clear();
    claims.clear();
    proof.reset();
    app_revision = body_bytes = client_session = 0;
    kind = OpenKind::request;
    body = BodyKind::none;
    hops = 0;
  }
};

struct Reset {
  message::ExchangeError error;
  bool origin_untouched = false;
};

}  // namespace hawser::channel
