// SPDX-License-Identifier: Apache-2.0
// HandleCell: a uv handle in its own piece of heap, freed by uv's close callback and not before, so
// that its owner may go at any moment. Owner: the object that holds the HandlePtr. Thread: the
// loop's own. For .cc files of core only.
#pragma once

#include <uv.h>

#include <memory>

#include "core/check.h"

namespace hawser::core {

// `Extra` is what must live as long as the handle: requests and the bytes that they refer to.
struct NoExtra {};

template <class Handle, class Owner, class Extra = NoExtra>
struct HandleCell {
  Handle handle{};
  Owner* owner = nullptr;    // null once the owner has gone: callbacks then do nothing
  bool initialised = false;  // uv knows the handle, so it must be closed
  Extra extra{};

  uv_handle_t* base() { return reinterpret_cast<uv_handle_t*>(&handle); }
  uv_stream_t* stream() { return reinterpret_cast<uv_stream_t*>(&handle); }
  template <class AnyHandle>
  static HandleCell& of(AnyHandle* handle) {
    return *static_cast<HandleCell*>(handle->data);
  }
};

// The mark of a handle that its Loop closed because the loop itself goes: the cell remains its
// owner's.
inline void mark_closed_by_loop(uv_handle_t* handle) { handle->data = nullptr; }

struct HandleCloser {
  template <class Handle, class Owner, class Extra>
  void operator()(HandleCell<Handle, Owner, Extra>* cell) const {
    using Cell = HandleCell<Handle, Owner, Extra>;
    cell->owner = nullptr;
    if (!cell->initialised || cell->base()->data == nullptr) {
      delete cell;
      return;
    }
    HAWSER_ASSERT(!uv_is_closing(cell->base()));
    uv_close(cell->base(), [](uv_handle_t* handle) { delete &Cell::of(handle); });
  }
};

template <class Handle, class Owner, class Extra = NoExtra>
using HandlePtr = std::unique_ptr<HandleCell<Handle, Owner, Extra>, HandleCloser>;

template <class Handle, class Owner, class Extra = NoExtra>
HandlePtr<Handle, Owner, Extra> make_handle(Owner* owner) {
  HandlePtr<Handle, Owner, Extra> cell(new HandleCell<Handle, Owner, Extra>);
  cell->owner = owner;
  cell->handle.data = cell.get();
  return cell;
}

}  // namespace hawser::core
