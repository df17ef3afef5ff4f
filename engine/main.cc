// SPDX-License-Identifier: Apache-2.0
// hawser-engine: the edge relay's command line.
#include <csignal>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <string>

#include "access/page_words.h"
#include "control/config_check.h"
#include "control/config_file.h"
#include "core/clock.h"
#include "core/log.h"
#include "core/loop.h"
#include "core/signals.h"
#include "relay/engine.h"
#include "tls/context.h"

namespace hawser {
namespace {

// Exit codes: sysexits.h where it has one.
constexpr int exit_failed = 1;
constexpr int exit_config = 78;

struct Arguments {
  std::string config_path;
  std::string state_folder;
};

std::string version_text() {
  return "hawser-engine " HAWSER_VERSION "\nTLS: " + std::string(tls::library_origin());
}

core::Result<control::NodeConfig, config::ConfigErrors> load(const Arguments& arguments) {
  control::ConfigOptions options;
  options.state_folder = arguments.state_folder;
  options.look_at_files = true;
  options.page_texts = access::text_keys();
  return control::load_config(arguments.config_path, options);
}

int check(const Arguments& arguments) {
  const auto config = load(arguments);
  if (!config.ok()) {
    std::fputs(config::render(config.error()).c_str(), stderr);
    return exit_config;
  }
  std::fputs(control::summary(*config, core::SystemClock::instance().wall_ms()).c_str(), stdout);
  return 0;
}

int print_pages() {
  std::fputs(access::default_template().c_str(), stdout);
  return 0;
}

core::Result<std::unique_ptr<core::LogSink>> open_log(const config::LogSettings& settings) {
  std::unique_ptr<core::LogSink> sink;
  if (settings.output_path.empty()) {
    sink = std::make_unique<core::LogSink>(2);
  } else {
    auto opened = core::LogSink::open_file(settings.output_path);
    if (!opened.ok()) return opened.error();
    sink = std::move(*opened);
  }
  sink->set_level(settings.level);
  sink->set_format(settings.format);
  return sink;
}

void reload(const Arguments& arguments, relay::Engine& engine, core::LogSink& sink,
            core::Log& log) {
  if (const auto reopened = sink.reopen(); !reopened.ok()) {
    core::LogLine(log, core::Level::error, "log_reopen_failed")
        .text("reason", reopened.error().reason);
  }
  auto config = load(arguments);
  if (!config.ok()) {
    for (const config::ConfigError& error : config.error()) {
      core::LogLine(log, core::Level::error, "reload_refused").text("reason", error.to_string());
    }
    engine.on_reload_refused(config.error().front().to_string());
    return;
  }
  if (const auto applied = engine.reload(std::move(*config)); !applied.ok()) {
    core::LogLine(log, core::Level::error, "reload_refused").text("reason", applied.error().reason);
    engine.on_reload_refused(applied.error().reason);
  }
}

int run(const Arguments& arguments) {
  auto config = load(arguments);
  if (!config.ok()) {
    std::fputs(config::render(config.error()).c_str(), stderr);
    return exit_config;
  }
  auto sink = open_log(config->log);
  if (!sink.ok()) {
    std::fprintf(stderr, "hawser-engine: %s\n", sink.error().reason.c_str());
    return exit_failed;
  }
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGUSR1, SIG_IGN);  // until there is something to tell
  core::Loop loop;
  core::Log log(**sink, loop);
  relay::Engine engine(loop, **sink, log, HAWSER_VERSION);
  if (const auto started = engine.start(std::move(*config)); !started.ok()) {
    core::LogLine(log, core::Level::error, "start_failed").text("reason", started.error().reason);
    log.write_out();
    return exit_failed;
  }
  const auto end = [&] { engine.drain([&loop] { loop.stop(); }); };
  const core::SignalWatcher on_terminate(loop, SIGTERM, end);
  const core::SignalWatcher on_interrupt(loop, SIGINT, end);
  const core::SignalWatcher on_hangup(loop, SIGHUP,
                                      [&] { reload(arguments, engine, **sink, log); });
  const core::SignalWatcher on_user(loop, SIGUSR1, [&] { engine.tell_memory(); });
  loop.run();
  engine.stop();
  core::LogLine(log, core::Level::info, "stopped");
  log.write_out();
  return 0;
}

int main_of(int argc, char** argv) {
  CLI::App app{
      "Hawser's edge relay: publishes applications of a private network to the right people."};
  app.set_version_flag("--version", version_text());
  app.require_subcommand(1);
  Arguments arguments;
  int status = 0;
  const auto add = [&](const char* name, const char* what, int (*command)(const Arguments&)) {
    CLI::App* sub = app.add_subcommand(name, what);
    sub->add_option("--config", arguments.config_path, "The configuration file, engine.yaml")
        ->required();
    sub->add_option("--state", arguments.state_folder,
                    "The state folder, instead of the file's `state`");
    sub->callback([&status, &arguments, command] { status = command(arguments); });
  };
  add("run", "Run the engine in the foreground", run);
  add("check", "Check the configuration file and say what it publishes", check);
  app.add_subcommand("pages", "Print the pages that people read, as a template to change")
      ->callback([&status] { status = print_pages(); });
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int code = app.exit(error);
    return code == 0 ? 0 : 2;
  }
  return status;
}

}  // namespace
}  // namespace hawser

int main(int argc, char** argv) { return hawser::main_of(argc, argv); }
