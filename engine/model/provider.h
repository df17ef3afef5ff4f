// SPDX-License-Identifier: Apache-2.0
// Provider: an OpenID provider that people sign in with, and how an app uses it. Secrets stay in
// the engine: none of this goes to a connector. Owner: the Snapshot. Thread: any, immutable once
// there.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace hawser::model {

// How we prove ourselves to the provider (OpenID Connect Core 9).
enum class ClientAuthentication { secret_basic, secret_post, private_key };

struct ProviderClient {
  std::string id;
  std::string secret;           // of the secret_… ways; never logged
  std::string private_key_pem;  // of private_key
  ClientAuthentication authentication = ClientAuthentication::secret_basic;
  bool operator==(const ProviderClient&) const = default;
};

struct Provider {
  std::string name;
  std::string issuer;  // as it was written: compared with `iss` byte by byte
  std::string ca_pem;  // empty: the system's roots
  ProviderClient client;
  std::vector<std::string> scopes{"openid", "profile", "email"};
  std::string user_claim = "sub";  // what rules' `users` and the log mean by a person's name
  std::string groups_claim = "groups";
  uint64_t clock_skew_s = 60;
  bool operator==(const Provider&) const = default;
};

// An app's `sign_in`.
struct SignIn {
  std::string provider;   // "": nobody signs in
  ProviderClient client;  // an empty id: the provider's own client
  bool operator==(const SignIn&) const = default;
};

// An app's `session`.
struct SessionLimits {
  uint64_t max_age_s = uint64_t{8} * 3600;
  uint64_t idle_s = 3600;
  uint64_t recheck_s = 0;  // how often the provider is asked again; 0: never
  bool operator==(const SessionLimits&) const = default;
};

}  // namespace hawser::model
