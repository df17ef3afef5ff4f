// SPDX-License-Identifier: Apache-2.0
#include "control/config_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>
#include "tls/certificate.h"

namespace hawser::control {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* least_file = R"(
trust_domain: edge.example
advertise: edge.example:7443
tls: [{certificate: edge.pem, key: edge-key.pem}]
)";

// Every key that this version has, none at its default.
constexpr const char* full_file = R"(
listen:
  clients:    [{address: "127.0.0.1:443", proxy_protocol_from: []}, {address: "[::1]:443"}]
  redirect:   [{address: "127.0.0.1:80"}]
  connectors: [{address: "127.0.0.1:0"}]
admin: unix:STATE/other.sock
metrics: 127.0.0.1:9180
advertise: "[2001:db8::1]:7443"
trust_domain: corp_1.example
tls:
  - {certificate: certs/edge.pem, key: certs/edge-key.pem}
  - {certificate: /etc/other.pem, key: /etc/other-key.pem}
workers: 3
memory_limit: 1G
state: state
trusted_proxies: []
timeouts: {handshake: 1s, head: 2s, idle: off, queue: 300ms, connect: 4s, first_byte: off,
           stream_idle: 10m, upgraded_idle: 2h, total: 1h, drain: 5s}
limits: {head: 32K, fields: 100, client_sessions: 5000, queue: 0,
         http2: {streams: 50, resets: 1, errors: 2, settings: 3, pings: 4, empty_frames: 5,
                 window_updates: 6, other_frames: 7, continuations: 8, offender_connections: 9}}
log: {level: debug, format: text, output: ./log/engine.log, query: true}
events_keep: 30d
providers: []
administrators: []
apps:
  - name: wiki
    host: "*.Wiki.example"
    path: /wiki/
    group: lab
    origins:
      - {url: "https://Wiki.corp:8443/base/", weight: 3}
      - url: http://[fd00::1]
    origin_tls: {ca_file: null, verify: false, server_name: wiki.internal}
    host_header: public
    rewrite: {origin: false}
    upgrades: [websocket, IRC/6.9]
    timeouts: {connect: 1s, total: off}
    limits: {body: off, connections: off, requests_per_second: off, per_client: off}
    sign_in: null
    access: passthrough
)";

NodeConfig parsed(std::string_view text, const ConfigOptions& options = {}) {
  auto config = parse_config(text, "engine.yaml", "/etc/hawser", options);
  if (config.ok()) return std::move(config).value();
  ADD_FAILURE() << config::render(config.error());
  return {};
}

TEST(ConfigFile, DefaultsAreTheDocumentedOnes) {
  const NodeConfig config = parsed(least_file);
  ASSERT_EQ(config.listen.clients.size(), 1u);
  EXPECT_EQ(config.listen.clients[0].to_string(), "[::]:8443");
  EXPECT_TRUE(config.listen.redirect.empty());
  ASSERT_EQ(config.listen.connectors.size(), 1u);
  EXPECT_EQ(config.listen.connectors[0].to_string(), "[::]:7443");
  EXPECT_EQ(config.admin_socket_path, "/var/lib/hawser/admin.sock");
  EXPECT_FALSE(config.metrics);
  EXPECT_FALSE(config.workers);
  EXPECT_EQ(config.memory_limit_bytes, 512u * 1024 * 1024);
  EXPECT_EQ(config.state_folder, "/var/lib/hawser");
  EXPECT_EQ(config.timeouts, model::Timeouts{});
  EXPECT_EQ(config.limits, NodeLimits{});
  EXPECT_EQ(config.log, config::LogSettings{});
  EXPECT_EQ(config.events_keep_ms, uint64_t{90} * 24 * 3600 * 1000);
  EXPECT_TRUE(config.apps.empty());
}

TEST(ConfigFile, EventsMayBeKeptUntilThereAreTooMany) {
  EXPECT_FALSE(parsed(std::string(least_file) + "events_keep: off\n").events_keep_ms);
}

TEST(ConfigFile, OffendersMayConnectAsTheyLike) {
  const NodeConfig config =
      parsed(std::string(least_file) + "limits: {http2: {offender_connections: off}}\n");
  EXPECT_EQ(config.limits.http2.offender_connections, 0u);
}

TEST(ConfigFile, EveryKeyOfTheNodeIsRead) {
  const NodeConfig config = parsed(full_file);
  ASSERT_EQ(config.listen.clients.size(), 2u);
  EXPECT_EQ(config.listen.clients[1].to_string(), "[::1]:443");
  ASSERT_EQ(config.listen.redirect.size(), 1u);
  EXPECT_EQ(config.listen.connectors[0].port(), 0);
  EXPECT_EQ(config.admin_socket_path, "/etc/hawser/state/other.sock");
  EXPECT_EQ(config.metrics->to_string(), "127.0.0.1:9180");
  EXPECT_EQ(config.advertise->to_string(), "[2001:db8::1]:7443");
  EXPECT_EQ(config.trust_domain, "corp_1.example");
  EXPECT_EQ(config.workers, 3u);
  EXPECT_EQ(config.memory_limit_bytes, 1024u * 1024 * 1024);
  EXPECT_EQ(config.limits, (NodeLimits{32 * 1024, 100, 5000, 0, {50, 1, 2, 3, 4, 5, 6, 7, 8, 9}}));
  EXPECT_EQ(config.log,
            (config::LogSettings{core::Level::debug, core::LogFormat::text,
                                 "/etc/hawser/log/engine.log", config.log.output_at, true}));
  EXPECT_EQ(config.events_keep_ms, uint64_t{30} * 24 * 3600 * 1000);
  EXPECT_EQ(config.timeouts,
            (model::Timeouts{1000, 2000, 0, 300, 4000, 0, 600'000, 7'200'000, 3'600'000, 5000}));
}

TEST(ConfigFile, EveryKeyOfAnAppIsRead) {
  const NodeConfig config = parsed(full_file);
  ASSERT_EQ(config.apps.size(), 1u);
  const model::App& app = config.apps[0];
  EXPECT_EQ(app.name, "wiki");
  EXPECT_EQ(app.host, (model::HostPattern{"wiki.example", true}));
  EXPECT_EQ(app.path_prefix, "/wiki/");
  EXPECT_EQ(app.group, "lab");
  EXPECT_THAT(app.origins,
              ElementsAre(model::Origin{model::Scheme::https, "wiki.corp", 8443, "/base/", 3},
                          model::Origin{model::Scheme::http, "fd00::1", 80, "/", 1}));
  EXPECT_EQ(app.origin_tls, (model::OriginTls{"", false, "wiki.internal"}));
  EXPECT_EQ(app.host_header, model::HostHeader::public_host);
  EXPECT_NE(app.revision, 0u);
}

TEST(ConfigFile, AnAppTakesTheTimeoutsOfTheNodeWhereItHasNone) {
  const model::Timeouts timeouts = parsed(full_file).apps[0].timeouts;
  EXPECT_EQ(timeouts.connect_ms, 1000u);
  EXPECT_EQ(timeouts.total_ms, 0u);
  EXPECT_EQ(timeouts.queue_ms, 300u);
}

TEST(ConfigFile, AnAppMayHaveOriginAndRefererNameItsOrigin) {
  const NodeConfig config = parsed(std::string(least_file) + R"(
apps:
  - name: wiki
    host: a.example
    origin: "http://127.0.0.1:1"
    rewrite: {origin: true}
    access: passthrough
)");
  ASSERT_EQ(config.apps.size(), 1u);
  EXPECT_TRUE(config.apps[0].rewrite_origin);
  EXPECT_FALSE(parsed(full_file).apps[0].rewrite_origin);
}

TEST(ConfigFile, AnOriginMaySpeakHttp2) {
  const NodeConfig config = parsed(R"(
trust_domain: edge.example
advertise: edge.example:7443
tls: [{certificate: edge.pem, key: edge-key.pem}]
apps:
  - {name: plain, host: a.example, origin: "h2c://127.0.0.1:1", access: passthrough}
  - {name: secure, host: b.example, origin: "https://127.0.0.1:1", http2: true, access: passthrough}
)");
  ASSERT_EQ(config.apps.size(), 2u);
  EXPECT_EQ(config.apps[0].origins[0].scheme, model::Scheme::h2c);
  EXPECT_FALSE(config.apps[0].http2);
  EXPECT_TRUE(config.apps[1].http2);
}

TEST(ConfigFile, AnAppsLimitsAreReadAndEachMayBeOff) {
  const NodeConfig config = parsed(std::string(least_file) + R"(
apps:
  - name: wiki
    host: a.example
    origin: "http://127.0.0.1:1"
    hsts: 180d
    limits: {body: 100M, connections: 20, requests_per_second: 30, per_client: 4}
    access: passthrough
)");
  ASSERT_EQ(config.apps.size(), 1u);
  EXPECT_EQ(config.apps[0].limits, (model::AppLimits{100 * 1024 * 1024, 20, 30, 4}));
  EXPECT_EQ(config.apps[0].hsts_s, 180u * 86'400);
  EXPECT_EQ(parsed(full_file).apps[0].limits, model::AppLimits{});
}

TEST(ConfigFile, ProxiesAreNamedByAddress) {
  const NodeConfig config = parsed(std::string(least_file) + R"(
trusted_proxies: [192.0.2.1, "2001:db8::/48"]
listen:
  clients:
    - {address: "127.0.0.1:1", proxy_protocol_from: [10.0.0.0/8]}
    - {address: "127.0.0.1:2"}
)");
  EXPECT_THAT(config.trusted_proxies, ElementsAre(*model::Network::parse("192.0.2.1"),
                                                  *model::Network::parse("2001:db8::/48")));
  ASSERT_EQ(config.listen.proxy_protocol_from.size(), 2u);
  EXPECT_THAT(config.listen.proxy_protocol_from[0],
              ElementsAre(*model::Network::parse("10.0.0.0/8")));
  EXPECT_TRUE(config.listen.proxy_protocol_from[1].empty());
  EXPECT_EQ(parsed(least_file).listen.proxy_protocol_from.size(), 1u);
}

TEST(ConfigFile, RelativePathsStartAtTheFilesFolder) {
  const NodeConfig config = parsed(full_file);
  EXPECT_EQ(config.tls[0].certificate_path, "/etc/hawser/certs/edge.pem");
  EXPECT_EQ(config.tls[0].key_path, "/etc/hawser/certs/edge-key.pem");
  EXPECT_EQ(config.tls[1].certificate_path, "/etc/other.pem");
  EXPECT_EQ(config.state_folder, "/etc/hawser/state");
}

TEST(ConfigFile, TheOptionStateWinsOverTheFile) {
  ConfigOptions options;
  options.state_folder = "/srv/hawser";
  const NodeConfig config = parsed(full_file, options);
  EXPECT_EQ(config.state_folder, "/srv/hawser");
  EXPECT_EQ(config.admin_socket_path, "/srv/hawser/other.sock");
}

TEST(ConfigFile, AdvertiseMayBeMissingWhereTheListenerHasAnAddressOfItsOwn) {
  const NodeConfig config = parsed(R"(
listen: {connectors: [{address: "127.0.0.1:0"}]}
trust_domain: edge.example
tls: [{certificate: edge.pem, key: edge-key.pem}]
)");
  EXPECT_FALSE(config.advertise);
}

TEST(ConfigFile, PortZeroMayStandTwice) {
  const NodeConfig config = parsed(std::string(least_file) + R"(
listen: {clients: [{address: "127.0.0.1:0"}], connectors: [{address: "127.0.0.1:0"}]}
)");
  EXPECT_EQ(config.listen.clients[0].port(), 0);
}

TEST(ConfigFile, QuotedAndPlainTextMeanTheSame) {
  const NodeConfig config = parsed(std::string(least_file) + R"(
timeouts: {head: "7s"}
memory_limit: '64M'
metrics: off
)");
  EXPECT_EQ(config.timeouts.head_ms, 7000u);
  EXPECT_EQ(config.memory_limit_bytes, 64u * 1024 * 1024);
  EXPECT_FALSE(config.metrics);
}

TEST(ConfigFile, AppsOfOneHostMayDifferByPath) {
  const NodeConfig config = parsed(std::string(least_file) + R"(
apps:
  - {name: all, host: a.example, origin: "http://127.0.0.1:1", access: passthrough}
  - {name: wiki, host: a.example, path: /wiki/, origin: "http://127.0.0.1:2", access: passthrough}
)");
  EXPECT_EQ(config.apps.size(), 2u);
}

TEST(ConfigFile, ThePemOfAnOriginsAuthorityIsReadBesideTheFile) {
  std::string folder = testing::TempDir() + "hawser-config-XXXXXX";
  ASSERT_NE(mkdtemp(folder.data()), nullptr);
  const auto key = tls::make_private_key_pem();
  tls::IssuedFor authority;
  authority.common_name = "inside";
  authority.not_after_ms = 4'000'000'000'000;
  authority.authority = true;
  const std::string pem = tls::make_authority_pem(*key, authority).value();
  std::ofstream(folder + "/ca.pem") << pem;
  std::ofstream(folder + "/torn.pem") << pem.substr(0, pem.size() / 2);
  std::ofstream(folder + "/engine.yaml") << least_file << R"(
apps:
  - name: wiki
    host: wiki.example
    origin: https://wiki.corp
    origin_tls: {ca_file: ca.pem}
    access: passthrough
)";
  const auto config = load_config(folder + "/engine.yaml");
  std::ofstream(folder + "/torn.yaml") << least_file << R"(
apps:
  - {name: wiki, host: wiki.example, origin: "https://wiki.corp", origin_tls: {ca_file: torn.pem}, access: passthrough}
)";
  const auto torn = load_config(folder + "/torn.yaml");
  std::filesystem::remove_all(folder);
  ASSERT_FALSE(torn.ok());
  EXPECT_EQ(torn.error()[0].key, "apps[0].origin_tls.ca_file");
  ASSERT_TRUE(config.ok()) << config::render(config.error());
  EXPECT_EQ(config->apps[0].origin_tls.ca_pem, pem);
}

TEST(ConfigFile, TheExampleIsGoodAndShowsTheDefaults) {
  const auto example = load_config(HAWSER_SOURCE_DIR "/engine/engine.example.yaml");
  ASSERT_TRUE(example.ok()) << config::render(example.error());
  const NodeConfig least = parsed(least_file);
  EXPECT_EQ(example->listen.clients, least.listen.clients);
  EXPECT_EQ(example->listen.redirect, least.listen.redirect);
  EXPECT_EQ(example->listen.connectors, least.listen.connectors);
  EXPECT_EQ(example->admin_socket_path, least.admin_socket_path);
  EXPECT_EQ(example->workers, least.workers);
  EXPECT_EQ(example->memory_limit_bytes, least.memory_limit_bytes);
  EXPECT_EQ(example->state_folder, least.state_folder);
  EXPECT_EQ(example->timeouts, least.timeouts);
  EXPECT_EQ(example->limits, least.limits);
  EXPECT_EQ(example->log, least.log);
  EXPECT_EQ(example->apps.size(), 2u);
  ASSERT_EQ(example->providers.size(), 1u);
  model::Provider provider;  // the defaults
  provider.name = example->providers[0].name;
  provider.issuer = example->providers[0].issuer;
  provider.client.id = example->providers[0].client.id;
  EXPECT_EQ(example->providers[0], provider);
  EXPECT_EQ(example->apps[1].session, model::SessionLimits{});
  EXPECT_EQ(example->apps[1].rules.size(), 3u);
}

// The design's own example, of which this version refuses by name what it hasn't yet.
TEST(ConfigFile, TheWholeLanguageIsKnownAndPlannedKeysAloneAreRefused) {
  const auto config = parse_config(R"(
listen:
  clients:    [{address: "[::]:8443", proxy_protocol_from: []}]
  redirect:   [{address: "[::]:8080"}]
  connectors: [{address: "[::]:7443"}]
admin: unix:STATE/admin.sock
metrics: 127.0.0.1:9180
advertise: edge.example:7443
trust_domain: edge.example
tls: [{certificate: edge.pem, key: edge-key.pem}]
workers: auto
memory_limit: 512M
state: /var/lib/hawser
trusted_proxies: []
timeouts: {handshake: 10s, head: 10s, idle: 60s, queue: 5s, connect: 5s, first_byte: 60s, stream_idle: 5m, total: off, drain: 30s}
limits: {head: 64K, fields: 200, client_sessions: auto, queue: 1000}
log: {level: info, format: json, output: stderr, query: false}
providers: [{name: main, issuer: "https://login.example", ca_file: null, client_id: hawser, client_secret_file: oidc-secret}]
geo: {file: countries.mmdb}
administrators: [{provider: main, claim: roles, values: [admin]}]
apps:
  - name: wiki
    host: wiki.example
    group: default
    origin: http://127.0.0.1:9000
    origin_tls: {ca_file: null, verify: true, server_name: null}
    host_header: origin
    timeouts: {}
    limits: {body: off, connections: off, requests_per_second: off, per_client: off}
    sign_in: {provider: main, client_id: null, client_secret_file: null}
    session: {max_age: 8h, idle: 1h, recheck: off}
    access:
      - name: staff, strongly, from home or the office
        who: {groups: [staff]}
        from: {networks: [192.0.2.0/24], countries: [AT, DE]}
        strength: {acr: ["urn:example:mfa"], amr: [mfa], max_age: 8h}
        methods: [GET, HEAD, POST]
        paths: [/reports/]
        effect: allow
    machines: {bearer: [{issuer: "https://login.example", audience: "api://wiki"}], client_ca: null}
    cors: {origins: [], preflight: sign_in}
    verify_identity: false
    park: {size: 1M, for: 10m}
)",
                                   "engine.yaml", "/etc/hawser");
  ASSERT_FALSE(config.ok());
  std::vector<std::string> refused;
  for (const auto& error : config.error()) {
    refused.push_back(error.key);
    EXPECT_THAT(error.remedy, HasSubstr("is not available in this version"));
  }
  EXPECT_THAT(refused, testing::UnorderedElementsAre("administrators"));
}

TEST(ConfigFile, AFileThatIsNotThereIsAnErrorWithItsPath) {
  const auto config = load_config("/nowhere/engine.yaml");
  ASSERT_FALSE(config.ok());
  EXPECT_THAT(config.error()[0].to_string(), HasSubstr("/nowhere/engine.yaml: found nothing"));
}

TEST(ConfigFile, AnEmptyFileNamesEveryMissingKeyAtOnce) {
  const auto config = parse_config("", "engine.yaml", "/");
  ASSERT_FALSE(config.ok());
  EXPECT_EQ(config.error().size(), 3u);
}

}  // namespace
}  // namespace hawser::control
