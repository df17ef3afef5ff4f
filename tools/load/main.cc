// SPDX-License-Identifier: Apache-2.0
// hawser-load: load that other generators don't make: crowds of idle TLS clients, of slow readers,
// of slow senders, of busy ones counted only once all are up, and connections that come and go.
// Bounded in count and time, on loopback.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <string>
#include <vector>

#include "core/limits.h"
#include "model/quantity.h"
#include "scenario.h"

namespace hawser::load {
namespace {

constexpr int exit_ok = 0;
constexpr int exit_failed = 1;
constexpr int exit_usage = 2;
constexpr size_t clients_limit = 100'000;
constexpr uint64_t hold_limit_ms = 3'600'000;
constexpr uint64_t files_of_our_own = 64;

struct Arguments {
  TargetOptions target;
  size_t clients = 0;
  size_t at_once = 64;
  std::vector<size_t> marks;
  std::vector<std::string> watched;
  std::string hold;
  std::string connect_within = "60s";
  std::string path;
  std::string rate = "100K";
  std::string body = "1G";
  std::string receive_buffer = "64K";
  int beyond_loopback = 0;
  bool json = false;
};

using Run = core::Result<Outcome> (*)(core::Loop&, Scenario&);

std::string check_duration(const std::string& text) {
  const auto duration = model::parse_duration_ms(text);
  if (!duration.ok()) return duration.error().reason;
  return *duration <= hold_limit_ms ? std::string{} : text + ": 1h at most";
}

std::string check_size(const std::string& text) {
  const auto size = model::parse_size_bytes(text);
  return size.ok() ? std::string{} : size.error().reason;
}

std::string check_path(const std::string& path) {
  const bool good = path.starts_with('/') && path.find_first_of(" \r\n") == std::string::npos;
  return good ? std::string{} : "\"" + path + "\": a path begins with \"/\" and has no spaces";
}

CLI::App* add(CLI::App& app, const char* name, const char* about, Arguments& given, Run run,
              Run& chosen, const char* hold) {
  CLI::App* sub = app.add_subcommand(name, about);
  sub->callback([&chosen, run] { chosen = run; });
  sub->add_option("--clients", given.clients, "How many at the same time")
      ->required()
      ->check(CLI::Range(size_t{1}, clients_limit));
  sub->add_option("--hold", given.hold,
                  std::string("How long, once they are up: 1h at most, by default ") + hold)
      ->check(check_duration);
  sub->preparse_callback([&given, hold](size_t) { given.hold = hold; });
  return sub;
}

void add_path(CLI::App& sub, Arguments& given, const char* about, bool required) {
  sub.add_option("--path", given.path, about)->required(required)->check(check_path);
}

void add_rate(CLI::App& sub, Arguments& given) {
  sub.add_option("--rate", given.rate, "Bytes a second, of each client")
      ->capture_default_str()
      ->check(check_size);
}

void add_scenarios(CLI::App& app, Arguments& given, Run& chosen) {
  CLI::App* idle =
      add(app, "idle", "Clients that are connected and do nothing", given, run_idle, chosen, "5s");
  idle->add_option("--mark", given.marks, "Print the memory at so many clients on the way, too");
  add_path(*idle, given, "Ask for this once; nothing is asked for by default", false);
  CLI::App* read = add(app, "read", "Clients that read one long answer slowly", given, run_readers,
                       chosen, "30s");
  add_path(*read, given, "What they ask for", true);
  add_rate(*read, given);
  read->add_option("--receive-buffer", given.receive_buffer, "What the kernel may hold for each")
      ->capture_default_str()
      ->check(check_size);
  CLI::App* send = add(app, "send", "Clients that send one long body slowly, by PUT", given,
                       run_senders, chosen, "30s");
  add_path(*send, given, "Where they send it", true);
  add_rate(*send, given);
  send->add_option("--body", given.body, "The length that they promise")
      ->capture_default_str()
      ->check(check_size);
  CLI::App* busy = add(app, "busy", "Clients that ask again as soon as they have their answer",
                       given, run_busy, chosen, "10s");
  add_path(*busy, given, "What they ask for", true);
  CLI::App* churn = add(app, "churn", "Clients that connect, ask once, and are followed by others",
                        given, run_churn, chosen, "10s");
  add_path(*churn, given, "What they ask for", true);
}

void describe(CLI::App& app, Arguments& given, Run& chosen) {
  app.name("hawser-load");
  app.set_version_flag("--version", "hawser-load " HAWSER_VERSION);
  app.require_subcommand(1);
  app.fallthrough();
  app.set_help_all_flag("--help-all", "Print the help of every command and exit");
  app.add_option("--connect", given.target.address, "IP:PORT of the server")->required();
  app.add_option("--host", given.target.host, "Its name: for TLS and for the Host field")
      ->required();
  app.add_option("--ca", given.target.ca_file,
                 "PEM file of who issued its certificate; not verified without");
  app.add_option("--watch", given.watched,
                 "NAME=PID: print that process's memory and CPU time (repeatable)");
  app.add_option("--at-once", given.at_once, "Handshakes under way at the same time")
      ->capture_default_str()
      ->check(CLI::Range(size_t{1}, size_t{4096}));
  app.add_option("--connect-within", given.connect_within, "For the clients to come up")
      ->capture_default_str()
      ->check(check_duration);
  app.add_flag("--beyond-loopback", given.beyond_loopback,
               "Given twice: also an address that is not on loopback, of a server that is yours");
  app.add_flag("--json", given.json, "Print JSON instead of a table");
  add_scenarios(app, given, chosen);
}

core::Result<Scenario> scenario_of(Arguments& given) {
  given.target.beyond_loopback = given.beyond_loopback >= 2;
  auto target = Target::make(given.target);
  if (!target.ok()) return target.error();
  Scenario scenario;
  scenario.target = std::move(*target);
  scenario.crowd.clients = given.clients;
  scenario.crowd.at_once = given.at_once;
  scenario.crowd.receive_buffer_bytes = static_cast<uint32_t>(
      std::min<uint64_t>(*model::parse_size_bytes(given.receive_buffer), 1u << 30));
  for (const std::string& text : given.watched) {
    auto watched = Watched::parse(text);
    if (!watched.ok()) return watched.error();
    scenario.watched.push_back(std::move(*watched));
  }
  scenario.connect_within_ms = *model::parse_duration_ms(given.connect_within);
  scenario.hold_ms = *model::parse_duration_ms(given.hold);
  scenario.marks = given.marks;
  scenario.path = given.path;
  scenario.bytes_per_second = *model::parse_size_bytes(given.rate);
  scenario.body_bytes = *model::parse_size_bytes(given.body);
  const auto files = core::raise_open_files(given.clients + files_of_our_own);
  if (!files.ok()) return files.error();
  return scenario;
}

int run(Arguments& given, Run chosen) {
  auto scenario = scenario_of(given);
  if (!scenario.ok()) {
    std::cerr << "hawser-load: " << scenario.error().reason << '\n';
    return exit_usage;
  }
  core::Loop loop;
  const auto outcome = chosen(loop, *scenario);
  if (!outcome.ok()) {
    std::cerr << "hawser-load: " << outcome.error().reason << '\n';
    return exit_failed;
  }
  given.json ? print_json(std::cout, outcome->rows) : print_table(std::cout, outcome->rows);
  if (outcome->failed == 0) return exit_ok;
  std::cerr << "hawser-load: " << outcome->failed
            << " clients failed, the first: " << outcome->first_failure << '\n';
  return exit_failed;
}

}  // namespace

int main_of(int argc, char** argv) {
  Arguments given;
  Run chosen = nullptr;
  CLI::App app("Makes load on a TLS server of this machine, bounded in count and time.");
  describe(app, given, chosen);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& fault) {
    return app.exit(fault) == 0 ? exit_ok : exit_usage;
  }
  return run(given, chosen);
}

}  // namespace hawser::load

int main(int argc, char** argv) { return hawser::load::main_of(argc, argv); }
