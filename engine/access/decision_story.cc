// SPDX-License-Identifier: Apache-2.0
#include "access/decision_story.h"

#include <utility>

#include "access/rules_question.h"

namespace hawser::access {

std::vector<std::string> names_of(const RuleNames& names, std::string_view marks) {
  std::vector<std::string> told;
  const auto read = PersonMarks::from_bytes(marks, names.size());
  if (!read) return told;
  const auto& groups = names.groups_in_use();
  const auto& claims = names.claims_in_use();
  for (size_t i = 0; i < groups.size(); ++i)
    if (read->has(i)) told.push_back(groups[i]);
  for (size_t i = 0; i < claims.size(); ++i)
    if (read->has(groups.size() + i)) told.push_back(claims[i].claim + "=" + claims[i].value);
  return told;
}

model::RequestStory story_of(DecisionRing::Remembered remembered, const model::App* app) {
  model::RequestStory story = std::move(remembered.story);
  if (story.verdict.empty()) return story;
  story.rules_changed = app == nullptr || app->revision != remembered.app_revision;
  const auto client = model::IpAddress::parse(story.client_ip);
  if (story.rules_changed || !client) return story;
  const Rules rules(*app);
  story.names = names_of(rules.names(), remembered.marks);
  Person person;
  person.user = story.user;
  person.acr = story.acr;
  person.amr = story.amr;
  person.signed_in_s = story.signed_in_s;
  const auto marks = PersonMarks::from_bytes(remembered.marks, rules.names().size());
  if (marks) person.marks = *marks;
  const RequestFacts request{*client, story.country, story.method, story.path,
                             story.time_ms / 1000};
  Decision decision;
  for (const Rules::Step& step :
       rules.explain(story.signed_in ? &person : nullptr, request, decision))
    story.steps.push_back(told(step));
  return story;
}

}  // namespace hawser::access
