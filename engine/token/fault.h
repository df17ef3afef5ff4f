// SPDX-License-Identifier: Apache-2.0
// TokenFault: why a signed token was not accepted: one name for each check, so that a log, a denial
// page and a test can tell them apart. Owner: whoever holds it. Thread: any.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/result.h"

namespace hawser::token {

// X(name)
#define HAWSER_TOKEN_FAULTS(X)                                                        \
  X(malformed)         /* not a signed token: its parts, its JSON, a field's type */  \
  X(algorithm_refused) /* none, HS*, or one that is not supported */                  \
  X(extension_refused) /* `crit` names something */                                   \
  X(type_wrong)        /* a token for another purpose */                              \
  X(key_unknown)       /* no key of the issuer's has this id, or several might fit */ \
  X(key_unfit)         /* the key is not for this algorithm, or not for signatures */ \
  X(signature_bad)                                                                    \
  X(issuer_wrong)                                                                     \
  X(audience_wrong)  /* meant for somebody else */                                    \
  X(party_wrong)     /* `azp`: given to another client */                             \
  X(subject_missing) /* or not usable */                                              \
  X(subject_wrong)   /* another person than before */                                 \
  X(expired)                                                                          \
  X(not_yet_valid)      /* `nbf` or `iat` in the future */                            \
  X(nonce_wrong)        /* missing, or of another sign-in */                          \
  X(access_token_wrong) /* `at_hash` */                                               \
  X(too_weak)           /* `acr` is none of those asked for */                        \
  X(too_old)            /* `auth_time`: signed in too long ago, or not told */        \
  X(event_wrong)        /* a logout token without its event, or with a nonce */       \
  X(proof_missing)      /* bound to a key (`cnf`) that has not been shown */

enum class TokenFault : uint8_t {
#define HAWSER_TOKEN_FAULT(name) name,
  HAWSER_TOKEN_FAULTS(HAWSER_TOKEN_FAULT)
#undef HAWSER_TOKEN_FAULT
};

std::string_view name_of(TokenFault fault);  // "audience_wrong"

struct TokenError {
  TokenFault fault;
  std::string reason;  // for the log: names what was found; never a secret
};

template <class T>
using Checked = core::Result<T, TokenError>;

}  // namespace hawser::token
