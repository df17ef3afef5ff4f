// SPDX-License-Identifier: Apache-2.0
// AdminClient: one call to a running engine's admin API, waited for.
// Owner: main. Thread: main.
#pragma once

#include <cstdint>
#include <functional>
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
                                    const std::string& body = "",
                                    uint64_t timeout_ms = 30'000) const;
  // The lines of an answer that has many, each as it comes; until there are no more.
  core::Result<void> read_lines(const std::string& path,
                                const std::function<void(std::string_view)>& on_line) const;

 private:
  std::string address_;
};

}  // namespace hawser::ctl
