// SPDX-License-Identifier: Apache-2.0
#include "core/mailbox.h"

#include "core/handle.h"

namespace hawser::core {

struct Mailbox::Cell : HandleCell<uv_async_t, Mailbox> {};

void Mailbox::CellCloser::operator()(Cell* cell) const { close_cell(cell); }

Mailbox::Mailbox(Loop& loop) : cell_(new_cell<Cell>(this)) {
  const auto mail = [](uv_async_t* async) {
    if (Mailbox* owner = cell_of<Cell>(async).owner) owner->run_all();
  };
  HAWSER_ASSERT(uv_async_init(loop.raw(), &cell_->handle, mail) == 0);
  cell_->initialised = true;
}

Mailbox::~Mailbox() = default;

void Mailbox::post(Task task) {
  const std::lock_guard lock(mutex_);
  posted_.push_back(std::move(task));
  // Within the lock: the mailbox cannot go between the two.
  if (posted_.size() == 1) uv_async_send(&cell_->handle);
}

void Mailbox::run_all() {
  {
    const std::lock_guard lock(mutex_);
    running_.swap(posted_);
  }
  for (Task& task : running_) task();
  running_.clear();
}

}  // namespace hawser::core
