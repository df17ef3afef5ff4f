// SPDX-License-Identifier: Apache-2.0
// Snapshot: the published configuration at one revision. Each worker holds one and swaps it between
// two turns of its loop; an exchange keeps the one that it began with. Owner: shared. Thread: any,
// immutable.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "model/app.h"
#include "model/group.h"
#include "model/provider.h"

namespace hawser::model {

class Snapshot {
  struct Key {};

 public:
  // App names are distinct (the file's reader saw to it); of two alike the first is found. Apps
  // without a revision get theirs. The snapshot's own follows from its apps' and its providers
  // (not from secrets), so that equal content has equal revisions in every engine.
  static std::shared_ptr<const Snapshot> make(std::vector<App> apps,
                                              std::vector<Provider> providers = {});

  Snapshot(Key, std::vector<App> apps, std::vector<Provider> providers);
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;

  uint64_t revision() const { return revision_; }
  const std::vector<App>& apps() const { return apps_; }
  const std::vector<Group>& groups() const { return groups_; }  // by their apps' order

  const std::vector<Provider>& providers() const { return providers_; }

  // Null when there is none. Valid as long as the snapshot.
  const App* find_app(std::string_view name) const;
  const Group* find_group(std::string_view name) const;
  const Provider* find_provider(std::string_view name) const;

 private:
  std::vector<App> apps_;
  std::vector<Provider> providers_;
  std::vector<Group> groups_;
  std::map<std::string_view, const App*> apps_by_name_;
  uint64_t revision_ = 0;
};

}  // namespace hawser::model
