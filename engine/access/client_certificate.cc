// SPDX-License-Identifier: Apache-2.0
#include "access/client_certificate.h"

#include <algorithm>

namespace hawser::access {

const ClientCertificate::Checked& ClientCertificate::check(const Authority& authority,
                                                           int64_t now_ms) {
  const auto found = std::find_if(known_.begin(), known_.end(),
                                  [&](const Known& known) { return known.authority == authority; });
  const bool is_current =
      found != known_.end() && (!found->checked || now_ms < found->checked->not_after_ms);
  if (is_current) return found->checked;
  if (found != known_.end()) known_.erase(found);
  if (known_.size() == known_limit) known_.erase(known_.begin());
  known_.push_back({authority, authority->check(chain_der_, now_ms)});
  return known_.back().checked;
}

}  // namespace hawser::access
