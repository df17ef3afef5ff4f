// SPDX-License-Identifier: Apache-2.0
// App: one published application, complete: what the file left out has its default here, timeouts
// are those in force. Owner: the Snapshot, or a connector's cache. Thread: any, immutable once
// there.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/access_rule.h"
#include "model/app_access.h"
#include "model/app_limits.h"
#include "model/host.h"
#include "model/ids.h"
#include "model/origin.h"
#include "model/provider.h"
#include "model/timeouts.h"

namespace hawser::model {

// Which Host field an origin is sent: its own authority, or the public one.
enum class HostHeader { origin, public_host };

// Who may pass: everybody, which has to be spelled, or whoever the rules let.
enum class Access { passthrough, rules };

struct App {
  std::string name;  // its id, within its tenant
  std::string tenant{default_tenant};
  HostPattern host;
  std::string path_prefix = "/";  // begins and ends with "/"
  std::string group{default_group};
  std::vector<Origin> origins;  // never empty
  OriginTls origin_tls;
  HostHeader host_header = HostHeader::origin;
  bool http2 = false;           // an https origin may choose HTTP/2
  bool rewrite_origin = false;  // Origin and Referer that name the public side name the origin
  Timeouts timeouts;
  AppLimits limits;
  uint64_t hsts_s = 0;  // Strict-Transport-Security's max-age; 0: what the origin says
  Access access = Access::passthrough;
  std::vector<AccessRule> rules;  // in the order in which they are tried
  SignIn sign_in;
  SessionLimits session;
  std::vector<IdentityField> identity;  // what the application is told of the person
  bool assertion = false;               // and a signed token that says so
  bool verify_identity = false;         // the connector checks the person's ID token itself
  Machines machines;
  Cors cors;
  Park park;
  std::vector<std::string> upgrades{"websocket"};  // protocols that HTTP/1.1 may be left for
  uint64_t revision = 0;                           // see content_revision()

  bool operator==(const App&) const = default;
};

// Which client of the provider an app signs people in as.
inline const ProviderClient& client_of(const App& app, const Provider& provider) {
  return app.sign_in.client.id.empty() ? provider.client : app.sign_in.client;
}

// A number that changes with anything in the app but `revision` itself, the same in every engine
// and after every restart. Never 0, and below 2^53 so that every JSON reader keeps it exact.
uint64_t content_revision(const App& app);

}  // namespace hawser::model
