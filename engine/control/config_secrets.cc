// SPDX-License-Identifier: Apache-2.0
#include "control/config_secrets.h"
#include "control/private_file.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "config/file.h"
#include "tls/context.h"
#include "tls/signing_key.h"

namespace hawser::control {
namespace {

using config::Value;

constexpr size_t trust_limit_bytes = 256 * 1024;
constexpr size_t secret_limit_bytes = 4096;
constexpr size_t key_limit_bytes = 16 * 1024;

core::Result<void> try_trust(const std::string& pem) {
  tls::ClientOptions options;
  options.trust_pem = pem;
  const auto context = tls::Context::client(options);
  if (!context.ok()) return context.error();
  return {};
}

bool is_private(const Value& value, const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0 || (status.st_mode & others_bits) == 0) return true;
  value.error_found(fmt::format("{} with the mode {:04o}", path, status.st_mode & 07777),
                    "mode 0600: nobody else may use it", fmt::format("run `chmod 0600 {}`", path));
  return false;
}

std::optional<std::string> read_private(const Value& value, size_t limit_bytes,
                                        const std::string& expected) {
  const auto path = value.path();
  if (!path || !value.context().look_at_files) return std::nullopt;
  auto text = config::read_file(*path, limit_bytes);
  if (!text.ok()) {
    value.error_found(fmt::format("{}, which can't be read ({})", *path, text.error().reason),
                      expected, "correct the path or the file's mode");
    return std::nullopt;
  }
  if (!is_private(value, *path)) return std::nullopt;
  return std::move(text).value();
}

// RFC 6749 A.2
bool is_secret(const std::string& text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c <= 0x7e; });
}

}  // namespace

void read_trust_file(const Value& value, std::string& target_pem) {
  const auto path = value.path();
  if (!path) return;
  auto pem = config::read_file(*path, trust_limit_bytes);
  if (!pem.ok()) {
    value.error("a readable file of certificates (PEM)",
                fmt::format("{}: {}", *path, pem.error().reason));
  } else if (pem->find("-----BEGIN CERTIFICATE-----") == std::string::npos) {
    value.error("a file of certificates (PEM)", fmt::format("{} holds no certificate", *path));
  } else if (const auto usable = try_trust(*pem); !usable.ok()) {
    value.error("a file of certificates (PEM), all whole",
                fmt::format("{}: {}", *path, usable.error().reason));
  } else {
    target_pem = std::move(pem).value();
  }
}

void read_secret_file(const Value& value, std::string& target) {
  const std::string expected = "a readable file that holds the secret as its only line";
  auto text = read_private(value, secret_limit_bytes, expected);
  if (!text) return;
  if (!text->empty() && text->back() == '\n') text->pop_back();
  if (!text->empty() && text->back() == '\r') text->pop_back();
  if (is_secret(*text)) {
    target = std::move(*text);
    return;
  }
  value.error_found(fmt::format("{}, which is {}", *value.path(),
                                text->empty() ? "empty" : "more than one line of printable ASCII"),
                    expected,
                    "write the secret that the provider gave for this client, and nothing else");
}

void read_signing_key_file(const Value& value, std::string& target_pem) {
  const std::string expected = "a readable file of a private key (PEM): P-256, RSA or Ed25519";
  auto text = read_private(value, key_limit_bytes, expected);
  if (!text) return;
  if (const auto key = tls::SigningKey::from_pem(*text); !key.ok()) {
    value.error_found(
        fmt::format("{}, which can't be used ({})", *value.path(), key.error().reason), expected,
        "make one by `openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256`, and "
        "register its public half with the provider");
    return;
  }
  target_pem = std::move(*text);
}

}  // namespace hawser::control
