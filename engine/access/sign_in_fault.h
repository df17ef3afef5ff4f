// SPDX-License-Identifier: Apache-2.0
// SignInFault: at which step a sign-in failed, and why, in a name for the log, the page and the
// person who is asked for help. Owner: whoever holds it. Thread: any.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/result.h"
#include "token/fault.h"

namespace hawser::access {

// X(name, title, advice)
#define HAWSER_SIGN_IN_FAULTS(X)                                                                  \
  X(login_unknown, "This sign-in is not known here",                                              \
    "It was begun in another browser or too long ago, or its cookie was blocked. Go back to the " \
    "application and try again.")                                                                 \
  X(login_replayed, "This sign-in was used already",                                              \
    "Go back to the application; you may be signed in.")                                          \
  X(issuer_mixed_up, "The answer came from another provider",                                     \
    "Nothing was accepted from it. Go back to the application and try again, and tell your "      \
    "administrator if this happens twice.")                                                       \
  X(provider_refused, "The sign-in provider said no",                                             \
    "You cancelled, or your account may not use this application. Your administrator can tell "   \
    "more.")                                                                                      \
  X(provider_unreachable, "The sign-in provider cannot be reached",                               \
    "Try again in a moment. If it goes on, tell your administrator.")                             \
  X(provider_misconfigured, "The sign-in provider is not set up rightly",                         \
    "Your administrator can tell more.")                                                          \
  X(code_refused, "The sign-in provider did not accept its own code",                             \
    "Go back to the application and try again.")                                                  \
  X(token_refused, "The sign-in provider's token was not accepted",                               \
    "Your administrator can tell more.")                                                          \
  X(too_much_to_hold, "What the provider says of your account is too long",                       \
    "Your administrator can tell more.")                                                          \
  X(engine_failed, "The sign-in could not be completed", "Try again in a moment.")

enum class SignInFault : uint8_t {
#define HAWSER_SIGN_IN_FAULT(name, title, advice) name,
  HAWSER_SIGN_IN_FAULTS(HAWSER_SIGN_IN_FAULT)
#undef HAWSER_SIGN_IN_FAULT
};

std::string_view name_of(SignInFault fault);  // "provider_unreachable"

struct SignInError {
  SignInFault fault = SignInFault::engine_failed;
  std::string detail;  // a narrower name where there is one: "audience_wrong", "access_denied"
  std::string reason;  // for the log
};

// What a token's own fault is to a sign-in.
SignInError token_refused(const token::TokenError& error);

template <class T>
using SignedIn = core::Result<T, SignInError>;

}  // namespace hawser::access
