// SPDX-License-Identifier: Apache-2.0
#include "event_commands.h"

#include <algorithm>
#include <ctime>
#include <deque>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>

#include "core/clock.h"
#include "event_views.h"
#include "members.h"
#include "model/json_members.h"
#include "model/quantity.h"
#include "table.h"

namespace hawser::ctl {
namespace {

using nlohmann::json;

constexpr uint64_t verify_timeout_ms = 10 * 60'000;
constexpr const char* since_default = "24h";

std::optional<int64_t> time_of(const std::string& text) {
  std::tm parts{};
  const char* rest = ::strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &parts);
  if (rest == nullptr || std::string_view(rest) != "Z") return std::nullopt;
  return static_cast<int64_t>(::timegm(&parts)) * 1000;
}

int64_t since_ms(const std::string& text) {
  if (const auto time = time_of(text)) return *time;
  return core::SystemClock::instance().wall_ms() -
         static_cast<int64_t>(*model::parse_duration_ms(text));
}

std::string encoded(const std::string& text) {
  static constexpr char digits[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_';
    if (plain) {
      out += c;
    } else {
      out += {'%', digits[byte >> 4], digits[byte & 15]};
    }
  }
  return out;
}

std::string query_of(const EventWish& wish, const std::string& since, bool follow) {
  std::string query = "/v1/events?follow=" + std::string(follow ? "true" : "false") +
                      "&since=" + std::to_string(std::max<int64_t>(0, since_ms(since)));
  const auto add = [&query](const char* name, const std::string& value) {
    if (!value.empty()) query += "&" + std::string(name) + "=" + encoded(value);
  };
  add("kind", wish.kind);
  add("app", wish.app);
  add("user", wish.user);
  return query;
}

void print_event(const Session& session, std::string_view line) {
  if (session.json) {
    std::cout << line << '\n';
  } else {
    std::cout << event_line_view(json::parse(line, nullptr, false));
  }
}

int failed(const core::Error& error) {
  std::cerr << "hawserctl: " << error.reason << '\n';
  return exit_failed;
}

}  // namespace

std::string check_since(const std::string& text) {
  if (time_of(text) || model::parse_duration_ms(text).ok()) return {};
  return "\"" + text + "\": write a time ago, as 90m or 7d, or a time, as 2026-08-01T12:00:00Z";
}

int list_events(const Session& session, const EventWish& wish) {
  std::deque<std::string> newest;
  const std::string since = wish.since.empty() ? since_default : wish.since;
  const auto read =
      session.client.read_lines(query_of(wish, since, false), [&](std::string_view line) {
        if (wish.limit == 0) return print_event(session, line);
        newest.emplace_back(line);
        if (newest.size() > wish.limit) newest.pop_front();
      });
  if (!read.ok()) return failed(read.error());
  for (const std::string& line : newest) print_event(session, line);
  return exit_ok;
}

int follow_events(const Session& session, const EventWish& wish) {
  const std::string since = wish.since.empty() ? "0s" : wish.since;
  const auto read =
      session.client.read_lines(query_of(wish, since, true), [&](std::string_view line) {
        print_event(session, line);
        std::cout.flush();
      });
  return failed(read.ok() ? core::Error{"the engine has ended"} : read.error());
}

int verify_events(const Session& session) {
  const auto report =
      session.client.call(message::Method::post, "/v1/events/verify", "", verify_timeout_ms);
  const int code = show(session, report, verify_view);
  return report.ok() && !flag(*report, "good") ? exit_failed : code;
}

int explain(const Session& session, const std::string& request_id) {
  return show(session,
              session.client.call(message::Method::get, "/v1/requests/" + encoded(request_id)),
              explain_view);
}

}  // namespace hawser::ctl
