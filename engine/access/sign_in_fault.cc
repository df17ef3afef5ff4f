// SPDX-License-Identifier: Apache-2.0
#include "access/sign_in_fault.h"

namespace hawser::access {
namespace {

constexpr std::string_view names[] = {
#define HAWSER_SIGN_IN_FAULT(name, title, advice) #name,
    HAWSER_SIGN_IN_FAULTS(HAWSER_SIGN_IN_FAULT)
#undef HAWSER_SIGN_IN_FAULT
};

}  // namespace

std::string_view name_of(SignInFault fault) { return names[static_cast<size_t>(fault)]; }

SignInError token_refused(const token::TokenError& error) {
  return {SignInFault::token_refused, std::string(token::name_of(error.fault)), error.reason};
}

}  // namespace hawser::access
