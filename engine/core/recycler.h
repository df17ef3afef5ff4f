// SPDX-License-Identifier: Apache-2.0
// Recycler: objects that are used again with the memory that their members have grown to. T has
// clear(), which keeps that memory. Owner: whoever hands them out; it outlives all that was taken.
// Thread: its owner's.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

namespace hawser::core {

template <class T>
class Recycler {
 public:
  struct GiveBack {
    Recycler* recycler = nullptr;
    void operator()(T* object) const {
      std::unique_ptr<T> owned(object);
      if (recycler == nullptr || recycler->idle_.size() >= recycler->idle_limit_) return;
      owned->clear();
      recycler->idle_.push_back(std::move(owned));
    }
  };
  using Ptr = std::unique_ptr<T, GiveBack>;

  explicit Recycler(size_t idle_limit = 256) : idle_limit_(idle_limit) {}
  Recycler(const Recycler&) = delete;
  Recycler& operator=(const Recycler&) = delete;

  // As after clear().
  Ptr take() {
    if (idle_.empty()) return Ptr(std::make_unique<T>().release(), GiveBack{this});
    T* const object = idle_.back().release();
    idle_.pop_back();
    return Ptr(object, GiveBack{this});
  }

 private:
  size_t idle_limit_;
  std::vector<std::unique_ptr<T>> idle_;
};

}  // namespace hawser::core
