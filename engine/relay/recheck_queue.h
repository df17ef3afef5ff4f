// SPDX-License-Identifier: Apache-2.0
// RecheckQueue: the sessions about which providers are to be asked again: each once however many
// wait for the answer, and of one provider a few at a time, so that no morning's crowd storms it.
// Owner: the SignInHost. Thread: the control thread.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace hawser::relay {

class RecheckQueue {
 public:
  static constexpr size_t asked_at_once = 16;  // of one provider

  using Done = std::function<void()>;
  // Begins with one session; finish() tells the end, perhaps within the call.
  using Start = std::function<void(const std::string& provider, const std::string& session)>;

  explicit RecheckQueue(Start start) : start_(std::move(start)) {}

  void add(const std::string& provider, const std::string& session, Done done);
  void finish(const std::string& provider, const std::string& session);

 private:
  struct Provider {
    std::deque<std::string> waiting;  // sessions
    size_t asked = 0;
    bool starting = false;
  };
  void start_next(const std::string& provider);

  Start start_;
  std::map<std::string, Provider> providers_;
  std::map<std::string, std::vector<Done>> sessions_;  // who waits
};

}  // namespace hawser::relay
