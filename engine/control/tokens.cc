// SPDX-License-Identifier: Apache-2.0
#include "control/tokens.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "control/record_json.h"
#include "tls/digest.h"

namespace hawser::control {
namespace {

constexpr std::string_view tokens_prefix = "tokens/";
constexpr size_t token_id_chars = 16;

std::string key_of_token(std::string_view id) {
  return std::string(tokens_prefix) + std::string(id);
}

bool is_token_id(std::string_view text) {
  return text.size() == token_id_chars && text.find_first_not_of("0123456789abcdef") == text.npos;
}

std::string encode(const TokenRecord& record) {
  return model::write_json({{"secret_sha256", record.secret_sha256_hex},
                            {"group", record.group},
                            {"created_ms", record.created_ms},
                            {"expires_ms", record.expires_ms},
                            {"used_ms", record.used_ms},
                            {"connector_id", record.connector_id}});
}

Outcome<TokenRecord> read_token(const StoreEntry& entry) {
  auto object = model::parse_json_object(entry.value, store_value_limit_bytes);
  if (!object.ok()) return damaged_record(entry.key, object.error());
  model::JsonMembers members(*object);
  TokenRecord record;
  record.id = entry.key.substr(tokens_prefix.size());
  record.revision = entry.revision;
  members.read("secret_sha256", record.secret_sha256_hex);
  members.read("group", record.group);
  read_time(members, "created_ms", record.created_ms);
  read_time(members, "expires_ms", record.expires_ms);
  read_time(members, "used_ms", record.used_ms);
  members.read("connector_id", record.connector_id);
  if (!members.ok()) return damaged_record(entry.key, members.error());
  return record;
}

std::optional<Refusal> check_wish(const std::string& group, uint64_t ttl_ms) {
  if (!model::is_name(group)) {
    return Refusal{400, "bad_group", "a group's name has 1 to 63 characters of a-z, 0-9 and \"-\""};
  }
  if (ttl_ms < token_ttl_least_ms || ttl_ms > token_ttl_most_ms) {
    return Refusal{400, "bad_ttl", "a token lasts 1 minute to 30 days"};
  }
  return std::nullopt;
}

Refusal token_unknown() { return {401, "token_unknown", "the engine knows no such token"}; }

}  // namespace

void Tokens::create(const std::string& group, uint64_t ttl_ms, int64_t now_ms,
                    OutcomeDone<NewToken> done) {
  if (auto refusal = check_wish(group, ttl_ms)) return done(*refusal);
  auto records = list();
  if (!records.ok()) return done(records.error());
  std::vector<StoreWrite> writes = forget_old(*records, now_ms);
  if (records->size() - writes.size() >= token_count_limit) {
    return done(Refusal{409, "token_limit", "10,000 tokens are out; revoke some first"});
  }
  model::EnrolmentToken token;
  token.authority_pin = authority_.pin();
  const std::string secret = tls::random_bytes(token.secret.size());
  std::copy(secret.begin(), secret.end(), token.secret.begin());
  NewToken made{token.to_string(), {}};
  made.record.secret_sha256_hex = tls::sha256_hex(token.secret_bytes());
  made.record.id = made.record.secret_sha256_hex.substr(0, token_id_chars);
  made.record.group = group;
  made.record.created_ms = now_ms;
  made.record.expires_ms = now_ms + static_cast<int64_t>(ttl_ms);
  writes.push_back({key_of_token(made.record.id), encode(made.record), 0, no_lease});
  store_.commit(std::move(writes), [made, done](const StoreResult<uint64_t>& saved) {
    if (!saved.ok()) return done(refusal_of(saved.error()));
    NewToken with_revision = made;
    with_revision.record.revision = *saved;
    done(std::move(with_revision));
  });
}

Outcome<std::vector<TokenRecord>> Tokens::list() {
  auto listing = store_.list(tokens_prefix);
  if (!listing.ok()) return refusal_of(listing.error());
  std::vector<TokenRecord> records;
  for (const StoreEntry& entry : listing->entries) {
    auto record = read_token(entry);
    if (!record.ok()) return record.error();
    records.push_back(std::move(record).value());
  }
  std::stable_sort(records.begin(), records.end(), [](const TokenRecord& a, const TokenRecord& b) {
    return a.created_ms > b.created_ms;
  });
  return records;
}

void Tokens::revoke(const std::string& id, OutcomeDone<void> done) {
  const Refusal none{404, "token_unknown", "there is no token with the id " + id.substr(0, 64)};
  if (!is_token_id(id)) return done(none);
  auto entry = store_.get(key_of_token(id));
  if (!entry.ok()) return done(refusal_of(entry.error()));
  if (!entry->has_value()) return done(none);
  std::vector<StoreWrite> writes{{key_of_token(id), std::nullopt, (*entry)->revision, no_lease}};
  store_.commit(std::move(writes), [done](const StoreResult<uint64_t>& removed) {
    if (!removed.ok()) return done(refusal_of(removed.error()));
    done({});
  });
}

Outcome<TokenRecord> Tokens::find_usable(const model::EnrolmentToken& token, int64_t now_ms) {
  if (token.authority_pin != authority_.pin()) {
    return Refusal{401, "token_other_engine",
                   "the token was made by another engine, or before its authority changed; make a "
                   "new one with `hawserctl token create`"};
  }
  const std::string hash = tls::sha256_hex(token.secret_bytes());
  auto entry = store_.get(key_of_token(hash.substr(0, token_id_chars)));
  if (!entry.ok()) return refusal_of(entry.error());
  if (!entry->has_value()) return token_unknown();
  auto record = read_token(**entry);
  if (!record.ok()) return record;
  if (!tls::equal_secrets(record->secret_sha256_hex, hash)) return token_unknown();
  if (record->used()) {
    return Refusal{409, "token_used",
                   "the token has been used by connector " + record->connector_id +
                       "; each token is good for one"};
  }
  if (record->expired(now_ms)) {
    return Refusal{401, "token_expired", "the token's time is over"};
  }
  return record;
}

StoreWrite Tokens::spend(TokenRecord record, const std::string& connector_id, int64_t now_ms) {
  record.used_ms = now_ms;
  record.connector_id = connector_id;
  return {key_of_token(record.id), encode(record), record.revision, no_lease};
}

std::vector<StoreWrite> Tokens::forget_old(const std::vector<TokenRecord>& records,
                                           int64_t now_ms) {
  std::vector<StoreWrite> writes;
  for (const TokenRecord& record : records) {
    const int64_t spent_ms = record.used() ? record.used_ms : record.expires_ms;
    if (now_ms - spent_ms < spent_token_kept_ms) continue;
    writes.push_back({key_of_token(record.id), std::nullopt, record.revision, no_lease});
    if (writes.size() + 1 == store_writes_limit) break;
  }
  return writes;
}

}  // namespace hawser::control
