// SPDX-License-Identifier: Apache-2.0
// HandleCell: a uv handle in its own piece of heap, freed by uv's close callback and not before, so
// that its owner may go at any moment. Owner: the object that holds it by unique_ptr. Thread: the
// loop's own. For .cc files of core only: a class declares `struct Cell; struct CellCloser;`,
// derives its Cell from HandleCell and lets the closer call close_cell().
#pragma once

#include <uv.h>

#include "core/check.h"

namespace hawser::core {

template <class Handle, class Owner>
struct HandleCell {
  Handle handle{};
  Owner* owner = nullptr;    // null once the owner has gone: callbacks then do nothing
  bool initialised = false;  // uv knows the handle, so it must be closed

  uv_handle_t* base() { return reinterpret_cast<uv_handle_t*>(&handle); }
  uv_stream_t* stream() { return reinterpret_cast<uv_stream_t*>(&handle); }
};

template <class Cell, class Owner>
Cell* new_cell(Owner* owner) {
  Cell* cell = new Cell;  // goes straight into the owner's unique_ptr
  cell->owner = owner;
  cell->handle.data = cell;
  return cell;
}

template <class Cell, class Handle>
Cell& cell_of(const Handle* handle) {
  return *static_cast<Cell*>(handle->data);
}

// A handle that its Loop closed because the loop itself goes; the cell remains its owner's.
inline void closed_by_loop(uv_handle_t* handle) { handle->data = nullptr; }

template <class Cell>
void close_cell(Cell* cell) {
  cell->owner = nullptr;
  if (!cell->initialised || cell->handle.data == nullptr) {
    delete cell;
    return;
  }
  HAWSER_ASSERT(!uv_is_closing(cell->base()));
  uv_close(cell->base(), [](uv_handle_t* handle) { delete &cell_of<Cell>(handle); });
}

}  // namespace hawser::core
