// SPDX-License-Identifier: Apache-2.0
// Sessions: a row of the state store for each sign-in, written when it begins, when it is renewed
// and when it is ended, and never read for an ordinary request. A row goes by itself when its
// session ends, and with it the rows of its index. Owner: the engine's main program. Thread: the
// control thread alone.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "control/refusal.h"
#include "control/store.h"

namespace hawser::control {

struct SessionRecord {
  std::string id;  // 32 characters of hex
  std::string app;
  std::string provider;
  std::string subject;
  std::string user;
  std::string provider_session;  // `sid`, for the provider's logout
  std::string browser;           // one word for each app in each browser; empty: not known
  int64_t created_ms = 0;
  int64_t expires_ms = 0;
  int64_t checked_ms = 0;  // when the provider last vouched for the person
  std::string sealed;      // claims and tokens: whoever reads the file learns nothing of them
  bool indexed = false;    // by session_index.h; a row that is older than that is not
  uint64_t revision = 0;
  LeaseId lease = no_lease;
};

struct RevokedSession {
  std::string id;
  int64_t expires_ms = 0;  // when the session would have ended by itself
};

struct SessionFilter;

class Sessions {
 public:
  // `store` outlives it.
  explicit Sessions(Store& store) : store_(store) {}

  void create(SessionRecord record, int64_t now_ms, OutcomeDone<void> done);
  // Refused with `conflict` where the row is another by now, or gone.
  void update(const SessionRecord& record, OutcomeDone<void> done);
  // Rows from before there was an index get theirs; to be called before anything else.
  Outcome<void> index_old();
  // Those that the filter names, without what is sealed. However many there are, a few are read at
  // a time; of those that a filter names by a provider's word or a browser, no others are.
  Outcome<std::vector<SessionRecord>> matching(const SessionFilter& filter) const;
  // All of them, likewise.
  Outcome<std::vector<SessionRecord>> list() const;
  Outcome<SessionRecord> find(const std::string& id) const;
  // The row goes, and what says that its cookie is worth nothing stays until it would have ended.
  void revoke(const SessionRecord& record, OutcomeDone<void> done);
  Outcome<std::vector<RevokedSession>> list_revoked() const;

 private:
  template <class Wanted>
  Outcome<std::vector<SessionRecord>> read_where(std::string_view text, Wanted&& wanted) const;
  Outcome<std::vector<SessionRecord>> read_indexed(const std::string& prefix,
                                                   const SessionFilter& filter) const;
  Outcome<void> add_index(const std::vector<StoreEntry>& page);
  Outcome<void> commit_now(std::vector<StoreWrite> writes);

  Store& store_;
};

}  // namespace hawser::control
