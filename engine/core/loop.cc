// SPDX-License-Identifier: Apache-2.0
#include "core/loop.h"

#include <uv.h>

#include <array>
#include <atomic>
#include <csignal>
#include <vector>

#include "core/clock.h"
#include "core/dns.h"
#include "core/entropy.h"
#include "core/handle.h"

namespace hawser::core {

namespace {

constexpr size_t receive_buffer_bytes = 64 * 1024;
constexpr size_t least_read_room_bytes = 4 * 1024;
constexpr int rounds_a_turn = 16;  // then the loop looks at its sockets before it goes on

}  // namespace

struct Loop::State {
  State(Clock* given_clock, Entropy* given_entropy)
      : clock(given_clock),
        entropy(given_entropy != nullptr ? given_entropy : &SystemEntropy::instance()) {}

  uv_loop_t loop{};
  uv_prepare_t prepare{};
  uv_idle_t idle{};  // active while the end of a turn left something over: no blocking then
  uv_async_t stop{};
  std::atomic<bool> stop_asked{false};
  Clock* clock;
  Entropy* entropy;
  FlushList flushes;            // of this turn
  FlushList next_turn_flushes;  // of the next one
  std::vector<Deferred> deferred;
  std::vector<Deferred> deferred_running;
  bool left_over = false;  // the idle handle runs
  std::unique_ptr<Resolver> resolver;
  BlockRef read_block;
  std::array<uint8_t, receive_buffer_bytes> receive_buffer;
};

Flushable::~Flushable() {
  if (flush_loop_ != nullptr) flush_loop_->cancel_flush(*this);
}

Loop::Loop(Clock* clock, Entropy* entropy) : state_(new State(clock, entropy)) {
  std::signal(SIGPIPE, SIG_IGN);  // a peer that went away is an error of its socket alone
  raw_ = &state_->loop;
  HAWSER_ASSERT(uv_loop_init(raw_) == 0);
  state_->loop.data = this;
  uv_prepare_init(raw_, &state_->prepare);
  uv_prepare_start(&state_->prepare, [](uv_prepare_t* prepare) {
    Loop& loop = *static_cast<Loop*>(prepare->loop->data);
    ++loop.turn_number_;
    loop.timers_->run_due();
    loop.take_over_flushes();
    loop.end_of_turn();
  });
  uv_idle_init(raw_, &state_->idle);
  HAWSER_ASSERT(uv_async_init(raw_, &state_->stop, [](uv_async_t* stop) {
                  Loop& loop = *static_cast<Loop*>(stop->loop->data);
                  if (loop.state_->stop_asked.exchange(false)) uv_stop(stop->loop);
                }) == 0);
  uv_unref(reinterpret_cast<uv_handle_t*>(&state_->prepare));
  uv_unref(reinterpret_cast<uv_handle_t*>(&state_->stop));
  timers_ = std::make_unique<TimerWheel>(raw_, clock);
}

Loop::~Loop() {
  run_flushes();
  while (!state_->deferred.empty()) run_deferred(false);  // whom the calls concern may be gone
  state_->resolver.reset();
  timers_.reset();
  state_->read_block = BlockRef{};
  const auto close_one = [](uv_handle_t* handle, void*) {
    if (!uv_is_closing(handle)) uv_close(handle, closed_by_loop);
  };
  uv_prepare_stop(&state_->prepare);
  uv_walk(raw_, close_one, nullptr);
  uv_run(raw_, UV_RUN_DEFAULT);
  while (!state_->deferred.empty()) run_deferred(false);
  take_over_flushes();
  while (state_->flushes.first != nullptr) cancel_flush(*state_->flushes.first);
  HAWSER_ASSERT(uv_loop_close(raw_) == 0);
}

void Loop::run() { uv_run(raw_, UV_RUN_DEFAULT); }

bool Loop::turn(bool wait) {
  uv_run(raw_, wait ? UV_RUN_ONCE : UV_RUN_NOWAIT);
  end_of_turn();  // what this turn's input led to leaves now, and not with the next turn
  return uv_loop_alive(raw_) != 0;
}

void Loop::stop() {
  state_->stop_asked = true;
  uv_async_send(&state_->stop);
}

uint64_t Loop::now_ms() const {
  return state_->clock != nullptr ? state_->clock->monotonic_ms() : uv_now(raw_);
}

uint64_t Loop::now_us() const {
  return state_->clock != nullptr ? state_->clock->monotonic_us()
                                  : SystemClock::instance().monotonic_us();
}

int64_t Loop::wall_ms() const {
  return state_->clock != nullptr ? state_->clock->wall_ms() : SystemClock::instance().wall_ms();
}

void Loop::fill_random(std::span<uint8_t> out) { state_->entropy->fill(out); }

Resolver& Loop::resolver() {
  if (state_->resolver == nullptr) state_->resolver = std::make_unique<Resolver>(*this);
  return *state_->resolver;
}

void Loop::set_resolver(std::unique_ptr<Resolver> resolver) {
  state_->resolver = std::move(resolver);
}

// While something waits for the end of the turn, the loop counts as alive.
void Loop::hold_for_end_of_turn() { uv_ref(reinterpret_cast<uv_handle_t*>(&state_->prepare)); }

void Loop::request_flush(Flushable& flushable) {
  if (flushable.flush_loop_ != nullptr) {
    if (!flushable.flush_next_turn_) return;
    cancel_flush(flushable);
  }
  link_flush(state_->flushes, flushable);
}

void Loop::request_flush_next_turn(Flushable& flushable) {
  if (flushable.flush_loop_ != nullptr) return;
  flushable.flush_next_turn_ = true;
  link_flush(state_->next_turn_flushes, flushable);
}

void Loop::link_flush(FlushList& list, Flushable& flushable) {
  flushable.flush_loop_ = this;
  flushable.previous_flush_ = list.last;
  flushable.next_flush_ = nullptr;
  (list.last != nullptr ? list.last->next_flush_ : list.first) = &flushable;
  list.last = &flushable;
  ++list.count;
  hold_for_end_of_turn();
}

// A turn begins: what the one before put off is due.
void Loop::take_over_flushes() {
  while (Flushable* const flushable = state_->next_turn_flushes.first) {
    cancel_flush(*flushable);
    link_flush(state_->flushes, *flushable);
  }
}

void Loop::cancel_flush(Flushable& flushable) {
  if (flushable.flush_loop_ == nullptr) return;
  HAWSER_ASSERT(flushable.flush_loop_ == this);
  FlushList& list = flushable.flush_next_turn_ ? state_->next_turn_flushes : state_->flushes;
  Flushable*& before =
      flushable.previous_flush_ != nullptr ? flushable.previous_flush_->next_flush_ : list.first;
  Flushable*& after =
      flushable.next_flush_ != nullptr ? flushable.next_flush_->previous_flush_ : list.last;
  before = flushable.next_flush_;
  after = flushable.previous_flush_;
  flushable.previous_flush_ = flushable.next_flush_ = nullptr;
  flushable.flush_loop_ = nullptr;
  flushable.flush_next_turn_ = false;
  --list.count;
}

void Loop::defer(Deferred deferred) {
  state_->deferred.push_back(deferred);
  hold_for_end_of_turn();
}

void Loop::defer_call(std::function<void()> call) {
  using Call = std::function<void()>;
  defer(Deferred{std::make_unique<Call>(std::move(call)).release(),
                 [](void* object) { delete static_cast<Call*>(object); },
                 [](void* object) { (*static_cast<Call*>(object))(); }});
}

// One round: what asked before it began. A flush that asks again comes with the next one.
void Loop::run_flushes() {
  for (size_t n = state_->flushes.count; n > 0 && state_->flushes.first != nullptr; --n) {
    Flushable& flushable = *state_->flushes.first;
    cancel_flush(flushable);
    flushable.flush();
  }
}

void Loop::run_deferred(bool with_calls) {
  std::vector<Deferred>& running = state_->deferred_running;
  running.swap(state_->deferred);
  for (Deferred& deferred : running) {
    if (deferred.call != nullptr && with_calls) deferred.call(deferred.object);
    deferred.destroy(deferred.object);
  }
  running.clear();
}

void Loop::end_of_turn() {
  const auto pending = [this] {
    return state_->flushes.first != nullptr || !state_->deferred.empty();
  };
  for (int round = 0; round < rounds_a_turn && pending(); ++round) {
    for (int i = 0; i < rounds_a_turn && state_->flushes.first != nullptr; ++i) run_flushes();
    run_deferred(true);
  }
  settle_end_of_turn(pending() || state_->next_turn_flushes.first != nullptr);
}

void Loop::settle_end_of_turn(bool left_over) {
  if (left_over == state_->left_over) {
    if (!left_over) uv_unref(reinterpret_cast<uv_handle_t*>(&state_->prepare));
    return;
  }
  state_->left_over = left_over;
  if (left_over) {
    uv_idle_start(&state_->idle, [](uv_idle_t*) {});
  } else {
    uv_idle_stop(&state_->idle);
    uv_unref(reinterpret_cast<uv_handle_t*>(&state_->prepare));
  }
}

std::span<uint8_t> Loop::receive_buffer() { return state_->receive_buffer; }

std::span<uint8_t> Loop::read_room() {
  BlockRef& block = state_->read_block;
  const uint32_t payload_end = block_headroom_bytes + block_payload_bytes;
  // Nobody refers to it any more: start from its front again.
  if (block.exclusive()) block->filled = block_headroom_bytes;
  if (!block || block->filled + least_read_room_bytes > payload_end) block = blocks_.take();
  return {block->bytes + block->filled, payload_end - block->filled};
}

Slice Loop::take_read(size_t bytes) {
  BlockRef& block = state_->read_block;
  const uint32_t begin = block->filled;
  HAWSER_ASSERT(begin + bytes <= block_headroom_bytes + block_payload_bytes);
  block->filled += static_cast<uint32_t>(bytes);
  Slice slice(block, begin, block->filled);
  // A block without room for the next read is let go, so that its bytes have one owner alone.
  if (block->filled + least_read_room_bytes > block_headroom_bytes + block_payload_bytes)
    block = BlockRef{};
  return slice;
}

}  // namespace hawser::core
