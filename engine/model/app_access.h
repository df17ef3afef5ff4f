// SPDX-License-Identifier: Apache-2.0
// What an app says of access beside its rules: what the application is told of a person, which
// programs may sign in with a token or a certificate, which other sites' scripts may ask, and what
// becomes of a form that comes too late. Owner: the App. Thread: any, immutable once there.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace hawser::model {

// One field that tells the application a claim of the person's. With `values`, those alone are
// told of a claim that has many.
struct IdentityField {
  std::string field;  // as the application reads it: "X-Forwarded-User"
  std::string claim;  // "email"
  std::vector<std::string> values;
  bool operator==(const IdentityField&) const = default;
};

// Whose access tokens (RFC 9068) open the app.
struct BearerIssuer {
  std::string issuer;  // as it was written: compared with `iss` byte by byte
  std::string audience;
  std::string ca_pem;  // vouches for the issuer's certificate; empty: the system's roots
  std::string user_claim = "sub";
  std::string groups_claim = "groups";
  uint64_t clock_skew_s = 60;
  bool operator==(const BearerIssuer&) const = default;
};

struct Machines {
  std::vector<BearerIssuer> bearer;
  std::string client_ca_pem;  // empty: no client certificate is asked for
  bool operator==(const Machines&) const = default;
};

struct Cors {
  std::vector<std::string> origins;  // as browsers write them: "https://other.example:8443"
  bool allow_preflight = false;      // else it is asked to sign in like every other request
  bool operator==(const Cors&) const = default;
};

// A form whose sender has to sign in again.
struct Park {
  uint64_t size_bytes = uint64_t{1024} * 1024;  // 0: none is kept
  uint64_t for_s = 600;
  bool operator==(const Park&) const = default;
};

}  // namespace hawser::model
