// SPDX-License-Identifier: Apache-2.0
// Enrolment: how this connector becomes known to an engine: the token proves it to the engine, and
// the token's pin proves the engine to it. See schema/enrolment.md. Owner: the main program.
// Thread: main.
#pragma once

#include <memory>
#include <string>

#include "connector/state_dir.h"
#include "core/address.h"
#include "core/dns.h"
#include "core/loop.h"
#include "core/result.h"
#include "http/client.h"
#include "model/enrolment_calls.h"
#include "model/enrolment_token.h"
#include "model/host.h"

namespace hawser::connector {

struct EnrolOptions {
  std::string engine;      // HOST:PORT
  std::string token_text;  // the token itself
  std::string label;       // what people see in lists; empty: this host's name
};

// What an enrolment gives; nothing is on disk yet.
struct Enrolled {
  Identity identity;
  Credentials credentials;
  std::string authorities_pem;
};

class Enrolment {
 public:
  static constexpr uint64_t step_timeout_ms = 15'000;

  using Done = std::function<void(core::Result<Enrolled>)>;

  // `done` comes once, from the loop.
  Enrolment(core::Loop& loop, EnrolOptions options, Done done);

  // False when it has ended already, and `done` was called.
  [[nodiscard]] bool start();

 private:
  void begin();
  void on_resolved(core::DnsResult result);
  void ask_authority();
  void on_authority(core::Result<http::ClientResponse> response);
  void ask_certificate();
  void on_certificate(core::Result<http::ClientResponse> response);
  core::Result<Enrolled> read_answer(const http::ClientResponse& response);
  core::Result<std::unique_ptr<http::Client>> dial(const std::string& trust_pem);
  void fail(const std::string& reason, const std::string& remedy = "");
  void finish(core::Result<Enrolled> result);

  core::Loop& loop_;
  EnrolOptions options_;
  Done done_;
  model::HostPort engine_;
  model::EnrolmentToken token_;
  std::string private_key_pem_;
  std::string trust_domain_;
  std::string authority_pem_;  // the one that the token pins
  std::vector<core::Address> addresses_;
  size_t next_address_ = 0;
  std::unique_ptr<core::DnsQuery> query_;
  std::unique_ptr<http::Client> client_;
};

// A token from a file, from standard input ("-"), or, where no file is named, from HAWSER_TOKEN.
core::Result<std::string> read_token(const std::string& file);

// What to warn of where others of this machine could have read the token; "" otherwise. It is used
// all the same: that spends it, which is the best that can be done with it now.
std::string doubt_of_token_file(const std::string& file);

}  // namespace hawser::connector
