// SPDX-License-Identifier: Apache-2.0
#include "core/signals.h"

#include <uv.h>

#include <utility>

namespace hawser::core {

struct SignalWatcher::Cell {
  uv_signal_t handle;
  std::function<void()> on_signal;
};

void SignalWatcher::CellCloser::operator()(Cell* cell) const {
  cell->on_signal = nullptr;
  uv_close(reinterpret_cast<uv_handle_t*>(&cell->handle),
           [](uv_handle_t* handle) { delete static_cast<Cell*>(handle->data); });
}

SignalWatcher::SignalWatcher(Loop& loop, int signal_number, std::function<void()> on_signal)
    : cell_(new Cell) {
  cell_->on_signal = std::move(on_signal);
  uv_signal_init(loop.raw(), &cell_->handle);
  cell_->handle.data = cell_.get();
  uv_unref(reinterpret_cast<uv_handle_t*>(&cell_->handle));
  uv_signal_start(
      &cell_->handle,
      [](uv_signal_t* handle, int) {
        const auto& call = static_cast<Cell*>(handle->data)->on_signal;
        if (call) call();
      },
      signal_number);
}

SignalWatcher::~SignalWatcher() = default;

}  // namespace hawser::core
