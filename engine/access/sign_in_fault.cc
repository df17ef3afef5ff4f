// SPDX-License-Identifier: Apache-2.0
#include "access/sign_in_fault.h"

namespace hawser::access {
namespace {

struct Words {
  std::string_view name;
  std::string_view title;
  std::string_view advice;
};
constexpr Words words[] = {
#define HAWSER_SIGN_IN_FAULT(name, title, advice) {#name, title, advice},
    HAWSER_SIGN_IN_FAULTS(HAWSER_SIGN_IN_FAULT)
#undef HAWSER_SIGN_IN_FAULT
};

}  // namespace

std::string_view name_of(SignInFault fault) { return words[static_cast<size_t>(fault)].name; }
std::string_view title_of(SignInFault fault) { return words[static_cast<size_t>(fault)].title; }
std::string_view advice_of(SignInFault fault) { return words[static_cast<size_t>(fault)].advice; }

}  // namespace hawser::access
