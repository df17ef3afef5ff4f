// SPDX-License-Identifier: Apache-2.0
// IssuerLink: what the engine asks of an issuer of tokens: its description, and its keys. Both are
// kept and used through an outage, the keys for a day at most. While they are used they are read
// again as often as token/key_freshness.h says, so that one that was withdrawn soon opens nothing.
// Owner: the sign-in desk. Thread: the control thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/discovery.h"
#include "access/sign_in_fault.h"
#include "core/log.h"
#include "core/loop.h"
#include "tls/context.h"
#include "token/fetch.h"
#include "token/key_set.h"

namespace hawser::access {

struct Issuer {
  std::string name;    // for the log
  std::string issuer;  // as it was written
  std::string ca_pem;  // empty: the system's roots
  IssuerUse use = IssuerUse::keys;
};

class IssuerLink {
 public:
  using MetadataDone = std::function<void(SignedIn<ProviderMetadata>)>;
  using Keys = std::shared_ptr<const token::KeySet>;
  using KeysDone = std::function<void(SignedIn<Keys>)>;

  IssuerLink(core::Loop& loop, core::Log& log, Issuer issuer);
  virtual ~IssuerLink();
  IssuerLink(const IssuerLink&) = delete;
  IssuerLink& operator=(const IssuerLink&) = delete;

  const Issuer& issuer() const { return issuer_; }
  // As far as the issuer has been asked.
  const std::optional<ProviderMetadata>& metadata() const { return metadata_; }

  // Each answers once, perhaps within the call.
  void ask_metadata(MetadataDone done);
  // Old keys are given out at once while new ones are on their way, but with `anew`: a token names
  // a key that is not among them. `keys_outdated` is the error's detail where keys are too old.
  static constexpr std::string_view keys_outdated = "keys_outdated";
  void ask_keys(bool anew, KeysDone done);
  // Answers whoever still waits: the issuer is no longer what it was. Nothing is asked after it.
  virtual void end();

 protected:
  // Who waits for one of the issuer's answers costs memory, also once the browser is gone.
  static constexpr size_t waiting_limit = 1000;
  static SignInError busy();
  static SignInError changed();

  void fetch(token::FetchRequest request, token::Fetch::Done done);
  // How often a reading of the keys was begun, and which of these brought those that are known:
  // a later one than all that were begun when a token came has looked for that token's key.
  uint64_t readings_begun() const { return readings_begun_; }
  uint64_t keys_reading() const { return keys_reading_; }
  SignInError unreachable(const std::string& what, const std::string& reason);

  core::Loop& loop_;
  core::Log& log_;
  std::optional<ProviderMetadata> metadata_;
  bool metadata_doubted_ = false;  // an endpoint that it names is of no use

 private:
  SignInError misconfigured(const std::string& what, const std::string& reason);
  SignInError answered(const std::string& what, int status);
  void refresh_metadata();
  void ask_metadata_at(const core::Result<token::HttpsUrl>& location, bool may_be_elsewhere);
  void on_metadata(core::Result<http::ClientResponse> response);
  void metadata_failed(const SignInError& error);
  bool has_usable_keys() const;
  bool keys_wanted(bool anew) const;
  void read_keys();
  void fetch_keys();
  void give_keys(const std::optional<SignInError>& trouble);
  void on_keys(core::Result<http::ClientResponse> response);

  Issuer issuer_;
  std::shared_ptr<tls::Context> tls_;
  std::string broken_;  // why there is no tls_
  Keys keys_;
  SignInError metadata_error_;  // why there is none
  bool metadata_asking_ = false;
  uint64_t metadata_asked_ms_ = 0;
  bool keys_asking_ = false;
  uint64_t keys_asked_ms_ = 0;
  uint64_t keys_due_ms_ = 0;   // when they are read again
  uint64_t keys_read_ms_ = 0;  // when they came
  uint64_t readings_begun_ = 0;
  uint64_t keys_reading_ = 0;
  std::vector<MetadataDone> metadata_waiting_;
  std::vector<KeysDone> keys_waiting_;
  std::map<uint64_t, std::unique_ptr<token::Fetch>> fetches_;
  uint64_t next_fetch_ = 1;
};

}  // namespace hawser::access
