// SPDX-License-Identifier: Apache-2.0
#include "relay/client_certificates.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "config/file.h"
#include "relay/router.h"
#include "tls/certificate.h"
#include "tls/client_authority.h"

namespace hawser::relay {

namespace {

constexpr size_t file_limit_bytes = 1024 * 1024;

core::Error located(const control::NodeConfig& config, const config::Location& at,
                    const std::string& key, const std::string& reason) {
  return core::Error{config.file + ":" + std::to_string(at.line) + ":" + std::to_string(at.column) +
                     ": " + key + ": " + reason};
}

core::Result<tls::KeyPair> read_pair(const control::NodeConfig& config, size_t index) {
  const control::CertificateConfig& entry = config.tls[index];
  const std::string key = "tls[" + std::to_string(index) + "]";
  const auto chain = config::read_file(entry.certificate_path, file_limit_bytes);
  if (!chain.ok())
    return located(config, entry.certificate_at, key + ".certificate",
                   entry.certificate_path + ": " + chain.error().reason);
  const auto secret = config::read_file(entry.key_path, file_limit_bytes);
  if (!secret.ok())
    return located(config, entry.key_at, key + ".key",
                   entry.key_path + ": " + secret.error().reason);
  if (const auto fits = tls::check_key_pair(*chain, *secret); !fits.ok()) {
    return located(config, entry.certificate_at, key, fits.error().reason);
  }
  return tls::KeyPair{*chain, *secret};
}

using Asked = decltype(tls::ServerOptions::asked_by_name);

// The subjects of the authorities that the apps of each host list; null where none lists any.
Asked asked_by_name(const std::shared_ptr<const model::Snapshot>& snapshot) {
  std::map<const model::App*, std::vector<std::string>> subjects;
  for (const model::App& app : snapshot->apps()) {
    if (app.machines.client_ca_pem.empty()) continue;
    const auto authority = tls::ClientAuthority::make(app.machines.client_ca_pem);
    if (authority) subjects[&app] = (*authority)->subjects_der();
  }
  if (subjects.empty()) return nullptr;
  return [router = std::make_shared<const Router>(snapshot), subjects = std::move(subjects)](
             std::string_view name) -> std::optional<std::vector<std::string>> {
    if (!router->asks_certificates(name)) return std::nullopt;
    std::vector<std::string> told;
    for (const model::App* app : router->apps_of(name)) {
      const auto found = subjects.find(app);
      if (found != subjects.end())
        told.insert(told.end(), found->second.begin(), found->second.end());
    }
    return told;
  };
}

}  // namespace

core::Result<std::shared_ptr<tls::Context>> load_client_tls(
    const control::NodeConfig& config, const std::shared_ptr<const model::Snapshot>& snapshot) {
  tls::ServerOptions options;
  for (size_t i = 0; i < config.tls.size(); ++i) {
    auto pair = read_pair(config, i);
    if (!pair.ok()) return pair.error();
    options.certificates.push_back(std::move(*pair));
  }
  options.alpn = {"h2", "http/1.1"};
  options.refuse_unknown_alpn = false;
  options.asked_by_name = asked_by_name(snapshot);
  return tls::Context::server(options);
}

}  // namespace hawser::relay
