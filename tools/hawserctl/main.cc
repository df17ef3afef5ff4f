// SPDX-License-Identifier: Apache-2.0
// hawserctl: looks at a running engine and changes what may be changed while it runs.
#include <CLI/CLI.hpp>
#include <functional>
#include <iostream>
#include <string>

#include "access_commands.h"
#include "commands.h"
#include "event_commands.h"
#include "message/characters.h"
#include "model/ip_network.h"
#include "model/quantity.h"
#include "session_commands.h"
#include "table.h"

namespace hawser {
namespace {

constexpr const char* default_address = "unix:/var/lib/hawser/admin.sock";

struct Arguments {
  std::string address = default_address;
  bool json = false;
  std::string id;
  std::string group = "default";
  std::string ttl = "1h";
  ctl::AccessWish access;
  ctl::SessionWish session;
  ctl::EventWish event;
  std::string signed_in_ago = "0s";
};

using Command = std::function<int(const ctl::Session&)>;

std::string check_address(const std::string& address) {
  if (address.rfind("unix:/", 0) == 0) return {};
  return "\"" + address + "\": this version knows unix:/PATH alone";
}

std::string check_duration(const std::string& text) {
  const auto duration = model::parse_duration_ms(text);
  return duration.ok() ? std::string{} : duration.error().reason;
}

std::string check_ip(const std::string& text) {
  const auto address = model::IpAddress::parse(text);
  return address.ok() ? std::string{} : address.error().reason;
}

std::string check_method(const std::string& text) {
  return message::is_token(text) ? std::string{} : "\"" + text + "\" is no method";
}

CLI::App* group_of(CLI::App& app, const char* name, const char* about) {
  CLI::App* group = app.add_subcommand(name, about);
  group->require_subcommand(1);
  return group;
}

CLI::App* add(CLI::App& group, const char* name, const char* about, Command& chosen,
              Command command) {
  CLI::App* sub = group.add_subcommand(name, about);
  sub->callback([&chosen, command = std::move(command)] { chosen = command; });
  return sub;
}

void add_connector(CLI::App& app, Arguments& given, Command& chosen) {
  CLI::App* group = group_of(app, "connector", "The connectors that have enrolled");
  add(*group, "list", "Who they are, and which are connected", chosen, ctl::list_connectors);
  add(*group, "revoke", "Let one in no more; its channels close at once", chosen,
      [&given](const ctl::Session& session) { return ctl::revoke_connector(session, given.id); })
      ->add_option("ID", given.id, "As `connector list` shows it")
      ->required();
}

void add_token(CLI::App& app, Arguments& given, Command& chosen) {
  CLI::App* group = group_of(app, "token", "The tokens with which connectors enrol");
  CLI::App* create =
      add(*group, "create", "Print a new token: good for one connector, shown once", chosen,
          [&given](const ctl::Session& session) {
            return ctl::create_token(session, given.group, *model::parse_duration_ms(given.ttl));
          });
  create->add_option("--group", given.group, "The connector's group")->capture_default_str();
  create->add_option("--ttl", given.ttl, "How long it is good: 1m to 30d")
      ->capture_default_str()
      ->check(check_duration);
  add(*group, "list", "Those that are out, and those used or expired lately", chosen,
      ctl::list_tokens);
  add(*group, "revoke", "End one before its time", chosen,
      [&given](const ctl::Session& session) { return ctl::revoke_token(session, given.id); })
      ->add_option("ID", given.id, "As `token list` shows it")
      ->required();
}

void add_session(CLI::App& app, Arguments& given, Command& chosen) {
  CLI::App* group = group_of(app, "session", "Who has signed in");
  add(*group, "list", "Who, to which app, until when", chosen, ctl::list_sessions);
  CLI::App* revoke = add(*group, "revoke", "Sign people out at once, with whatever runs for them",
                         chosen, [&given](const ctl::Session& session) {
                           return ctl::revoke_sessions(session, given.session);
                         });
  revoke->add_option("ID", given.session.id, "As `session list` shows it");
  revoke->add_option("--user", given.session.user, "All of this person's");
  revoke->add_option("--app", given.session.app, "All of this app's");
}

// Any of these options says that somebody has signed in.
void add_person(CLI::App& test, Arguments& given) {
  ctl::AccessWish& wish = given.access;
  const std::string group = "Who has signed in; none of these: nobody";
  test.add_option("--user", wish.user, "By the provider's user_claim")->group(group);
  test.add_option("--groups", wish.groups, "As a,b")->delimiter(',')->group(group);
  test.add_option("--claim", wish.claims, "NAME=VALUE, once for each")->group(group);
  test.add_option("--acr", wish.acr, "The class of the sign-in")->group(group);
  test.add_option("--amr", wish.amr, "Its methods, as pwd,otp")->delimiter(',')->group(group);
  test.add_option("--signed-in-ago", given.signed_in_ago, "As 5m")
      ->capture_default_str()
      ->check(check_duration)
      ->group(group);
}

void add_access(CLI::App& app, Arguments& given, Command& chosen) {
  CLI::App* group = group_of(app, "access", "Who gets in");
  CLI::App* test = group->add_subcommand(
      "test", "Say which rule decides about a request, and why those before it don't");
  ctl::AccessWish& wish = given.access;
  test->add_option("--app", wish.app, "As `app list` shows it")->required();
  test->add_option("--ip", wish.ip, "The client's address")->required()->check(check_ip);
  test->add_option("--method", wish.method, "The request's")
      ->capture_default_str()
      ->check(check_method);
  test->add_option("--path", wish.path, "The public one, without query")->capture_default_str();
  add_person(*test, given);
  test->callback([test, &given, &chosen] {
    for (const char* name :
         {"--user", "--groups", "--claim", "--acr", "--amr", "--signed-in-ago"}) {
      if (test->count(name) > 0) given.access.signed_in = true;
    }
    given.access.signed_in_ago_ms = *model::parse_duration_ms(given.signed_in_ago);
    chosen = [&given](const ctl::Session& session) {
      return ctl::test_access(session, given.access);
    };
  });
  add(app, "audit", "Where nobody is asked to sign in, and rules that decide nothing yet", chosen,
      ctl::show_audit);
}

void add_event(CLI::App& app, Arguments& given, Command& chosen) {
  CLI::App* group =
      group_of(app, "event", "Sign-ins, denials, logouts, revocations, administrators' acts");
  ctl::EventWish& wish = given.event;
  const auto add_filter = [&wish](CLI::App* sub) {
    sub->add_option("--since", wish.since, "A time ago, as 1h, or 2026-08-01T12:00:00Z")
        ->check(ctl::check_since);
    sub->add_option("--kind", wish.kind, "As `signed_in` or `denied`; schema/events.md lists them");
    sub->add_option("--app", wish.app, "Of this app");
    sub->add_option("--user", wish.user, "Of this person");
  };
  CLI::App* list =
      add(*group, "list", "Those of the last day, the oldest first", chosen,
          [&wish](const ctl::Session& session) { return ctl::list_events(session, wish); });
  add_filter(list);
  list->add_option("--limit", wish.limit, "So many of the newest alone");
  CLI::App* follow =
      add(*group, "follow", "As they happen, until Ctrl-C", chosen,
          [&wish](const ctl::Session& session) { return ctl::follow_events(session, wish); });
  add_filter(follow);
  add(*group, "verify", "Whether any that was stored is missing or was changed", chosen,
      ctl::verify_events);
  add(app, "explain", "The story of one request: what was decided, why, and how it ended", chosen,
      [&given](const ctl::Session& session) { return ctl::explain(session, given.id); })
      ->add_option("REQUEST-ID", given.id, "As pages and the log show it")
      ->required();
}

void describe(CLI::App& app, Arguments& given, Command& chosen) {
  app.name("hawserctl");
  app.set_version_flag("--version", "hawserctl " HAWSER_VERSION);
  app.require_subcommand(1);
  app.fallthrough();
  app.footer(
      "Exit codes: 0 done; 1 refused, or the engine can't be reached; 2 the command line is "
      "wrong.");
  app.set_help_all_flag("--help-all", "Print the help of every command and exit");
  app.add_option("--admin", given.address, "The engine's admin socket")
      ->envname("HAWSER_ADMIN")
      ->capture_default_str()
      ->check(check_address);
  app.add_flag("--json", given.json, "Print the engine's answer as JSON");
  add(app, "status", "How the engine is", chosen, ctl::show_status);
  add(app, "memory", "Where the engine's memory is, by purpose", chosen, ctl::show_memory);
  CLI::App* apps = group_of(app, "app", "The published applications");
  add(*apps, "list", "What is published, and who serves it", chosen, ctl::list_apps);
  add_connector(app, given, chosen);
  add_token(app, given, chosen);
  add_session(app, given, chosen);
  add_access(app, given, chosen);
  add_event(app, given, chosen);
}

int main_of(int argc, char** argv) {
  Arguments given;
  Command chosen;
  CLI::App app("Looks at a running Hawser engine and administers it.");
  describe(app, given, chosen);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& fault) {
    if (const auto unknown = app.remaining(true);
        !unknown.empty() && dynamic_cast<const CLI::RequiredError*>(&fault) != nullptr) {
      std::cerr << "hawserctl: there is no command \"" << ctl::printable(unknown.front())
                << "\"; `hawserctl --help-all` lists them\n";
      return ctl::exit_usage;
    }
    return app.exit(fault) == 0 ? ctl::exit_ok : ctl::exit_usage;
  }
  return chosen({ctl::AdminClient(given.address), given.json});
}

}  // namespace
}  // namespace hawser

int main(int argc, char** argv) { return hawser::main_of(argc, argv); }
