// SPDX-License-Identifier: Apache-2.0
#include "control/sessions.h"

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "control/record_json.h"
#include "control/session_filter.h"
#include "control/session_index.h"

namespace hawser::control {
namespace {

constexpr std::string_view sessions_prefix = "sessions/";
constexpr std::string_view revoked_prefix = "revoked-sessions/";
constexpr size_t session_id_chars = 32;
constexpr size_t session_page_rows = 256;

std::string key_of_session(std::string_view id) {
  return std::string(sessions_prefix) + std::string(id);
}

std::string revoked_key_of(std::string_view id) {
  return std::string(revoked_prefix) + std::string(id);
}

bool is_session_id(std::string_view text) {
  return text.size() == session_id_chars && text.find_first_not_of("0123456789abcdef") == text.npos;
}

std::string encode(const SessionRecord& record) {
  return model::write_json({{"app", record.app},
                            {"provider", record.provider},
                            {"subject", record.subject},
                            {"user", record.user},
                            {"provider_session", record.provider_session},
                            {"browser", record.browser},
                            {"created_ms", record.created_ms},
                            {"expires_ms", record.expires_ms},
                            {"checked_ms", record.checked_ms},
                            {"sealed", record.sealed},
                            {"indexed", record.indexed}});
}

Outcome<SessionRecord> read_session(const StoreEntry& entry) {
  const auto object = model::parse_json_object(entry.value, store_value_limit_bytes);
  if (!object.ok()) return damaged_record(entry.key, object.error());
  model::JsonMembers members(*object);
  SessionRecord record;
  record.id = entry.key.substr(sessions_prefix.size());
  record.revision = entry.revision;
  record.lease = entry.lease;
  members.read("app", record.app);
  members.read("provider", record.provider);
  members.read("subject", record.subject);
  members.read("user", record.user);
  members.read("provider_session", record.provider_session);
  members.read("browser", record.browser);
  read_time(members, "created_ms", record.created_ms);
  read_time(members, "expires_ms", record.expires_ms);
  record.checked_ms = record.created_ms;  // of a row that is older than this
  read_time(members, "checked_ms", record.checked_ms);
  members.read("sealed", record.sealed);
  members.read("indexed", record.indexed);
  if (!members.ok()) return damaged_record(entry.key, members.error());
  return record;
}

// As JSON has it too.
bool is_written_plainly(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return c >= ' ' && c <= '~' && c != '"' && c != '\\';
  });
}

Refusal unknown(std::string_view id) {
  return {404, "session_unknown",
          "there is no session with the id " + std::string(id.substr(0, session_id_chars))};
}

}  // namespace

void Sessions::create(SessionRecord record, int64_t now_ms, OutcomeDone<void> done) {
  const auto ttl_ms = static_cast<uint64_t>(record.expires_ms - now_ms);
  record.indexed = true;
  store_.grant_lease(
      ttl_ms, [this, record = std::move(record), done](const StoreResult<LeaseId>& lease) {
        if (!lease.ok()) return done(refusal_of(lease.error()));
        std::vector<StoreWrite> writes{{key_of_session(record.id), encode(record), 0, *lease}};
        for (std::string& key : session_index_keys(record))
          writes.push_back({std::move(key), "", 0, *lease});
        store_.commit(std::move(writes), [done](const StoreResult<uint64_t>& saved) {
          if (!saved.ok()) return done(refusal_of(saved.error()));
          done({});
        });
      });
}

void Sessions::update(const SessionRecord& record, OutcomeDone<void> done) {
  store_.commit({{key_of_session(record.id), encode(record), record.revision, record.lease}},
                [done = std::move(done)](const StoreResult<uint64_t>& saved) {
                  if (!saved.ok()) return done(refusal_of(saved.error()));
                  done({});
                });
}

// Only rows in which `text` stands somewhere are looked into: that is most of the work.
template <class Wanted>
Outcome<std::vector<SessionRecord>> Sessions::read_where(std::string_view text,
                                                         Wanted&& wanted) const {
  std::vector<SessionRecord> records;
  std::string after;
  for (;;) {
    const auto page = store_.list_page(sessions_prefix, after, session_page_rows);
    if (!page.ok()) return refusal_of(page.error());
    for (const StoreEntry& entry : *page) {
      if (entry.value.find(text) == std::string::npos) continue;
      auto record = read_session(entry);
      if (!record.ok()) return record.error();
      if (!wanted(*record)) continue;
      record->sealed.clear();
      records.push_back(std::move(record).value());
    }
    if (page->size() < session_page_rows) return records;
    after = page->back().key;
  }
}

Outcome<std::vector<SessionRecord>> Sessions::list() const {
  return read_where("", [](const SessionRecord&) { return true; });
}

Outcome<std::vector<SessionRecord>> Sessions::matching(const SessionFilter& filter) const {
  if (!filter.id.empty()) {
    const auto record = find(filter.id);
    if (!record && record.error().status != 404) return record.error();
    if (!record || !filter.matches(*record)) return std::vector<SessionRecord>();
    return std::vector<SessionRecord>{*record};
  }
  if (const std::string prefix = session_index_prefix(filter); !prefix.empty())
    return read_indexed(prefix, filter);
  std::string_view text;
  for (const std::string* value :
       {&filter.user, &filter.provider, &filter.subject, &filter.provider_session, &filter.browser})
    if (is_written_plainly(*value)) text = *value;
  return read_where(text, [&](const SessionRecord& record) { return filter.matches(record); });
}

Outcome<std::vector<SessionRecord>> Sessions::read_indexed(const std::string& prefix,
                                                           const SessionFilter& filter) const {
  std::vector<SessionRecord> records;
  std::string after;
  for (;;) {
    const auto page = store_.list_page(prefix, after, session_page_rows);
    if (!page.ok()) return refusal_of(page.error());
    for (const StoreEntry& entry : *page) {
      auto record = find(entry.key.substr(prefix.size()));
      if (!record && record.error().status == 404) continue;  // by a version without an index
      if (!record) return record.error();
      if (!filter.matches(*record)) continue;
      record->sealed.clear();
      records.push_back(std::move(record).value());
    }
    if (page->size() < session_page_rows) return records;
    after = page->back().key;
  }
}

Outcome<void> Sessions::index_old() {
  std::string after;
  for (;;) {
    const auto page = store_.list_page(sessions_prefix, after, session_page_rows);
    if (!page.ok()) return refusal_of(page.error());
    if (auto added = add_index(*page); !added) return added;
    if (page->size() < session_page_rows) return {};
    after = page->back().key;
  }
}

// A few rows a commit: each is a wait for the disk.
Outcome<void> Sessions::add_index(const std::vector<StoreEntry>& page) {
  constexpr size_t writes_of_one = 4;
  std::vector<StoreWrite> writes;
  for (const StoreEntry& entry : page) {
    if (entry.value.find(R"("indexed":true)") != std::string::npos) continue;
    auto record = read_session(entry);
    if (!record) continue;  // damaged: told to whoever asks for it
    record->indexed = true;
    writes.push_back({entry.key, encode(*record), entry.revision, entry.lease});
    for (std::string& key : session_index_keys(*record)) {
      const auto known = store_.get(key);
      if (!known.ok()) return refusal_of(known.error());
      if (!known->has_value()) writes.push_back({std::move(key), "", 0, entry.lease});
    }
    if (writes.size() + writes_of_one <= store_writes_limit) continue;
    if (auto done = commit_now(std::exchange(writes, {})); !done) return done;
  }
  if (writes.empty()) return {};
  return commit_now(std::move(writes));
}

// At the start, where nothing else goes on.
Outcome<void> Sessions::commit_now(std::vector<StoreWrite> writes) {
  const auto outcome = std::make_shared<Outcome<void>>();
  store_.commit(std::move(writes), [outcome](const StoreResult<uint64_t>& saved) {
    if (!saved.ok()) *outcome = refusal_of(saved.error());
  });
  return *outcome;
}

Outcome<SessionRecord> Sessions::find(const std::string& id) const {
  if (!is_session_id(id)) return unknown(id);
  const auto entry = store_.get(key_of_session(id));
  if (!entry.ok()) return refusal_of(entry.error());
  if (!entry->has_value()) return unknown(id);
  return read_session(**entry);
}

void Sessions::revoke(const SessionRecord& record, OutcomeDone<void> done) {
  std::vector<StoreWrite> writes{
      {key_of_session(record.id), std::nullopt, record.revision, no_lease},
      {revoked_key_of(record.id), model::write_json({{"expires_ms", record.expires_ms}}), 0,
       record.lease}};
  for (const std::string& key : session_index_keys(record)) {
    const auto entry = store_.get(key);
    if (!entry.ok()) return done(refusal_of(entry.error()));
    if (entry->has_value()) writes.push_back({key, std::nullopt, (*entry)->revision, no_lease});
  }
  store_.commit(std::move(writes), [done](const StoreResult<uint64_t>& saved) {
    if (!saved.ok()) return done(refusal_of(saved.error()));
    done({});
  });
}

Outcome<std::vector<RevokedSession>> Sessions::list_revoked() const {
  const auto listing = store_.list(revoked_prefix);
  if (!listing.ok()) return refusal_of(listing.error());
  std::vector<RevokedSession> revoked;
  for (const StoreEntry& entry : listing->entries) {
    const auto object = model::parse_json_object(entry.value, store_value_limit_bytes);
    if (!object.ok()) return damaged_record(entry.key, object.error());
    model::JsonMembers members(*object);
    RevokedSession session{entry.key.substr(revoked_prefix.size())};
    read_time(members, "expires_ms", session.expires_ms);
    if (!members.ok()) return damaged_record(entry.key, members.error());
    revoked.push_back(std::move(session));
  }
  return revoked;
}

}  // namespace hawser::control
