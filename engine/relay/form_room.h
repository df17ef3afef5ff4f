// SPDX-License-Identifier: Apache-2.0
// FormRoom: what an exchange holds of the budget for a form that waits for a sign-in, or had to. A
// form may be longer than one client's share, so all of them together have a part of their own.
// Owner: the exchange. Thread: the worker's own.
#pragma once

#include <cstddef>
#include <utility>

#include "core/budget.h"
#include "relay/relay_context.h"

namespace hawser::relay {

class FormRoom {
 public:
  // Of the budget, for all forms that are read or sent at once.
  static constexpr size_t part_of_the_budget = 8;

  explicit FormRoom(RelayContext& context) : context_(context) {}
  ~FormRoom() { give_back(); }
  FormRoom(const FormRoom&) = delete;
  FormRoom& operator=(const FormRoom&) = delete;

  // More of it.
  bool take(size_t bytes) {
    core::Budget& budget = context_.budget;
    const size_t most = budget.limit_bytes() / part_of_the_budget;
    // One alone may have more than the part, where the part is small.
    const bool has_part = context_.form_bytes == 0 ||
                          (context_.form_bytes <= most && bytes <= most - context_.form_bytes);
    if (!has_part || !budget.may_grow(bytes) || !budget.take(bytes)) return false;
    bytes_ += bytes;
    context_.form_bytes += bytes;
    return true;
  }
  void give_back() {
    const size_t bytes = std::exchange(bytes_, 0);
    if (bytes == 0) return;
    context_.form_bytes -= bytes;
    context_.budget.give_back(bytes);
  }

 private:
  RelayContext& context_;
  size_t bytes_ = 0;
};

}  // namespace hawser::relay
