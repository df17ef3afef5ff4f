// SPDX-License-Identifier: Apache-2.0
// What one decision costs where 20 rules are looked at, each with every condition, and the last one
// matches; and how it grows with the names, networks and paths of a rule.
#include <benchmark/benchmark.h>

#include <fstream>
#include <string>
#include <vector>

#include "access/rules.h"
#include "support/country_db.h"
#include "support/temp_folder.h"

namespace hawser::access {
namespace {

// `width`: names, networks and paths of each rule.
model::App app_with(size_t count, size_t width) {
  model::App app;
  app.access = model::Access::rules;
  for (size_t i = 0; i < count; ++i) {
    model::AccessRule rule;
    rule.name = "rule " + std::to_string(i);
    for (size_t k = 0; k < width; ++k) {
      const std::string id = std::to_string(i * width + k);
      rule.who.users.push_back("user-" + id + "@example.org");
      rule.who.groups.push_back("cn=group-" + id + ",ou=groups,dc=example");
      const std::string network = std::to_string(i % 250) + "." + std::to_string(k % 250) + ".0/24";
      rule.from.networks.push_back(model::Network::parse("10." + network).value());
      rule.paths.push_back("/area-" + std::to_string(k) + "/");
    }
    rule.who.claims = {{"department", {"d" + std::to_string(i)}}};
    rule.methods = {"GET", "HEAD", "POST"};
    rule.strength = {{"urn:example:mfa"}, {"mfa", "pwd"}, 3600};
    app.rules.push_back(std::move(rule));
  }
  // All but the last are met as far as the person: the longest way through a rule.
  for (size_t i = 0; i + 1 < count; ++i) {
    app.rules[i].from.networks.push_back(model::Network::parse("2001:db8::/32").value());
    app.rules[i].paths.emplace_back("/");
  }
  app.rules.back().from = {};
  app.rules.back().paths = {"/"};
  app.rules.back().who.groups.emplace_back("staff");
  return app;
}

void decide(benchmark::State& state) {
  const model::App app =
      app_with(static_cast<size_t>(state.range(0)), static_cast<size_t>(state.range(1)));
  const Rules rules(app);
  const std::vector<std::string> groups{"staff"};
  const std::vector<std::string> amr{"pwd", "mfa"};
  const PersonMarks marks = rules.names().marks_of(groups, std::vector<model::ClaimValues>());
  const Person person{"ada@example.org", marks, "urn:example:mfa", amr, 1000};
  const RequestFacts request{model::IpAddress::parse("2001:db8::1").value(), "", "GET",
                             "/reports/2026/november", 2000};
  for (auto _ : state) {
    const Decision decision = rules.decide(&person, request);
    if (decision.verdict != Verdict::allow) return state.SkipWithError("the last rule matches");
    benchmark::DoNotOptimize(decision);
  }
}
BENCHMARK(decide)
    ->ArgNames({"rules", "width"})
    ->Args({1, 1})
    ->Args({20, 3})
    ->Args({20, 50})
    ->Args({200, 3});

void decide_for_nobody(benchmark::State& state) {
  model::App app = app_with(20, 3);
  for (auto& rule : app.rules) rule.effect = model::RuleEffect::deny;
  const Rules rules(app);
  const RequestFacts request{model::IpAddress::parse("2001:db8::1").value(), "", "GET", "/x", 2000};
  for (auto _ : state) {
    const Decision decision = rules.decide(nullptr, request);
    benchmark::DoNotOptimize(decision);
  }
}
BENCHMARK(decide_for_nobody);

// The address is looked up in a file as large as real ones, as for every request.
void decide_by_country(benchmark::State& state) {
  test::CountryDb db;
  for (size_t i = 0; i < 50'000; ++i) {
    const std::string network = std::to_string(i / 256 % 256) + "." + std::to_string(i % 256);
    db.networks.emplace_back("10." + network + ".0/24", i % 2 == 0 ? "AT" : "DE");
  }
  const test::TempFolder folder;
  std::ofstream(folder / "countries.mmdb", std::ios::binary) << db.bytes();
  const auto countries = core::CountryFile::open(folder / "countries.mmdb");
  if (!countries) return state.SkipWithError(countries.error().reason.c_str());
  model::App app = app_with(20, 3);
  for (size_t i = 0; i + 1 < app.rules.size(); ++i)
    app.rules[i].from.countries = {"AT", "CH", "FR"};
  const Rules rules(app);
  const std::vector<std::string> groups{"staff"};
  const std::vector<std::string> amr{"pwd", "mfa"};
  const PersonMarks marks = rules.names().marks_of(groups, std::vector<model::ClaimValues>());
  const Person person{"ada@example.org", marks, "urn:example:mfa", amr, 1000};
  uint8_t last = 0;
  for (auto _ : state) {
    const auto client = model::IpAddress::ipv4(10, last, static_cast<uint8_t>(last * 7), last);
    ++last;
    const RequestFacts request{client, country_of(countries->get(), client), "GET",
                               "/reports/2026/november", 2000};
    const Decision decision = rules.decide(&person, request);
    if (decision.verdict != Verdict::allow) return state.SkipWithError("the last rule matches");
    benchmark::DoNotOptimize(decision);
  }
}
BENCHMARK(decide_by_country);

}  // namespace
}  // namespace hawser::access
