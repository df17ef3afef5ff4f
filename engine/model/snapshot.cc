// SPDX-License-Identifier: Apache-2.0
#include "model/snapshot.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "model/access_json.h"
#include "model/json_members.h"
#include "model/revision.h"

namespace hawser::model {
namespace {

template <class Groups>
auto find_named(Groups& groups, std::string_view name) {
  return std::find_if(groups.begin(), groups.end(), [&](const auto& g) { return g.name == name; });
}

}  // namespace

std::shared_ptr<const Snapshot> Snapshot::make(std::vector<App> apps,
                                               std::vector<Provider> providers) {
  return std::make_shared<const Snapshot>(Key{}, std::move(apps), std::move(providers));
}

Snapshot::Snapshot(Key, std::vector<App> apps, std::vector<Provider> providers)
    : apps_(std::move(apps)), providers_(std::move(providers)) {
  std::string revisions;
  for (App& app : apps_) {
    if (app.revision == 0) app.revision = content_revision(app);
    revisions += app.name + '@' + std::to_string(app.revision) + '\n';
    apps_by_name_.emplace(app.name, &app);
    auto group = find_named(groups_, app.group);
    if (group == groups_.end()) {
      groups_.push_back({app.group, app.tenant, {}});
      group = groups_.end() - 1;
    }
    group->apps.push_back(app.name);
  }
  for (const Provider& provider : providers_)
    revisions += write_json(provider_json(provider)) + '\n';
  revision_ = revision_of(revisions);
}

const App* Snapshot::find_app(std::string_view name) const {
  const auto found = apps_by_name_.find(name);
  return found == apps_by_name_.end() ? nullptr : found->second;
}

const Group* Snapshot::find_group(std::string_view name) const {
  const auto found = find_named(groups_, name);
  return found == groups_.end() ? nullptr : &*found;
}

const Provider* Snapshot::find_provider(std::string_view name) const {
  const auto found = find_named(providers_, name);
  return found == providers_.end() ? nullptr : &*found;
}

}  // namespace hawser::model
