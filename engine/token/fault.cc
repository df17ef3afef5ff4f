// SPDX-License-Identifier: Apache-2.0
#include "token/fault.h"

namespace hawser::token {

std::string_view name_of(TokenFault fault) {
  switch (fault) {
#define HAWSER_TOKEN_FAULT(name) \
  case TokenFault::name:         \
    return #name;
    HAWSER_TOKEN_FAULTS(HAWSER_TOKEN_FAULT)
#undef HAWSER_TOKEN_FAULT
  }
  return "malformed";
}

}  // namespace hawser::token
