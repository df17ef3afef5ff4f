// SPDX-License-Identifier: Apache-2.0
// StateDir: the engine's state folder, held by one running engine at a time, and who this engine
// is. Owner: the engine's main program, for as long as it runs. Thread: main.
#pragma once

#include <string>

#include "core/result.h"
#include "model/ids.h"

namespace hawser::control {

class StateDir {
 public:
  // Opens the folder or makes it, takes the lock, reads the identity or makes it. A trust domain
  // other than the recorded one is refused: every certificate given out names it.
  static core::Result<StateDir> open(const std::string& folder, const std::string& trust_domain);
  StateDir(StateDir&& other) noexcept;
  StateDir& operator=(StateDir&& other) noexcept;
  StateDir(const StateDir&) = delete;
  StateDir& operator=(const StateDir&) = delete;
  ~StateDir();  // gives the lock back

  const std::string& folder() const { return folder_; }
  const model::Uuid& engine_id() const { return engine_id_; }
  const std::string& trust_domain() const { return trust_domain_; }
  std::string store_path() const { return folder_ + "/state.db"; }

 private:
  StateDir() = default;
  core::Result<void> take_lock();
  core::Result<void> load_identity(const std::string& trust_domain);
  core::Result<void> make_identity(const std::string& trust_domain);

  std::string folder_;
  int lock_fd_ = -1;
  model::Uuid engine_id_;
  std::string trust_domain_;
};

}  // namespace hawser::control
