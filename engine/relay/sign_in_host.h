// SPDX-License-Identifier: Apache-2.0
// SignInHost: the control thread's half of signing in: the providers, the keys that seal cookies,
// the sessions' rows. Owner: the Engine. Thread: the control thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "access/key_ring.h"
#include "access/provider_link.h"
#include "access/sign_in_desk.h"
#include "control/sessions.h"
#include "control/store.h"
#include "core/log.h"
#include "core/loop.h"
#include "core/timer_wheel.h"
#include "model/snapshot.h"

namespace hawser::relay {

class SignInHost {
 public:
  using Keys = std::shared_ptr<const access::KeyRing>;

  // All outlive the host. `on_keys` hears of every new ring.
  SignInHost(core::Loop& loop, core::Log& log, control::Store& store,
             std::function<void(const Keys&)> on_keys);
  ~SignInHost();

  // Reads or makes the keys.
  core::Result<void> open();
  const Keys& keys() const { return keys_; }
  // A provider whose settings did not change keeps what it knows.
  void apply(std::shared_ptr<const model::Snapshot> snapshot);

  void ask_provider(const std::string& provider, access::ProviderLink::MetadataDone done);
  using SignedInDone = std::function<void(access::SignedIn<access::SessionFacts>)>;
  void sign_in(const access::Callback& callback, SignedInDone done);
  // The session's facts with the marks that the app's present rules ask for.
  access::SignedIn<access::SessionFacts> mark_again(const std::string& app,
                                                    access::SessionFacts facts) const;
  void end_session(const std::string& session);

 private:
  core::Result<void> save_keys(access::KeyRing ring, uint64_t revision);
  void rotate_keys();
  access::ProviderLink* find_link(const std::string& provider);
  bool first_use(const std::string& login);
  void begin_session(const access::Callback& callback, const access::Tokens& tokens,
                     const SignedInDone& done);

  core::Loop& loop_;
  core::Log& log_;
  control::Store& store_;
  control::Sessions sessions_;
  std::function<void(const Keys&)> on_keys_;
  Keys keys_;
  std::shared_ptr<const model::Snapshot> snapshot_;
  std::map<std::string, std::unique_ptr<access::ProviderLink>> links_;
  std::map<std::string, int64_t> used_logins_;  // by id; when each ends, in seconds
  core::Deadline rotation_;
};

}  // namespace hawser::relay
