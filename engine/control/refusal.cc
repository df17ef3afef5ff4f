// SPDX-License-Identifier: Apache-2.0
#include "control/refusal.h"

#include <algorithm>
#include <utility>

#include "model/enrolment_calls.h"

namespace hawser::control {

Refusal refusal_of(const StoreError& error) {
  switch (error.fault) {
    case StoreFault::conflict:
      return {409, "changed_meanwhile", error.reason};
    case StoreFault::busy:
      return {503, "store_busy", error.reason};
    case StoreFault::full:
      return {507, "disk_full", error.reason};
    case StoreFault::too_large:
      return {413, "too_large", error.reason};
    case StoreFault::corrupt:
    case StoreFault::too_new:
    case StoreFault::compacted:
    case StoreFault::failed:
      break;
  }
  return internal_error(error.reason);
}

Refusal internal_error(std::string detail) { return {500, "internal", std::move(detail)}; }

Answer json_answer(int status, std::string body) {
  return {status, "application/json", std::move(body)};
}

Answer refused(const Refusal& refusal) {
  std::string title = refusal.code;
  std::replace(title.begin(), title.end(), '_', ' ');
  return {refusal.status, std::string(model::problem_content_type),
          model::encode_problem({refusal.status, refusal.code, std::move(title), refusal.detail})};
}

}  // namespace hawser::control
