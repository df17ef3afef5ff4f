// SPDX-License-Identifier: Apache-2.0
// hawser-connector: the command line. What it does is in connector.h and enrolment.h.
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include <CLI/CLI.hpp>

#include "connector/config_file.h"
#include "connector/connector.h"
#include "connector/enrolment.h"
#include "connector/state_dir.h"
#include "core/log.h"
#include "core/loop.h"
#include "model/quantity.h"
#include "tls/context.h"

namespace hawser {
namespace {

struct Arguments {
  std::string state;
  std::string engine;
  std::string token_file;
  std::string config;
  std::string label;
  bool force = false;
};

constexpr int exit_config = 78;  // as sysexits.h has it

int fail_config(const config::ConfigErrors& errors) {
  std::fputs(config::render(errors).c_str(), stderr);
  return exit_config;
}

int fail(const std::string& reason) {
  std::fprintf(stderr, "hawser-connector: %s\n", reason.c_str());
  return 1;
}

core::Result<std::string> read_config_text(const std::string& path) {
  std::ifstream in(path);
  if (!in) return core::Error{"the file " + path + " cannot be read", 0};
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

core::Result<void> save_enrolled(const connector::StateDir& state,
                                 const connector::Enrolled& enrolled) {
  // The identity goes last: without it the folder does not count as enrolled.
  if (auto saved = state.save_credentials(enrolled.credentials); !saved) return saved;
  if (auto saved = state.save_authorities(enrolled.authorities_pem); !saved) return saved;
  return state.save_identity(enrolled.identity);
}

core::Result<connector::Enrolled> ask_engine(const Arguments& arguments, const std::string& token) {
  core::Loop loop;
  core::Result<connector::Enrolled> outcome = core::Error{"interrupted", 0};
  connector::Enrolment enrolment(loop, {arguments.engine, token, arguments.label},
                                 [&](core::Result<connector::Enrolled> result) {
                                   outcome = std::move(result);
                                   loop.stop();
                                 });
  std::fprintf(stderr, "Enrolling with the engine at %s …\n", arguments.engine.c_str());
  if (enrolment.start()) loop.run();
  return outcome;
}

int enrol(const Arguments& arguments) {
  std::string config_text;
  if (!arguments.config.empty()) {
    auto text = read_config_text(arguments.config);
    if (!text) return fail(text.error().reason);
    config_text = *text;
    if (const auto config = connector::load_config(arguments.config); !config)
      return fail_config(config.error());
  }
  const auto token = connector::read_token(arguments.token_file);
  if (!token) return fail(token.error().reason);
  if (const std::string doubt = connector::doubt_of_token_file(arguments.token_file);
      !doubt.empty())
    std::fprintf(stderr, "hawser-connector: warning: %s\n", doubt.c_str());
  auto state = connector::StateDir::create(arguments.state);
  if (!state) return fail(state.error().reason);
  if (const auto locked = state->lock(); !locked) return fail(locked.error().reason);
  if (state->enrolled() && !arguments.force)
    return fail(
        "the state folder " + state->path() +
        " is enrolled already; give --force to replace its identity, or use another folder");
  const auto enrolled = ask_engine(arguments, *token);
  if (!enrolled) {
    state->discard_if_new();
    return fail(enrolled.error().reason);
  }
  if (const auto saved = save_enrolled(*state, *enrolled); !saved)
    return fail(saved.error().reason);
  if (!config_text.empty())
    if (const auto saved = state->save_config(config_text); !saved)
      return fail(saved.error().reason);
  std::printf("Enrolled as connector %s of tenant %s.\nNow run: hawser-connector run --state %s\n",
              enrolled->identity.connector_id.c_str(), enrolled->identity.tenant.c_str(),
              state->path().c_str());
  return 0;
}

// For tests: a certificate is renewed once it is older than this.
uint64_t renewal_age_ms() {
  const char* text = std::getenv("HAWSER_TEST_RENEWAL_AGE");
  if (text == nullptr) return connector::Renewal::default_age_ms;
  const auto age = model::parse_duration_ms(text);
  return age ? *age : connector::Renewal::default_age_ms;
}

int run(const Arguments& arguments) {
  auto state = connector::StateDir::open(arguments.state);
  if (!state) return fail(state.error().reason);
  if (const auto locked = state->lock(); !locked) return fail(locked.error().reason);
  const auto config = connector::load_config(state->config_file());
  if (!config) return fail_config(config.error());
  config::ConfigErrors unusable;
  config::check_output(config->log, state->config_file(), unusable);
  if (!unusable.empty()) return fail_config(unusable);
  std::unique_ptr<core::LogSink> sink = std::make_unique<core::LogSink>();
  if (!config->log.output_path.empty()) {
    auto opened = core::LogSink::open_file(config->log.output_path);
    if (!opened) return fail("log.output: " + opened.error().reason);
    sink = std::move(*opened);
  }
  sink->set_level(config->log.level);
  sink->set_format(config->log.format);
  connector::ConnectorOptions options;
  options.renewal_age_ms = renewal_age_ms();
  auto connector = connector::Connector::make(*state, *config, *sink, options);
  if (!connector) return fail(connector.error().reason);
  (*connector)->run();
  return 0;
}

int main_of(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGUSR1, SIG_IGN);  // until there is something to tell
  Arguments arguments;
  CLI::App app("Hawser's connector: publishes applications of this network through an engine.");
  app.require_subcommand(1);
  app.set_version_flag("--version", std::string("hawser-connector ") + HAWSER_VERSION + " (" +
                                        std::string(tls::library_origin()) + ")");
  CLI::App& enrolling =
      *app.add_subcommand("enrol", "Makes this machine known to an engine, once.");
  enrolling.alias("enroll");
  enrolling.add_option("--engine", arguments.engine, "Where the engine listens for connectors")
      ->required()
      ->type_name("HOST:PORT");
  enrolling
      .add_option("--token-file", arguments.token_file,
                  "The enrolment token; - for standard input; else HAWSER_TOKEN of the environment")
      ->type_name("FILE");
  enrolling
      .add_option("--state", arguments.state, "Folder for key and certificate; made if missing")
      ->required()
      ->type_name("DIR");
  enrolling
      .add_option("--config", arguments.config, "A connector.yaml to check and put into the folder")
      ->type_name("FILE");
  enrolling.add_option("--name", arguments.label, "What lists show; else this host's name")
      ->type_name("TEXT");
  enrolling.add_flag("--force", arguments.force, "Replace the folder's present identity");
  CLI::App& running = *app.add_subcommand("run", "Holds the channels and forwards requests.");
  running.add_option("--state", arguments.state, "The folder that `enrol` filled")
      ->required()
      ->type_name("DIR");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  return enrolling.parsed() ? enrol(arguments) : run(arguments);
}

}  // namespace
}  // namespace hawser

int main(int argc, char** argv) { return hawser::main_of(argc, argv); }
