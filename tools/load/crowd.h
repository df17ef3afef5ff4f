// SPDX-License-Identifier: Apache-2.0
// Crowd: so many clients, brought up a few at a time. Owner: a scenario. Thread: main.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "client.h"

namespace hawser::load {

struct CrowdOptions {
  size_t clients = 0;
  size_t at_once = 64;  // handshakes under way
  uint32_t receive_buffer_bytes = 0;
};

class Crowd final : private ClientOwner {
 public:
  // All references outlive the crowd.
  Crowd(core::Loop& loop, const Target& target, const CrowdOptions& options);
  ~Crowd() override;

  // Each client, once its handshake is through.
  std::function<void(Client&)> on_up;
  std::function<void(Client&)> on_answered;
  // A client went, before it came up or after.
  std::function<void(Client&)> on_over;

  // Brings up clients until there are so many.
  void grow_to(size_t clients);
  void for_each(const std::function<void(Client&)>& call);
  // Forgets one, and brings up another in its place.
  void replace(Client& client);

  size_t up() const { return up_; }
  uint64_t came_up() const { return came_up_; }  // in all
  uint64_t failed() const { return failed_; }    // never came up, or went by themselves
  const std::string& first_failure() const { return first_failure_; }

 private:
  void on_client_up(Client& client) override;
  void on_client_answered(Client& client) override;
  void on_client_over(Client& client, const std::string& why) override;
  void dial_more();
  std::unique_ptr<Client> take(Client& client);

  core::Loop& loop_;
  const Target& target_;
  CrowdOptions options_;
  std::vector<std::unique_ptr<Client>> clients_;
  size_t wanted_ = 0;
  size_t dialling_ = 0;
  size_t up_ = 0;
  uint64_t came_up_ = 0;
  uint64_t failed_ = 0;
  std::string first_failure_;
};

}  // namespace hawser::load
