// SPDX-License-Identifier: Apache-2.0
// Result: a value, or the reason why there is none. Errors of peers, files and the system travel as
// values. Owner: whoever holds it. Thread: any.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "core/check.h"

namespace hawser::core {

// A failure in words that a person can act on. `code` is a negated errno (libuv's habit) where the
// system spoke, else 0.
struct Error {
  std::string reason;
  int code = 0;
};

template <class T, class E = Error>
class [[nodiscard]] Result {
 public:
  // `return value;` and `return Error{...};` are the point of a Result.
  // NOLINTNEXTLINE(google-explicit-constructor)
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  // NOLINTNEXTLINE(google-explicit-constructor)
  Result(E error) : state_(std::in_place_index<1>, std::move(error)) {}

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  T& value() & {
    HAWSER_ASSERT(ok());
    return *std::get_if<0>(&state_);
  }
  const T& value() const& {
    HAWSER_ASSERT(ok());
    return *std::get_if<0>(&state_);
  }
  T&& value() && {
    HAWSER_ASSERT(ok());
    return std::move(*std::get_if<0>(&state_));
  }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }

  const E& error() const {
    HAWSER_ASSERT(!ok());
    return *std::get_if<1>(&state_);
  }

 private:
  std::variant<T, E> state_;
};

template <class E>
class [[nodiscard]] Result<void, E> {
 public:
  Result() = default;
  // NOLINTNEXTLINE(google-explicit-constructor)
  Result(E error) : error_(std::move(error)) {}
  bool ok() const { return !error_.has_value(); }
  explicit operator bool() const { return ok(); }
  const E& error() const {
    HAWSER_ASSERT(!ok());
    return *error_;
  }

 private:
  std::optional<E> error_;
};

}  // namespace hawser::core
