// SPDX-License-Identifier: Apache-2.0
#include "access/return_url.h"

#include "access/gate.h"
#include "access/login_state.h"
#include "message/target.h"

namespace hawser::access {

std::string checked_return(const std::optional<std::string>& wanted, const std::string& fallback) {
  message::Target target;
  const bool good =
      wanted && wanted->starts_with('/') && wanted->size() <= LoginState::return_limit_bytes &&
      message::parse_path_and_query(*wanted, target).empty() && !is_own_path(target.canonical_path);
  return good ? *wanted : fallback;
}

}  // namespace hawser::access
