// SPDX-License-Identifier: Apache-2.0
#include "control/config_check.h"
#include "control/private_file.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>

#include "config/file.h"
#include "model/durations.h"
#include "model/form_memory.h"
#include "model/quantity.h"
#include "tls/certificate.h"

namespace hawser::control {
namespace {

constexpr size_t pem_limit_bytes = 1024 * 1024;

struct PemFile {
  const std::string& path;
  config::Location at;
  std::string key;
  std::string_view marker;  // stands somewhere in a file of this kind
  std::string what;
};

// The file's text, where it is one of this kind.
std::optional<std::string> check_pem(const NodeConfig& config, const PemFile& file,
                                     config::ConfigErrors& errors) {
  const auto text = config::read_file(file.path, pem_limit_bytes);
  if (!text.ok()) {
    errors.push_back({config.file, file.at, file.key,
                      fmt::format("{}, which can't be read ({})", file.path, text.error().reason),
                      "a readable file of " + file.what, "correct the path or the file's mode"});
    return std::nullopt;
  }
  if (text->find(file.marker) != std::string::npos) return *text;
  errors.push_back({config.file, file.at, file.key, file.path + ", which holds none",
                    "a PEM file of " + file.what, ""});
  return std::nullopt;
}

void check_pair(const NodeConfig& config, size_t index, const std::string& chain,
                const std::string& secret, config::ConfigErrors& errors) {
  const auto fits = tls::check_key_pair(chain, secret);
  if (fits.ok()) return;
  const CertificateConfig& pair = config.tls[index];
  errors.push_back(
      {config.file, pair.certificate_at, fmt::format("tls[{}]", index),
       fmt::format("{} with {}, which can't be used ({})", pair.certificate_path, pair.key_path,
                   fits.error().reason),
       "a certificate and the private key that it was made for, both whole and without "
       "a passphrase",
       ""});
}

std::string doubt_of_time(const tls::CertificateFacts& facts, int64_t now_ms) {
  if (facts.not_after_ms <= now_ms) return "has expired: browsers refuse it";
  if (facts.not_before_ms > now_ms) return "is not valid yet: browsers refuse it";
  const int64_t days_left = (facts.not_after_ms - now_ms) / model::day_ms;
  return days_left < 7 ? fmt::format("expires in {} days", days_left) : std::string();
}

// RFC 6125: a wildcard stands for one label, the first.
bool covers(std::string_view name, std::string_view host) {
  const auto same = [](std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
      const auto lower = [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
      };
      return lower(x) == lower(y);
    });
  };
  if (same(name, host)) return true;
  const size_t dot = host.find('.');
  return name.starts_with("*.") && dot != std::string_view::npos &&
         same(name.substr(1), host.substr(dot));
}

void check_private(const NodeConfig& config, const std::string& path, config::Location at,
                   const std::string& key, const char* wanted_mode, config::ConfigErrors& errors) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0 || (status.st_mode & others_bits) == 0) return;
  if (!S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode)) return;  // refused for what it is
  errors.push_back({config.file, at, key,
                    fmt::format("{} with the mode {:04o}", path, status.st_mode & 07777),
                    fmt::format("mode {}: nobody else may use it", wanted_mode),
                    fmt::format("run `chmod {} {}`", wanted_mode, path)});
}

void check_state_folder(const NodeConfig& config, config::ConfigErrors& errors) {
  struct stat status {};
  if (::stat(config.state_folder.c_str(), &status) != 0) return;  // made when the engine runs
  if (S_ISDIR(status.st_mode)) {
    return check_private(config, config.state_folder, config.state_at, "state", "0700", errors);
  }
  errors.push_back({config.file, config.state_at, "state",
                    config.state_folder + ", which is no folder", "a folder",
                    "choose another path"});
}

std::string addresses(const std::vector<core::Address>& list) {
  if (list.empty()) return "none";
  std::string text;
  for (const core::Address& address : list) {
    text += (text.empty() ? "" : ", ") + address.to_string();
  }
  return text;
}

std::string number_or_auto(const std::optional<uint64_t>& number) {
  return number ? std::to_string(*number) : "auto";
}

std::string providers(const std::vector<model::Provider>& list) {
  if (list.empty()) return "none";
  std::string text;
  for (const model::Provider& provider : list)
    text += fmt::format("{}{} ({})", text.empty() ? "" : ", ", provider.name, provider.issuer);
  return text;
}

std::string app_line(const model::App& app, size_t name_width) {
  std::string origins;
  for (const model::Origin& origin : app.origins) {
    origins += (origins.empty() ? "" : ", ") + origin.url();
  }
  const std::string access =
      app.access == model::Access::passthrough
          ? "passthrough"
          : fmt::format("{} rules, sign-in by {}", app.rules.size(), app.sign_in.provider);
  return fmt::format("  {:<{}}  https://{}{} -> {}: {} ({})\n", app.name, name_width,
                     app.host.to_string(), app.path_prefix, app.group, origins, access);
}

// A provider sends people back to no address but those that it was told of.
std::string register_line(const NodeConfig& config, const model::App& app) {
  if (app.access == model::Access::passthrough) return {};
  std::vector<std::string> bases;
  for (const core::Address& address : config.listen.clients) {
    std::string base = "https://" + app.host.to_string();
    if (address.port() != 443) base += fmt::format(":{}", address.port());
    if (std::find(bases.begin(), bases.end(), base) == bases.end())
      bases.push_back(std::move(base));
  }
  std::string line;
  for (const std::string& base : bases)
    line += fmt::format("{}{}/.hawser/callback", line.empty() ? "" : " or ", base);
  return fmt::format("    to register at {} as redirect URI: {}\n", app.sign_in.provider, line);
}

// Some providers give refresh tokens without it, so that this is no error.
void warn_of_recheck(const NodeConfig& config, const model::App& app,
                     std::vector<std::string>& told) {
  if (app.session.recheck_s == 0) return;
  for (const model::Provider& provider : config.providers) {
    const auto& scopes = provider.scopes;
    if (provider.name != app.sign_in.provider ||
        std::find(scopes.begin(), scopes.end(), "offline_access") != scopes.end())
      continue;
    told.push_back(fmt::format(
        "app {} has `session.recheck`, and `scopes` of provider {} lacks offline_access: where no "
        "refresh token comes all the same, everybody signs in anew after that time",
        app.name, provider.name));
  }
}

void warn_of_access(const NodeConfig& config, std::vector<std::string>& told) {
  for (const model::App& app : config.apps) {
    const bool lets_somebody_in =
        std::any_of(app.rules.begin(), app.rules.end(), [](const model::AccessRule& rule) {
          return rule.effect == model::RuleEffect::allow && !rule.shadow;
        });
    if (app.access == model::Access::rules && !lets_somebody_in)
      told.push_back(fmt::format("no rule of app {} allows anything: nobody gets in", app.name));
    warn_of_recheck(config, app, told);
  }
}

}  // namespace

config::ConfigErrors check_files(const NodeConfig& config) {
  config::ConfigErrors errors;
  for (size_t i = 0; i < config.tls.size(); ++i) {
    const CertificateConfig& pair = config.tls[i];
    const std::string key_key = fmt::format("tls[{}].key", i);
    const auto chain = check_pem(
        config,
        {pair.certificate_path, pair.certificate_at, fmt::format("tls[{}].certificate", i),
         "-----BEGIN CERTIFICATE-----", "certificates"},
        errors);
    const auto secret = check_pem(
        config, {pair.key_path, pair.key_at, key_key, "PRIVATE KEY-----", "a private key"}, errors);
    if (chain && secret) check_pair(config, i, *chain, *secret, errors);
    if (secret) check_private(config, pair.key_path, pair.key_at, key_key, "0600", errors);
  }
  check_state_folder(config, errors);
  config::check_output(config.log, config.file, errors);
  return errors;
}

namespace {

void warn_of_forms(const NodeConfig& config, std::vector<std::string>& told) {
  const uint64_t most = model::form_memory_of_one_bytes(config.memory_limit_bytes);
  for (const model::App& app : config.apps) {
    if (app.access != model::Access::rules || app.park.size_bytes <= most) continue;
    told.push_back(fmt::format(
        "`park` of app {} lets forms of {} wait for a sign-in, but with this `memory_limit` one "
        "person's have {}: longer ones are refused once they have come",
        app.name, model::format_size(app.park.size_bytes), model::format_size(most)));
  }
}

}  // namespace

std::vector<std::string> warnings(const NodeConfig& config, int64_t now_ms) {
  std::vector<std::string> told;
  warn_of_access(config, told);
  warn_of_forms(config, told);
  std::vector<std::string> names;  // all that the certificates name
  for (const CertificateConfig& pair : config.tls) {
    const auto chain = config::read_file(pair.certificate_path, pem_limit_bytes);
    if (!chain.ok()) return told;
    const auto facts = tls::read_certificate_pem(*chain);
    if (!facts.ok()) return told;
    names.insert(names.end(), facts->dns_sans.begin(), facts->dns_sans.end());
    if (const std::string doubt = doubt_of_time(*facts, now_ms); !doubt.empty())
      told.push_back(pair.certificate_path + " " + doubt);
  }
  for (const model::App& app : config.apps) {
    const std::string host = app.host.to_string();
    if (std::any_of(names.begin(), names.end(),
                    [&](const std::string& name) { return covers(name, host); }))
      continue;
    told.push_back(
        fmt::format("no certificate of `tls` names {}, the host of app {}: browsers will "
                    "refuse it",
                    host, app.name));
  }
  return told;
}

std::string summary(const NodeConfig& config, int64_t now_ms) {
  const std::string advertised =
      config.advertise ? config.advertise->to_string() : "the listener's own address";
  std::string text = fmt::format(
      "{}: good\n"
      "clients:      {}\n"
      "redirect:     {}\n"
      "connectors:   {} (told to dial {})\n"
      "admin:        {}\n"
      "metrics:      {}\n"
      "trust domain: {}\n"
      "certificates: {}\n"
      "workers:      {}\n"
      "memory limit: {}\n"
      "state:        {}\n"
      "providers:    {}\n"
      "apps:         {}\n",
      config.file, addresses(config.listen.clients), addresses(config.listen.redirect),
      addresses(config.listen.connectors), advertised, config.admin_socket_path,
      config.metrics ? config.metrics->to_string() : "off", config.trust_domain, config.tls.size(),
      number_or_auto(config.workers), model::format_size(config.memory_limit_bytes),
      config.state_folder, providers(config.providers), config.apps.size());
  size_t name_width = 0;
  for (const model::App& app : config.apps) name_width = std::max(name_width, app.name.size());
  for (const model::App& app : config.apps)
    text += app_line(app, name_width) + register_line(config, app);
  for (const std::string& warning : warnings(config, now_ms)) text += "warning: " + warning + "\n";
  return text;
}

std::vector<std::string> keys_that_need_a_restart(const NodeConfig& running,
                                                  const NodeConfig& wanted) {
  std::vector<std::string> keys;
  const auto note = [&](bool differs, const char* key) {
    if (differs) keys.emplace_back(key);
  };
  note(running.listen.clients != wanted.listen.clients ||
           running.listen.proxy_protocol_from != wanted.listen.proxy_protocol_from,
       "listen.clients");
  note(running.listen.redirect != wanted.listen.redirect, "listen.redirect");
  note(running.listen.connectors != wanted.listen.connectors, "listen.connectors");
  note(running.admin_socket_path != wanted.admin_socket_path, "admin");
  note(running.metrics != wanted.metrics, "metrics");
  note(running.advertise != wanted.advertise, "advertise");
  note(running.trust_domain != wanted.trust_domain, "trust_domain");
  note(running.workers != wanted.workers, "workers");
  note(running.memory_limit_bytes != wanted.memory_limit_bytes, "memory_limit");
  note(running.state_folder != wanted.state_folder, "state");
  note(running.log.output_path != wanted.log.output_path, "log.output");
  return keys;
}

}  // namespace hawser::control
