// SPDX-License-Identifier: Apache-2.0
#include "connector/state_dir.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <nlohmann/json.hpp>

#include "core/fd.h"

namespace hawser::connector {

namespace {

using core::Fd;
using core::system_error;
using nlohmann::json;

constexpr int schema_number = 1;
constexpr off_t file_limit_bytes = 1024 * 1024;
constexpr char identity_name[] = "identity.json";
constexpr char credentials_name[] = "credentials.pem";
constexpr char authorities_name[] = "authorities.pem";

core::Result<void> check_folder(const std::string& path) {
  struct stat facts = {};
  if (::stat(path.c_str(), &facts) != 0) {
    if (errno == ENOENT)
      return core::Error{"state folder " + path +
                         " does not exist; enrol first (hawser-connector enrol --state " + path +
                         " …), or name the right folder"};
    return system_error("state folder " + path, errno);
  }
  if (!S_ISDIR(facts.st_mode))
    return core::Error{"state folder " + path + " is not a folder; name another with --state"};
  if ((facts.st_mode & 077) != 0)
    return core::Error{"state folder " + path +
                       " can be used by others, and is to hold a private key; run chmod 700 " +
                       path};
  return {};
}

core::Result<void> write_all(int fd, const std::string& text, const std::string& path) {
  size_t done = 0;
  while (done < text.size()) {
    const ssize_t n = ::write(fd, text.data() + done, text.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return system_error("writing " + path, errno);
    done += static_cast<size_t>(n);
  }
  return {};
}

std::vector<std::string> strings(const json& object, const char* key) {
  std::vector<std::string> out;
  const auto found = object.find(key);
  if (found == object.end() || !found->is_array()) return out;
  for (const json& entry : *found)
    if (entry.is_string()) out.push_back(entry.get<std::string>());
  return out;
}

std::string text_of(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

}  // namespace

core::Result<StateDir> StateDir::create(const std::string& path) {
  const bool made = ::mkdir(path.c_str(), 0700) == 0;
  if (!made && errno != EEXIST) return system_error("making the state folder " + path, errno);
  auto state = open(path);
  if (state) state->new_ = made;
  return state;
}

void StateDir::discard_if_new() {
  if (!new_ || enrolled()) return;
  ::unlink((path_ + "/lock").c_str());
  ::rmdir(path_.c_str());
}

core::Result<StateDir> StateDir::open(const std::string& path) {
  if (auto checked = check_folder(path); !checked) return checked.error();
  return StateDir(path);
}

core::Result<void> StateDir::lock() {
  const std::string path = path_ + "/lock";
  lock_ = Fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!lock_) return system_error("opening " + path, errno);
  if (::flock(lock_.get(), LOCK_EX | LOCK_NB) != 0)
    return core::Error{"state folder " + path_ +
                       " is in use by another hawser-connector; stop it first, or give this one a "
                       "folder of its own"};
  return {};
}

bool StateDir::enrolled() const {
  return ::access((path_ + "/" + identity_name).c_str(), F_OK) == 0 ||
         ::access((path_ + "/" + credentials_name).c_str(), F_OK) == 0;
}

core::Result<std::string> StateDir::read(const char* name) const {
  const std::string path = path_ + "/" + name;
  const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) {
    if (errno == ENOENT)
      return core::Error{path +
                         " is missing: this connector is not enrolled; run hawser-connector "
                         "enrol --engine HOST:PORT --token-file FILE --state " +
                         path_};
    return system_error("opening " + path, errno);
  }
  struct stat facts = {};
  if (::fstat(fd.get(), &facts) != 0) return system_error("reading " + path, errno);
  if ((facts.st_mode & 077) != 0)
    return core::Error{path + " can be used by others; run chmod 600 " + path};
  if (facts.st_size > file_limit_bytes) return core::Error{path + " is too large to be ours"};
  std::string text(static_cast<size_t>(facts.st_size), '\0');
  size_t got = 0;
  while (got < text.size()) {
    const ssize_t n = ::read(fd.get(), text.data() + got, text.size() - got);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return system_error("reading " + path, errno);
    if (n == 0) break;
    got += static_cast<size_t>(n);
  }
  text.resize(got);
  return text;
}

core::Result<void> StateDir::replace(const char* name, const std::string& text) const {
  const std::string path = path_ + "/" + name;
  const std::string fresh = path + ".new";
  {
    const Fd fd(::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!fd) return system_error("making " + fresh, errno);
    if (::fchmod(fd.get(), 0600) != 0) return system_error("making " + fresh, errno);
    if (auto written = write_all(fd.get(), text, fresh); !written) return written;
    if (::fsync(fd.get()) != 0) return system_error("writing " + fresh, errno);
  }
  if (::rename(fresh.c_str(), path.c_str()) != 0) return system_error("replacing " + path, errno);
  const Fd folder(::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder || ::fsync(folder.get()) != 0) return system_error("replacing " + path, errno);
  return {};
}

core::Result<Identity> StateDir::load_identity() const {
  auto text = read(identity_name);
  if (!text) return text.error();
  const std::string path = path_ + "/" + identity_name;
  const json object = json::parse(*text, nullptr, false);
  if (!object.is_object())
    return core::Error{path + " is damaged; enrol again with --force and a new token"};
  if (object.value("schema", json(0)) != json(schema_number))
    return core::Error{path + " was written by another version (schema " +
                       object.value("schema", json(0)).dump() + ", this program knows " +
                       std::to_string(schema_number) + "); run the version that wrote it"};
  Identity identity;
  identity.connector_id = text_of(object, "connector_id");
  identity.tenant = text_of(object, "tenant");
  identity.trust_domain = text_of(object, "trust_domain");
  identity.engines = strings(object, "engines");
  identity.learned = strings(object, "learned");
  if (identity.connector_id.empty() || identity.engines.empty())
    return core::Error{path + " is damaged; enrol again with --force and a new token"};
  return identity;
}

core::Result<Credentials> StateDir::load_credentials() const {
  auto text = read(credentials_name);
  if (!text) return text.error();
  const size_t certificate = text->find("-----BEGIN CERTIFICATE-----");
  const size_t key = text->find("-----BEGIN PRIVATE KEY-----");
  if (key == std::string::npos || certificate == std::string::npos || certificate < key)
    return core::Error{path_ + "/" + credentials_name +
                       " is damaged; enrol again with --force and a new token"};
  return Credentials{text->substr(0, certificate), text->substr(certificate)};
}

core::Result<std::string> StateDir::load_authorities() const { return read(authorities_name); }

core::Result<void> StateDir::save_identity(const Identity& identity) const {
  const json object = {{"schema", schema_number},     {"connector_id", identity.connector_id},
                       {"tenant", identity.tenant},   {"trust_domain", identity.trust_domain},
                       {"engines", identity.engines}, {"learned", identity.learned}};
  return replace(identity_name, object.dump(2) + "\n");
}

core::Result<void> StateDir::save_credentials(const Credentials& credentials) const {
  return replace(credentials_name, credentials.private_key_pem + credentials.certificate_pem);
}

core::Result<void> StateDir::save_authorities(const std::string& pem) const {
  return replace(authorities_name, pem);
}

core::Result<void> StateDir::save_config(const std::string& text) const {
  return replace("connector.yaml", text);
}

}  // namespace hawser::connector
