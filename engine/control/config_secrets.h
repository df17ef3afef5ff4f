// SPDX-License-Identifier: Apache-2.0
// The files of certificates and secrets that engine.yaml names. A secret is read only where files
// are looked at, and what is wrong with one is told by its path, never by its content. Owner:
// nobody (functions). Thread: any; they block, so never a worker's.
#pragma once

#include <string>

#include "config/value.h"

namespace hawser::control {

// A bundle of authorities' certificates (PEM), read whenever the file is.
void read_trust_file(const config::Value& value, std::string& target_pem);

// One line that only its owner may read: what a provider gave us as our secret.
void read_secret_file(const config::Value& value, std::string& target);

// A private key that signs tokens (PEM), readable by its owner alone.
void read_signing_key_file(const config::Value& value, std::string& target_pem);

}  // namespace hawser::control
