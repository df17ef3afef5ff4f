// SPDX-License-Identifier: Apache-2.0
// StateDir: the connector's folder: who it is, its key, whom it trusts. Key and certificate stand
// in one file, so that a renewal replaces both by one rename. Owner: the main program. Thread:
// main.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/fd.h"
#include "core/result.h"

namespace hawser::connector {

// identity.json
struct Identity {
  std::string connector_id;
  std::string tenant;
  std::string trust_domain;
  std::vector<std::string> engines;  // host:port, as given when enrolling
  std::vector<std::string> learned;  // host:port, told by the engines since
  bool operator==(const Identity&) const = default;
};

// credentials.pem: a private key, then the certificate with what leads to its authority.
struct Credentials {
  std::string private_key_pem;
  std::string certificate_pem;
};

class StateDir {
 public:
  // Makes the folder (0700) where it is missing. Refuses one that others can read, and a path that
  // is no folder.
  static core::Result<StateDir> create(const std::string& path);
  // Takes back what create() made, where nothing came into it.
  void discard_if_new();
  // The folder must be there.
  static core::Result<StateDir> open(const std::string& path);

  // One program at a time; held until destruction.
  core::Result<void> lock();

  const std::string& path() const { return path_; }
  std::string config_file() const { return path_ + "/connector.yaml"; }
  bool enrolled() const;

  core::Result<Identity> load_identity() const;
  core::Result<Credentials> load_credentials() const;
  core::Result<std::string> load_authorities() const;

  // Each replaces its file at once or not at all, and is on the disk when it returns.
  core::Result<void> save_identity(const Identity& identity) const;
  core::Result<void> save_credentials(const Credentials& credentials) const;
  core::Result<void> save_authorities(const std::string& pem) const;
  core::Result<void> save_config(const std::string& text) const;

 private:
  explicit StateDir(std::string path) : path_(std::move(path)) {}
  core::Result<std::string> read(const char* name) const;
  core::Result<void> replace(const char* name, const std::string& text) const;

  std::string path_;
  bool new_ = false;
  core::Fd lock_;
};

}  // namespace hawser::connector
