// SPDX-License-Identifier: Apache-2.0
// The X.509 extensions of the certificates that our own authority signs. Not for other layers.
// Owner: nobody. Thread: any.
#pragma once

#include <openssl/base.h>

#include "core/result.h"
#include "tls/certificate.h"

namespace hawser::tls {

// Names go into a certificate as they are, so only plain printable ASCII is taken.
core::Result<void> check_names(const IssuedFor& subject);

// Basic constraints, key usage, extended key usage, names and key identifiers. `certificate` has
// its public key already; `issuer` may be the same. False: see the library's error queue.
bool add_extensions(X509* certificate, const X509* issuer, const IssuedFor& subject);

}  // namespace hawser::tls
