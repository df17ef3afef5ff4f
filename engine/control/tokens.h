// SPDX-License-Identifier: Apache-2.0
// Tokens: the enrolment tokens that are out. The store holds a hash of each secret; the text is
// shown once. Owner: the engine's main program. Thread: the control thread alone.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "control/authority.h"
#include "control/refusal.h"
#include "control/store.h"
#include "model/enrolment_token.h"
#include "model/ids.h"

namespace hawser::control {

inline constexpr uint64_t token_ttl_least_ms = 60 * 1000;
inline constexpr uint64_t token_ttl_most_ms = 30ull * 24 * 60 * 60 * 1000;
inline constexpr size_t token_count_limit = 10000;
inline constexpr int64_t spent_token_kept_ms =
    7 * model::day_ms;  // used or expired ones stay that long

struct TokenRecord {
  std::string id;  // 16 hexadecimal digits; says nothing about the secret
  std::string secret_sha256_hex;
  std::string group;
  int64_t created_ms = 0;
  int64_t expires_ms = 0;
  int64_t used_ms = 0;       // 0: not yet
  std::string connector_id;  // that used it
  uint64_t revision = 0;

  bool used() const { return used_ms != 0; }
  bool expired(int64_t now_ms) const { return now_ms >= expires_ms; }
};

struct NewToken {
  std::string text;  // the only time that it is seen
  TokenRecord record;
};

class Tokens {
 public:
  // Both outlive this.
  Tokens(Store& store, const Authority& authority) : store_(store), authority_(authority) {}

  void create(const std::string& group, uint64_t ttl_ms, int64_t now_ms,
              OutcomeDone<NewToken> done);
  Outcome<std::vector<TokenRecord>> list();  // the newest first
  void revoke(const std::string& id, OutcomeDone<void> done);

  // The token's record if it may be used now; else token_other_engine, token_unknown, token_used or
  // token_expired.
  Outcome<TokenRecord> find_usable(const model::EnrolmentToken& token, int64_t now_ms);
  // The write that spends it; of two at the same time one conflicts.
  static StoreWrite spend(TokenRecord record, const std::string& connector_id, int64_t now_ms);

 private:
  std::vector<StoreWrite> forget_old(const std::vector<TokenRecord>& records, int64_t now_ms);

  Store& store_;
  const Authority& authority_;
};

}  // namespace hawser::control
