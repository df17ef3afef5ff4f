// SPDX-License-Identifier: Apache-2.0
// ParkedForms: what people had typed when their session was over, sealed, until they have signed in
// again. The key to each travels with its browser alone. Everything is bounded: all of them
// together, and those of one person, so that nobody can push out another's; who comes too late is
// refused, since a form that was taken is a promise. Owner: the control thread. Thread: its
// owner's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

namespace hawser::access {

struct KeptForm {
  std::string id;     // 16 bytes
  std::string owner;  // the person, of one app
  std::string sealed;
  int64_t ends_s = 0;  // since 1970-01-01 UTC
};

// A form for who asks for it: kept until settled, and meanwhile for nobody else.
struct LentForm {
  enum class State : uint8_t { lent, lost, taken };  // taken: somebody has it, or had it
  State state = State::lost;
  std::string sealed;
};

class ParkedForms {
 public:
  // That each one costs beside its bytes.
  static constexpr size_t overhead_bytes = 512;

  ParkedForms(size_t limit_bytes, size_t person_limit_bytes)
      : limit_bytes_(limit_bytes), person_limit_bytes_(person_limit_bytes) {}

  bool has_room_for(const KeptForm& form) const;
  // False where it has no room.
  bool keep(KeptForm form);
  LentForm lend(const std::string& id, int64_t now_s);
  // `sent`: it has reached the application, and is gone; else it may be lent again.
  // False where it is not here any more.
  bool settle(const std::string& id, bool sent);
  // Drops what is over; returns how many were never sent.
  size_t forget(int64_t now_s);

  size_t count() const { return count_; }
  size_t bytes() const { return bytes_; }
  size_t person_limit_bytes() const { return person_limit_bytes_; }

 private:
  enum class State : uint8_t { kept, lent, sent };
  struct Entry {
    KeptForm form;
    State state = State::kept;
  };
  using Entries = std::map<std::string, Entry>;

  void drop_bytes(Entry& entry);
  static size_t cost_of(const KeptForm& form) { return form.sealed.size() + overhead_bytes; }

  size_t limit_bytes_;
  size_t person_limit_bytes_;
  Entries entries_;
  std::map<std::string, size_t> person_bytes_;
  size_t bytes_ = 0;
  size_t count_ = 0;  // of those whose bytes are here
};

}  // namespace hawser::access
