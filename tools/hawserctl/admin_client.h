// SPDX-License-Identifier: Apache-2.0
// AdminClient: one call to a running engine's admin API, waited for.
// Owner: main. Thread: main.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "core/result.h"
#include "message/head.h"

namespace hawser::ctl {

class AdminClient {
 public:
  // "unix:/var/lib/hawser/admin.sock"
  explicit AdminClient(std::string address) : address_(std::move(address)) {}

  // The answer's JSON; the reason of an Error is what the engine said, or why it can't be asked.
  core::Result<nlohmann::json> call(message::Method method, const std::string& path,
                                    const std::string& body = "") const;

 private:
  std::string address_;
};

}  // namespace hawser::ctl
