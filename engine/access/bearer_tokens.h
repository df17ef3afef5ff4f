// SPDX-License-Identifier: Apache-2.0
// BearerTokens: the access tokens that programs bring along (RFC 6750, RFC 9068), as one worker
// knows them: its copy of the issuers' keys, and the tokens that it has found to be good, so that a
// program's thousand requests cost one signature. Both are bounded, and keys that are used are
// asked for again each minute: the control thread reads them anew as often as they are fresh.
// Owner: the Gate. Thread: the worker's own.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "access/rules_names.h"
#include "access/session_cookie.h"
#include "access/sign_in_desk.h"
#include "core/loop.h"
#include "message/fields.h"
#include "model/app.h"

namespace hawser::access {

// What stands behind "Bearer" in Authorization; nothing where the request has none, or has several
// of which nobody can tell which one counts.
std::optional<std::string_view> bearer_token(const message::Fields& fields);

struct BearerFinding {
  enum class Kind {
    good,         // `facts` tell who it is
    bad,          // one of ours, and not to be accepted
    not_ours,     // of no issuer, or for no audience, that the app lists
    keys_wanted,  // of `source`: ask_keys(), anew where has_keys(), and look again
    unavailable,  // the issuer gives no keys
  };
  Kind kind;
  const SessionFacts* facts = nullptr;  // until the next call
  std::string fault;                    // a name: "audience_wrong"
  std::string reason;
  KeySource source{};
};

class BearerTokens {
 public:
  // The desk may be null; then nobody gives keys.
  BearerTokens(core::Loop& loop, SignInDesk* desk) : loop_(loop), desk_(desk) {}
  ~BearerTokens() { *self_ = nullptr; }
  BearerTokens(const BearerTokens&) = delete;
  BearerTokens& operator=(const BearerTokens&) = delete;

  // `keys_asked`: they were, for this very token, so a key that is unknown stays so.
  // `names` are those of the app's rules.
  BearerFinding look(const model::App& app, const RuleNames& names, std::string_view token,
                     bool keys_asked);
  // `anew`: a token names a key that is not among them. `done` is called later, once. False where
  // too many wait already, or nobody can be asked.
  bool ask_keys(const KeySource& source, bool anew, std::function<void()> done);
  bool has_keys(const KeySource& source) { return keys_[source].keys != nullptr; }
  size_t remembered() const { return good_.size(); }
  // The rules that the facts were made for have changed.
  void forget_tokens();

 private:
  using Digest = std::array<uint8_t, 32>;
  using Keys = std::shared_ptr<const token::KeySet>;
  struct DigestHash {
    size_t operator()(const Digest& digest) const;
  };
  struct Known {  // of one issuer
    Keys keys;
    uint64_t asked_ms = 0;  // 0: never
    bool asking = false;
    std::vector<std::function<void()>> waiting;
  };

  struct Good {
    SessionFacts facts;
    const std::pair<const KeySource, Known>* checked_by;  // an entry of keys_
  };

  BearerFinding check(const model::App& app, const RuleNames& names, std::string_view token,
                      const model::BearerIssuer& issuer, bool keys_asked, const Digest& digest);
  bool is_past(const Known& known, uint64_t age_ms) const;
  void on_keys(const KeySource& source, const SignedIn<Keys>& keys);
  const SessionFacts* remember(const Digest& digest, Good good);
  void refresh(const std::pair<const KeySource, Known>& source);
  int64_t now_s() const { return loop_.wall_ms() / 1000; }

  core::Loop& loop_;
  SignInDesk* desk_;
  std::map<KeySource, Known> keys_;  // whose entries stay
  std::unordered_map<Digest, Good, DigestHash> good_;
  std::deque<Digest> remembered_;  // in the order in which they came
  std::shared_ptr<BearerTokens*> self_ = std::make_shared<BearerTokens*>(this);
};

}  // namespace hawser::access
