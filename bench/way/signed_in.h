// SPDX-License-Identifier: Apache-2.0
// SignedIn: somebody who has signed in to a bench's app, by a cookie that the engine sealed. Owner:
// the EngineSide. Thread: any, constant.
#pragma once

#include <memory>
#include <string>

#include "access/key_ring.h"
#include "model/app.h"
#include "model/provider.h"

namespace hawser::bench {

class SignedIn {
 public:
  SignedIn();

  static model::Provider provider();
  // From now on a rule of the app's lets one group in.
  void guard(model::App& app) const;
  const std::shared_ptr<const access::KeyRing>& keys() const { return keys_; }
  // The field's value, with other cookies beside ours.
  const std::string& cookie() const { return cookie_; }

 private:
  std::shared_ptr<const access::KeyRing> keys_;
  std::string cookie_;
};

}  // namespace hawser::bench
