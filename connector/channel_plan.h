// SPDX-License-Identifier: Apache-2.0
// ChannelPlan: which channels this connector wants, holds and dials: enough to each engine, spread
// over that engine's workers and over our own. It decides and counts; the Dialer acts. Owner: the
// Dialer. Thread: main.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "connector/backoff.h"
#include "core/address.h"

namespace hawser::connector {

// One channel to be dialled now.
struct DialOrder {
  uint64_t channel = 0;  // its number in the plan
  size_t worker = 0;     // of ours
  core::Address address;
  int32_t engine_worker_wanted = -1;
};

class ChannelPlan {
 public:
  static constexpr size_t targets_limit = 64;
  static constexpr size_t addresses_limit = 32;    // of one target
  static constexpr uint32_t channels_limit = 256;  // to one engine

  // `random` gives uniform numbers for the jitter.
  ChannelPlan(size_t workers, std::function<uint64_t()> random)
      : worker_load_(workers, 0), random_(std::move(random)) {}

  // The names to dial, as host:port: what the program was given, and what engines told. Those that
  // are no longer named are forgotten once they carry nothing.
  void set_targets(const std::vector<std::string>& targets, uint64_t now_ms);
  // What a target resolved to.
  void set_addresses(const std::string& target, const std::vector<core::Address>& addresses,
                     uint64_t now_ms);
  // A target that did not resolve: everything due there waits again.
  void resolve_failed(const std::string& target, uint64_t now_ms);

  // Whether the channel is one too many and should be drained; it is forgotten then.
  enum class Verdict { keep, surplus };
  Verdict established(uint64_t channel, const std::string& engine, uint32_t engine_worker,
                      uint32_t worker_count, uint32_t channels_wanted, uint64_t now_ms);
  // The dial failed, or an established channel was lost.
  void lost(uint64_t channel, uint64_t now_ms);

  // The targets to resolve now, because something is due there (or they were never resolved).
  std::vector<std::string> due_targets(uint64_t now_ms) const;
  // Takes what is due at this target; each is then being dialled.
  std::vector<DialOrder> take_due(const std::string& target, uint64_t now_ms);
  std::optional<uint64_t> next_due_ms() const;

  bool knows(const std::string& target) const { return targets_.count(target) != 0; }
  size_t established_channels() const;
  size_t engines() const { return engines_.size(); }

 private:
  enum class State { waiting, dialling, established };
  struct Channel {
    std::string engine;  // "" until its WELCOME, when the address was never heard from
    int32_t engine_worker = -1;
    std::string address;  // an Endpoint's key
    size_t worker = 0;
    State state = State::waiting;
    uint64_t due_ms = 0;
    uint64_t established_ms = 0;
    Backoff backoff;
  };
  struct Endpoint {
    core::Address address;
    std::string target;
    std::string engine;  // who answered there last
    bool named = true;   // still among what the target resolves to
  };
  struct Target {
    bool wanted = true;
    bool resolved = false;
    uint64_t due_ms = 0;  // of the next resolving, while there is nothing to dial
    Backoff backoff;
  };
  struct Engine {
    uint32_t channels_wanted = 1;
    uint32_t worker_count = 1;
  };

  void reconcile(uint64_t now_ms);
  void forget_gone();
  void add_channel(const std::string& engine, const std::string& address, uint64_t now_ms);
  std::map<uint64_t, Channel>::iterator remove(std::map<uint64_t, Channel>::iterator channel);
  size_t count(const std::string& engine) const;
  bool in_use(const std::string& address) const;
  size_t least_loaded_worker() const;
  int32_t least_covered_worker(const std::string& engine, uint32_t worker_count) const;
  std::vector<std::string> addresses_of(const std::string& engine) const;
  std::string address_after(const Channel& channel) const;

  std::map<std::string, Target> targets_;
  std::map<std::string, Endpoint> endpoints_;
  std::map<std::string, Engine> engines_;
  std::map<uint64_t, Channel> channels_;
  std::vector<size_t> worker_load_;
  std::function<uint64_t()> random_;
  uint64_t next_channel_ = 1;
};

}  // namespace hawser::connector
