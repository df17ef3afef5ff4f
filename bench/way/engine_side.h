// SPDX-License-Identifier: Apache-2.0
// EngineSide: one worker of an engine on a thread of its own, with a listener for clients and a
// door for channels, both over real TLS; the control plane is left out. Owner: the bench. Thread:
// main.
#pragma once

#include <memory>
#include <string>

#include "core/listening.h"
#include "support/test_authority.h"
#include "way/side.h"
#include "way/signed_in.h"

namespace hawser::bench {

inline constexpr char public_host[] = "wiki.example";
inline constexpr char trust_domain[] = "edge.test";
inline constexpr char connector_id[] = "11111111-2222-4333-8444-555555555555";

class EngineSide {
 public:
  // Publishes the origin as public_host; `signed_in`: for people of a group, who have cookie().
  EngineSide(const test::TestAuthority& authority, const std::string& origin_url,
             bool signed_in = false);
  ~EngineSide();

  const core::Address& client_address() const { return clients_.address; }
  const core::Address& connector_address() const { return connectors_.address; }
  Usage usage() { return side_.usage(); }
  const std::string& cookie() const { return session_.cookie(); }

 private:
  class Parts;
  SignedIn session_;
  core::ListeningSocket clients_;
  core::ListeningSocket connectors_;
  Side side_;
  std::unique_ptr<Parts> parts_;  // made and destroyed on the side's thread
};

}  // namespace hawser::bench
