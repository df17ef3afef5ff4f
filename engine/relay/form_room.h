// SPDX-License-Identifier: Apache-2.0
// FormRooms: the part of a worker's budget that forms have which wait for a sign-in, or had to. A
// form may be longer than one client's share, so all of them together have a part of their own; of
// that a person and a client's address have no more than a share each, whatever the number of their
// connections, or one form where that is more.
//
// Room is taken as a form comes: for what the client may send next, never for what it only
// announces. It is given back when the control thread has answered, and not before, even where the
// client is gone meanwhile: until then the form's bytes are on their way, and only there are they
// counted anew. On its way back a form is lent to one exchange at a time, so that what is under way
// is at most what the control thread may keep; the exchange takes room for it when it comes.
//
// Owner: the worker's RelayContext, and every FormRoom, which may outlive it. Thread: the worker's
// own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "access/held_room.h"
#include "core/budget.h"

namespace hawser::relay {

// Whose a form is, and which of the shares it counts for.
struct FormOwner {
  std::string person;     // of one app
  uint64_t client = 0;    // its address, or of IPv6 the /64
  size_t form_bytes = 0;  // that one form may have
  bool sent = false;      // on its way to the application, and not from its sender
};

class FormRooms {
 public:
  // Of the budget, for all forms that are read or sent at once.
  static constexpr size_t part_of_the_budget = 8;
  // Of that part, for one person's that are read; for one person's altogether, and one client's.
  static constexpr size_t person_part = 16;
  static constexpr size_t whole_part = 4;

  // `budget` outlives it.
  explicit FormRooms(core::Budget& budget) : budget_(budget) {}

  // `held`: what this form has already.
  bool take(const FormOwner& owner, size_t held, size_t bytes);
  void give_back(const FormOwner& owner, size_t bytes);
  size_t used_bytes() const { return used_bytes_; }

 private:
  bool has_share(const FormOwner& owner, size_t bytes) const;

  core::Budget& budget_;
  std::map<std::string, size_t> persons_;
  std::map<uint64_t, size_t> clients_;
  size_t used_bytes_ = 0;
};

// What one form holds of it.
class FormRoom final : public access::HeldRoom {
 public:
  FormRoom(std::shared_ptr<FormRooms> rooms, FormOwner owner)
      : rooms_(std::move(rooms)), owner_(std::move(owner)) {}
  ~FormRoom() override { rooms_->give_back(owner_, bytes_); }
  FormRoom(const FormRoom&) = delete;
  FormRoom& operator=(const FormRoom&) = delete;

  // More of it; false where there is no more for its owner.
  bool take(size_t bytes) {
    if (!rooms_->take(owner_, bytes_, bytes)) return false;
    bytes_ += bytes;
    return true;
  }

 private:
  std::shared_ptr<FormRooms> rooms_;
  FormOwner owner_;
  size_t bytes_ = 0;
};

}  // namespace hawser::relay
