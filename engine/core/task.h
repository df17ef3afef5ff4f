// SPDX-License-Identifier: Apache-2.0
// Task: a call to be made once, by someone else. Move-only, so that it may carry what it owns.
// Owner: whoever holds it. Thread: made on one, run on another.
#pragma once

#include <memory>
#include <type_traits>
#include <utility>

namespace hawser::core {

class Task {
 public:
  Task() = default;
  template <class Call, class = std::enable_if_t<!std::is_same_v<std::decay_t<Call>, Task>>>
  // NOLINTNEXTLINE(google-explicit-constructor): any callable is a task
  Task(Call&& call)
      : call_(std::make_unique<Holder<std::decay_t<Call>>>(std::forward<Call>(call))) {}

  explicit operator bool() const { return call_ != nullptr; }
  void operator()() { std::exchange(call_, nullptr)->run(); }

 private:
  struct Base {
    virtual ~Base() = default;
    virtual void run() = 0;
  };
  template <class Call>
  struct Holder : Base {
    explicit Holder(Call&& made) : call(std::move(made)) {}
    explicit Holder(const Call& made) : call(made) {}
    void run() override { call(); }
    Call call;
  };
  std::unique_ptr<Base> call_;
};

}  // namespace hawser::core
