// SPDX-License-Identifier: Apache-2.0
#include "arguments.h"

#include "model/quantity.h"

namespace hawser::load {
namespace {

constexpr size_t clients_limit = 100'000;
constexpr size_t bulk_limit = 1000;
constexpr size_t streams_limit = 1000;
constexpr uint64_t requests_limit = 50'000;  // a second
constexpr uint64_t probes_limit = 100;       // a second: the loop's timers are no finer
constexpr uint64_t hold_limit_ms = 3'600'000;
constexpr uint64_t window_limit_bytes = 0x7fffffff;  // RFC 9113 6.9.1
constexpr uint64_t first_limit_bytes = 1u << 20;

std::string check_duration(const std::string& text) {
  const auto duration = model::parse_duration_ms(text);
  if (!duration.ok()) return duration.error().reason;
  return *duration <= hold_limit_ms ? std::string{} : text + ": 1h at most";
}

std::string check_size(const std::string& text) {
  const auto size = model::parse_size_bytes(text);
  return size.ok() ? std::string{} : size.error().reason;
}

CLI::Validator size_up_to(uint64_t limit_bytes) {
  return {[limit_bytes](const std::string& text) {
            const auto size = model::parse_size_bytes(text);
            if (!size.ok()) return size.error().reason;
            return *size <= limit_bytes
                       ? std::string{}
                       : text + ": " + std::to_string(limit_bytes) + " bytes at most";
          },
          ""};
}

std::string check_path(const std::string& path) {
  const bool good = path.starts_with('/') && path.find_first_of(" \r\n") == std::string::npos;
  return good ? std::string{} : "\"" + path + "\": a path begins with \"/\" and has no spaces";
}

CLI::App* add(CLI::App& app, const char* name, const char* about, Arguments& given, Run run,
              const char* hold) {
  CLI::App* sub = app.add_subcommand(name, about);
  sub->callback([&given, run] { given.run = run; });
  sub->add_option("--hold", given.hold,
                  std::string("How long, once they are up: 1h at most, by default ") + hold)
      ->check(check_duration);
  sub->preparse_callback([&given, hold](size_t) { given.hold = hold; });
  return sub;
}

CLI::App* add_crowd(CLI::App& app, const char* name, const char* about, Arguments& given, Run run,
                    const char* hold) {
  CLI::App* sub = add(app, name, about, given, run, hold);
  sub->add_option("--clients", given.clients, "How many at the same time")
      ->required()
      ->check(CLI::Range(size_t{1}, clients_limit));
  return sub;
}

void add_again(CLI::App& sub, Arguments& given) {
  sub.add_flag("--again", given.again,
               "Who is refused, cut off or answered other than with 2xx comes again, 100 of them a "
               "second; nobody counts as failed then, and --hold counts from the beginning");
}

void add_path(CLI::App& sub, Arguments& given, const char* about, bool required) {
  sub.add_option("--path", given.path, about)->required(required)->check(check_path);
}

void add_size(CLI::App& sub, const char* name, std::string& given, const char* about) {
  sub.add_option(name, given, about)->capture_default_str()->check(check_size);
}

void add_idle(CLI::App& app, Arguments& given) {
  CLI::App* idle =
      add_crowd(app, "idle", "Clients that are connected and do nothing", given, run_idle, "5s");
  idle->add_option("--mark", given.marks, "Print the memory at so many clients on the way, too");
  add_path(*idle, given, "Ask for this once; nothing is asked for by default", false);
  add_again(*idle, given);
}

void add_slow(CLI::App& app, Arguments& given) {
  CLI::App* read =
      add_crowd(app, "read", "Clients that read one long answer slowly", given, run_readers, "30s");
  add_path(*read, given, "What they ask for", true);
  add_size(*read, "--rate", given.rate, "Bytes a second, of each client");
  add_size(*read, "--receive-buffer", given.receive_buffer, "What the kernel may hold for each");
  add_again(*read, given);
  CLI::App* send = add_crowd(app, "send", "Clients that send one long body slowly, by PUT", given,
                             run_senders, "30s");
  add_path(*send, given, "Where they send it", true);
  add_size(*send, "--rate", given.rate, "Bytes a second, of each client");
  add_size(*send, "--body", given.body, "The length that they promise");
  add_again(*send, given);
  CLI::App* heads = add_crowd(app, "heads", "Clients that send a head byte by byte, without an end",
                              given, run_heads, "30s");
  add_path(*heads, given, "What the head seems to ask for", true);
  heads->add_option("--rate", given.head_rate, "Bytes a second, of each client: 10 at least")
      ->capture_default_str()
      ->check(CLI::Range(uint64_t{10}, first_limit_bytes));
  heads->add_option("--first", given.first, "So much of it comes at once")
      ->capture_default_str()
      ->check(size_up_to(first_limit_bytes));
  add_again(*heads, given);
}

void add_streams(CLI::App& app, Arguments& given) {
  CLI::App* streams =
      add_crowd(app, "streams",
                "HTTP/2 connections whose streams take one window of a long answer and no more",
                given, run_streams, "30s");
  add_path(*streams, given, "What each stream asks for", true);
  streams->add_option("--streams", given.streams, "On each connection")
      ->capture_default_str()
      ->check(CLI::Range(size_t{1}, streams_limit));
  streams->add_option("--window", given.window, "Of each stream, in bytes")
      ->capture_default_str()
      ->check(size_up_to(window_limit_bytes));
  add_again(*streams, given);
}

void add_busy(CLI::App& app, Arguments& given) {
  const auto small = [&](const char* name, const char* about) {
    CLI::App* sub = add_crowd(app, name, about, given, run_busy, "10s");
    add_path(*sub, given, "What they ask for", true);
    sub->add_option("--rate", given.requests_per_second,
                    "Requests a second of all together, each timed from when it was due; without "
                    "it each client asks again as soon as it has its answer")
        ->check(CLI::Range(uint64_t{1}, requests_limit));
    return sub;
  };
  small("busy", "Clients that ask for one small thing after the other");
  CLI::App* mixed = small("mixed", "The same beside whole bodies that pass flat out");
  mixed->add_option("--downloads", given.bulk.downloads, "How many at the same time")
      ->check(CLI::Range(size_t{0}, bulk_limit));
  mixed->add_option("--down-path", given.bulk.down_path, "What they ask for")->check(check_path);
  mixed->add_option("--uploads", given.bulk.uploads, "How many at the same time, by PUT")
      ->check(CLI::Range(size_t{0}, bulk_limit));
  mixed->add_option("--up-path", given.bulk.up_path, "Where they go")->check(check_path);
  add_size(*mixed, "--body", given.body, "The length of each upload");
}

void add_others(CLI::App& app, Arguments& given) {
  CLI::App* churn =
      add_crowd(app, "churn", "Connections that are followed by others, so many at a time", given,
                run_churn, "10s");
  add_path(*churn, given, "Ask for this once; by default the handshake is all", false);
  churn->add_flag("--resume", given.target.resume,
                  "Each offers a session ticket of the server, which one before them fetches");
  CLI::App* probe =
      add(app, "probe", "One client that asks at a pace, and comes again whatever happens", given,
          run_probe, "30s");
  add_path(*probe, given, "What it asks for", true);
  probe->add_option("--rate", given.requests_per_second, "Requests a second, by default 10")
      ->check(CLI::Range(uint64_t{1}, probes_limit));
  probe->preparse_callback([&given](size_t) {
    given.hold = "30s";
    given.requests_per_second = 10;
  });
}

}  // namespace

void describe(CLI::App& app, Arguments& given) {
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
  add_idle(app, given);
  add_slow(app, given);
  add_streams(app, given);
  add_busy(app, given);
  add_others(app, given);
}

}  // namespace hawser::load
