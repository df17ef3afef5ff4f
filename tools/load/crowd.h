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
  bool again = false;  // who goes is away for a while and comes again, see let_come_again()
};

class Crowd final : private ClientOwner {
 public:
  // All references outlive the crowd.
  Crowd(core::Loop& loop, const Target& target, const CrowdOptions& options);
  ~Crowd() override;

  // Each client, once its handshake is through.
  std::function<void(Client&)> on_up;
  std::function<void(Client&)> on_answered;
  std::function<void(Client&)> on_drained;

  // Brings up clients until there are so many.
  void grow_to(size_t clients);
  void for_each(const std::function<void(Client&)>& call);
  // Forgets one, and brings up another in its place.
  void replace(Client& client);
  // Forgets one as if it had gone by itself.
  void dismiss(Client& client);
  // So many of those who are away are dialled anew; without `again` none ever is.
  void let_come_again(size_t clients);

  size_t up() const { return up_; }
  uint64_t came_up() const { return came_up_; }  // in all
  // Everybody who is wanted is up or away.
  bool all_tried() const { return up_ + away_ >= wanted_; }
  uint64_t gone() const { return gone_; }  // in all: never came up, or went by themselves
  uint64_t failed() const { return options_.again ? 0 : gone_; }
  const std::string& first_failure() const { return first_failure_; }

 private:
  void on_client_up(Client& client) override;
  void on_client_answered(Client& client) override;
  void on_client_drained(Client& client) override;
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
  uint64_t gone_ = 0;
  size_t away_ = 0;  // of the gone, those who are not dialled anew yet
  std::string first_failure_;
};

}  // namespace hawser::load
