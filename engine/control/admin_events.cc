// SPDX-License-Identifier: Apache-2.0
// The admin API's calls about what happened: events, and the story of one request.
#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "control/admin_access.h"
#include "control/admin_api.h"
#include "control/event_json.h"
#include "control/event_stream.h"
#include "message/query.h"
#include "model/json_members.h"

namespace hawser::control {
namespace {

using nlohmann::json;

// A request's id tells when it came; what came of it later is looked for so long.
constexpr int64_t story_span_ms = 15 * 60'000;
constexpr size_t story_events_limit = 50;
constexpr size_t story_page = 256;

Refusal bad_query(const std::string& detail) { return {400, "bad_query", detail}; }

Outcome<uint64_t> read_number(const std::string& name, const std::string& text) {
  uint64_t number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  constexpr uint64_t most = static_cast<uint64_t>(std::numeric_limits<int64_t>::max());
  if (text.empty() || read.ec != std::errc() || read.ptr != text.data() + text.size() ||
      number > most)
    return bad_query("\"" + name + "\": expected a number, 0 or more");
  return number;
}

// The names that stand in a query.
std::vector<std::string> names_in(std::string_view query) {
  std::vector<std::string> names;
  while (!query.empty()) {
    const size_t end = query.find('&');
    const std::string_view pair = query.substr(0, end);
    names.emplace_back(pair.substr(0, pair.find('=')));
    query = end == std::string_view::npos ? std::string_view() : query.substr(end + 1);
  }
  return names;
}

Outcome<void> set_one(EventWish& wish, const std::string& name, const std::string& value) {
  if (name == "kind") wish.filter.kind = value;
  if (name == "app") wish.filter.app = value;
  if (name == "user") wish.filter.user = value;
  if (name == "request") wish.filter.request_id = value;
  if (name == "follow") {
    if (value != "true" && value != "false") return bad_query("\"follow\": expected true or false");
    wish.follow = value == "true";
  }
  if (name != "after" && name != "limit" && name != "since") return {};
  const auto number = read_number(name, value);
  if (!number.ok()) return number.error();
  if (name == "after") wish.after = *number;
  if (name == "limit") wish.limit = *number;
  if (name == "since") wish.filter.since_ms = static_cast<int64_t>(*number);
  return {};
}

Outcome<EventWish> read_wish(std::string_view query) {
  constexpr std::array<std::string_view, 8> known{"after", "limit",   "since", "kind",
                                                  "app",   "request", "user",  "follow"};
  EventWish wish;
  for (const std::string& name : names_in(query)) {
    if (std::find(known.begin(), known.end(), name) == known.end())
      return bad_query("\"" + name.substr(0, 64) +
                       "\": see schema/admin_api.yaml for what is known");
    const auto value = message::query_value(query, name);
    if (!value) return bad_query("\"" + name + "\": stands twice, or is not well encoded");
    if (auto set = set_one(wish, name, *value); !set.ok()) return set.error();
  }
  if (wish.filter.kind.empty()) return wish;
  for (const auto kind : model::event_kinds)
    if (name_of(kind) == wish.filter.kind) return wish;
  return bad_query("\"kind\": there is none of that name; schema/events.md lists them");
}

json mark_json(const EventMark& mark) {
  return {{"sequence", mark.sequence},
          {"sha256", mark.sha256_hex},
          {"logged_ms", mark.logged_ms},
          {"removed", mark.removed}};
}

std::string report_json(const EventReport& report) {
  json told{{"good", !report.first_break.has_value()},
            {"count", report.count},
            {"first", report.first},
            {"last", report.last},
            {"head_sha256", report.head_sha256_hex},
            {"key", report.key_id},
            {"checkpoint", nullptr},
            {"first_break", nullptr}};
  if (report.checkpoint) told["checkpoint"] = mark_json(*report.checkpoint);
  if (report.first_break) {
    told["first_break"] = {{"sequence", report.first_break->sequence},
                           {"what", report.first_break->what}};
  }
  return model::write_json(told);
}

json story_json(const model::RequestStory& story) {
  json told{{"time_ms", story.time_ms},
            {"worker", story.worker},
            {"app", story.app},
            {"verdict", story.verdict},
            {"rule", story.rule},
            {"signed_in", story.signed_in},
            {"user", story.user},
            {"session", story.session},
            {"acr", story.acr},
            {"amr", story.amr},
            {"signed_in_s", story.signed_in_s},
            {"names", story.names},
            {"client", story.client_ip},
            {"country", story.country},
            {"host", story.host},
            {"method", story.method},
            {"path", story.path},
            {"ended", story.ended},
            {"rules_changed", story.rules_changed},
            {"steps", steps_json(story.steps)}};
  if (!story.ended) return told;
  told["status"] = story.status;
  told["answer"] = story.answer;
  told["error"] = story.error;
  told["ended_by"] = story.ended_by;
  told["reason"] = story.reason;
  told["connector"] = story.connector;
  told["total_ms"] = story.total_ms;
  return told;
}

// Of a UUIDv7.
int64_t time_in(const model::Uuid& id) {
  int64_t time_ms = 0;
  for (size_t i = 0; i < 6; ++i) time_ms = time_ms * 256 + id.bytes[i];
  return time_ms;
}

// The events that name the request; none where they cannot be read.
json events_about(const EventChain& chain, const std::string& request_id, int64_t began_ms) {
  json events = json::array();
  const auto before = chain.find(began_ms);
  uint64_t at = before.ok() ? *before : chain.last();
  for (bool more = true; more && events.size() < story_events_limit;) {
    const auto records = chain.read(at, story_page);
    if (!records.ok() || records->empty()) return events;
    for (const EventChain::Record& record : *records) {
      at = record.sequence;
      const auto line = read_event_line(record.line);
      if (!line.ok()) continue;
      more = line->logged_ms < began_ms + story_span_ms;
      if (!more || events.size() >= story_events_limit) break;
      if (line->request_id == request_id)
        events.push_back(json::parse(record.line, nullptr, false));
    }
  }
  return events;
}

}  // namespace

Answer AdminApi::list_events(const Call& call) {
  const auto wish = read_wish(call.query);
  if (!wish.ok()) return refused(wish.error());
  auto stream = EventStream::open(journal_, *wish);
  if (stream == nullptr) {
    return refused(
        {503, "too_many_readers", "as many follow the events already as may; end one of them"});
  }
  Answer answer{200, "application/x-ndjson", ""};
  answer.stream = std::move(stream);
  return answer;
}

void AdminApi::verify_events(const AnswerDone& done) {
  journal_.verify([done](const StoreResult<EventReport>& report) {
    if (!report.ok()) return done(refused(refusal_of(report.error())));
    done(json_answer(200, report_json(*report)));
  });
}

void AdminApi::explain(std::string_view request_id, const AnswerDone& done) {
  const auto id = model::Uuid::parse(request_id);
  if (!id.ok() || id->version() != 7) {
    return done(refused({400, "bad_id",
                         "a request's id is what pages of ours, the log and X-Request-ID show: a "
                         "UUID of version 7"}));
  }
  const std::string text(request_id);
  host_.explain(text, [this, text, began_ms = time_in(*id),
                       done](const std::vector<model::RequestStory>& stories) {
    json told = json::array();
    for (const model::RequestStory& story : stories) told.push_back(story_json(story));
    json events = events_about(journal_.chain(), text, began_ms);
    const bool known = !told.empty() || !events.empty();
    if (!known) {
      return done(
          refused({404, "request_unknown",
                   "nothing is remembered of this request: it is too long ago, it was for an app "
                   "without rules, or it was refused before it came to an app; the request log has "
                   "every one"}));
    }
    done(json_answer(200, model::write_json({{"request_id", text},
                                             {"began_ms", began_ms},
                                             {"stories", std::move(told)},
                                             {"events", std::move(events)}})));
  });
}

}  // namespace hawser::control
