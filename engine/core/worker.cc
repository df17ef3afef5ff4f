// SPDX-License-Identifier: Apache-2.0
#include "core/worker.h"

#include <pthread.h>
#include <sched.h>

#include <charconv>
#include <csignal>

namespace hawser::core {

Worker::Worker(size_t index, Clock* clock, Entropy* entropy)
    : index_(index), loop_(clock, entropy), mailbox_(loop_) {}

Worker::~Worker() { stop_and_join(); }

void Worker::start(Task setup) {
  HAWSER_ASSERT(!thread_.joinable());
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  thread_ = std::thread([this, first = std::move(setup)]() mutable {
    own_thread_ = std::this_thread::get_id();
    if (first) first();
    loop_.run();
  });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  pthread_setname_np(thread_.native_handle(), ("worker " + std::to_string(index_)).c_str());
}

void Worker::stop_and_join(Task teardown) {
  if (!thread_.joinable()) return;
  post([this, last = std::move(teardown)]() mutable {
    if (last) last();
    loop_.stop();
  });
  thread_.join();
}

Result<size_t> Worker::count_for(std::string_view text) {
  if (text == "auto") {
    cpu_set_t usable;
    CPU_ZERO(&usable);
    const bool known = sched_getaffinity(0, sizeof(usable), &usable) == 0;
    const int count = known ? CPU_COUNT(&usable) : 1;
    return static_cast<size_t>(count > 0 ? count : 1);
  }
  size_t count = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (failure != std::errc{} || end != text.data() + text.size() || count < 1 || count > 256)
    return Error{"expected \"auto\" or a number from 1 to 256, found \"" + std::string(text) + "\"",
                 0};
  return count;
}

}  // namespace hawser::core
