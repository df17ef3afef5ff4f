// SPDX-License-Identifier: Apache-2.0
#include "control/state_dir.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <utility>

#include "control/authority.h"
#include "control/private_file.h"
#include "core/fd.h"
#include "model/identity.h"
#include "model/json_members.h"

namespace hawser::control {
namespace {

constexpr size_t identity_limit_bytes = 4096;
constexpr uint64_t folder_schema = 1;

core::Error other_domain(const std::string& path, const std::string& recorded,
                         const std::string& wanted) {
  return {path + ": this state belongs to the trust domain \"" + recorded +
          "\", but the configuration says \"" + wanted +
          "\"; every connector's certificate names it: set `trust_domain: " + recorded +
          "`, or begin with an empty state folder and enrol the connectors again"};
}

}  // namespace

StateDir::StateDir(StateDir&& other) noexcept
    : folder_(std::move(other.folder_)),
      lock_fd_(std::exchange(other.lock_fd_, -1)),
      engine_id_(other.engine_id_),
      trust_domain_(std::move(other.trust_domain_)) {}

StateDir& StateDir::operator=(StateDir&& other) noexcept {
  std::swap(folder_, other.folder_);
  std::swap(lock_fd_, other.lock_fd_);
  std::swap(engine_id_, other.engine_id_);
  std::swap(trust_domain_, other.trust_domain_);
  return *this;
}

StateDir::~StateDir() {
  if (lock_fd_ >= 0) ::close(lock_fd_);
}

core::Result<StateDir> StateDir::open(const std::string& folder, const std::string& trust_domain) {
  if (!model::is_trust_domain(trust_domain)) {
    return core::Error{"\"" + trust_domain +
                       "\" is no trust domain: a name such as edge.example, in lower case"};
  }
  if (auto fit = require_private_folder(folder); !fit) return fit.error();
  StateDir state;
  state.folder_ = folder;
  if (auto locked = state.take_lock(); !locked) return locked.error();
  if (auto loaded = state.load_identity(trust_domain); !loaded) return loaded.error();
  return state;
}

core::Result<void> StateDir::take_lock() {
  const std::string path = folder_ + "/lock";
  if (auto fit = require_private_file(path); !fit) return fit;
  core::Fd fd(::open(path.c_str(), O_RDWR | O_CLOEXEC));
  if (!fd) return core::system_error("open " + path, errno);
  if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return core::system_error("lock " + path, errno);
    auto holder = read_small_file(path, 64);
    return core::Error{folder_ + ": another engine is using this state folder" +
                       (holder.ok() && !holder->empty() ? " (process " + *holder + ")" : "") +
                       "; stop it, or give this one a folder of its own"};
  }
  // For people alone; the lock is what counts.
  const std::string pid = std::to_string(::getpid());
  if (::ftruncate(fd.get(), 0) != 0 || ::pwrite(fd.get(), pid.data(), pid.size(), 0) < 0) {
    return core::system_error("write " + path, errno);
  }
  lock_fd_ = fd.release();
  return {};
}

core::Result<void> StateDir::load_identity(const std::string& trust_domain) {
  const std::string path = folder_ + "/engine.json";
  std::error_code fault;
  if (!std::filesystem::exists(std::filesystem::symlink_status(path, fault))) {
    return make_identity(trust_domain);
  }
  if (auto fit = require_private_file(path); !fit) return fit;
  auto text = read_small_file(path, identity_limit_bytes);
  if (!text.ok()) return text.error();
  auto object = model::parse_json_object(*text, identity_limit_bytes);
  if (!object.ok())
    return core::Error{path + ": damaged (" + object.error().reason +
                       "); put it back from a backup"};
  model::JsonMembers members(*object);
  uint64_t schema = 0;
  std::string id;
  members.read("schema", schema);
  members.read("engine_id", id);
  members.read("trust_domain", trust_domain_);
  if (members.ok() && schema > folder_schema) {
    return core::Error{path + ": written by a newer version of this program (schema " +
                       std::to_string(schema) + ", known is " + std::to_string(folder_schema) +
                       "); install that version again"};
  }
  const auto parsed = model::Uuid::parse(id);
  if (!members.ok() || !parsed.ok() || !model::is_trust_domain(trust_domain_)) {
    return core::Error{path + ": damaged; put it back from a backup"};
  }
  engine_id_ = *parsed;
  if (trust_domain_ != trust_domain) return other_domain(path, trust_domain_, trust_domain);
  return {};
}

core::Result<void> StateDir::make_identity(const std::string& trust_domain) {
  engine_id_ = random_uuid();
  trust_domain_ = trust_domain;
  return replace_private_file(folder_ + "/engine.json",
                              model::write_json({{"schema", folder_schema},
                                                 {"engine_id", engine_id_.to_string()},
                                                 {"trust_domain", trust_domain_}}) +
                                  "\n");
}

}  // namespace hawser::control
