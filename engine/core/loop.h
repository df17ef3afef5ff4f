// SPDX-License-Identifier: Apache-2.0
// Loop: one libuv loop with what every object on it shares: blocks, deadlines, the flush at the end
// of a turn, deferred destruction, the clock. Owner: a Worker (or main, or a test). Thread: exactly
// one; only stop() and wake-ups by Mailbox come from others.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>

#include "core/block_pool.h"
#include "core/timer_wheel.h"

struct uv_loop_s;

namespace hawser::core {

class Clock;
class Entropy;
class Resolver;
class SocketFaults;

// Something with output that leaves at the end of the turn. A member or base of its owner; unlinked
// by its destructor.
class Flushable {
 public:
  Flushable() = default;
  Flushable(const Flushable&) = delete;
  Flushable& operator=(const Flushable&) = delete;
  virtual ~Flushable();
  // Called once per request_flush(), before the loop blocks. May request flushes of others (they
  // run in the same turn).
  virtual void flush() = 0;

 private:
  friend class Loop;
  Flushable* previous_flush_ = nullptr;
  Flushable* next_flush_ = nullptr;
  class Loop* flush_loop_ = nullptr;
  bool flush_next_turn_ = false;
};

class Loop {
 public:
  // `clock` and `entropy` are the seams for tests; null means the system's. They outlive the loop.
  // The process ignores SIGPIPE from the first loop on.
  explicit Loop(Clock* clock = nullptr, Entropy* entropy = nullptr);
  ~Loop();  // closes what is left on it and runs until all handles are closed
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  uv_loop_s* raw() { return raw_; }
  void run();            // until stop() or nothing is left to wait for
  bool turn(bool wait);  // one turn; false when nothing is alive (for tests)
  void stop();           // any thread

  uint64_t now_ms() const;  // monotonic, of this turn
  uint64_t now_us() const;  // monotonic, exact now
  int64_t wall_ms() const;  // since 1970-01-01 UTC
  void fill_random(std::span<uint8_t> out);

  BlockPool& blocks() { return blocks_; }
  TimerWheel& timers() { return *timers_; }
  Resolver& resolver();                                   // c-ares, one per loop, made on first use
  void set_resolver(std::unique_ptr<Resolver> resolver);  // before the first use, for tests
  // The seam for socket I/O; null (the default) for none. `faults` outlives the loop's sockets.
  void set_socket_faults(SocketFaults* faults) { socket_faults_ = faults; }
  SocketFaults* socket_faults() const { return socket_faults_; }
  uint64_t turn_number() const { return turn_number_; }

  // `flushable.flush()` runs before the loop blocks next; asking twice is once.
  void request_flush(Flushable& flushable);
  // The same before the loop would block again, but only once it has looked at its sockets.
  void request_flush_next_turn(Flushable& flushable);
  void cancel_flush(Flushable& flushable);

  // Destroys at the end of the turn: nothing dies inside its own callback.
  template <class T>
  void defer_delete(std::unique_ptr<T> object) {
    if (object != nullptr)
      defer(Deferred{object.release(), [](void* p) { delete static_cast<T*>(p); }, nullptr});
  }
  // Runs at the end of this turn, after the flushes, on this loop.
  void defer_call(std::function<void()> call);

  // The loop's one receive buffer, lent to whoever is reading a socket right now.
  std::span<uint8_t> receive_buffer();
  // Room in the loop's shared read block, so that small reads share one: read into it, then take
  // the slice of what came, before anything else uses the loop.
  std::span<uint8_t> read_room();
  Slice take_read(size_t bytes);

 private:
  struct Deferred {
    void* object;
    void (*destroy)(void*);
    void (*call)(void*) = nullptr;  // before it is destroyed
  };
  struct FlushList {
    Flushable* first = nullptr;
    Flushable* last = nullptr;
    size_t count = 0;
  };
  struct State;
  void link_flush(FlushList& list, Flushable& flushable);
  void take_over_flushes();
  void defer(Deferred deferred);
  void end_of_turn();
  void run_flushes();
  void run_deferred(bool with_calls);
  void settle_end_of_turn(bool left_over);
  void hold_for_end_of_turn();

  BlockPool blocks_;
  uv_loop_s* raw_ = nullptr;
  std::unique_ptr<TimerWheel> timers_;
  std::unique_ptr<State> state_;
  SocketFaults* socket_faults_ = nullptr;
  uint64_t turn_number_ = 0;
};

}  // namespace hawser::core
