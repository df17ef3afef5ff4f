// SPDX-License-Identifier: Apache-2.0
// Router: which app a request is for, by its host and path alone. No app has the host: 421; none
// has the path: 404; never a guess. Owner: a worker, shared with its exchanges, made anew from each
// snapshot. Thread: the worker's own; immutable.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/text_map.h"
#include "http/folded_name.h"
#include "message/target.h"
#include "model/snapshot.h"

namespace hawser::relay {

enum class RouteMiss { none, no_such_host, no_such_path };

struct Route {
  const model::App* app = nullptr;  // as long as the router
  RouteMiss miss = RouteMiss::none;
};

class Router {
 public:
  explicit Router(std::shared_ptr<const model::Snapshot> snapshot);

  // `host`: lower case, without port. `path`: canonical, without query. Exact hosts go before
  // wildcards, of which the longest wins; within a host the longest path prefix wins.
  Route find(std::string_view host, std::string_view path) const;

  // Whether a target that `host` is asked for can be read in two ways that lead to different apps
  // or rules: it is refused with 400.
  bool reads_in_two_ways(std::string_view host, const message::Target& target) const;
  // Whether the path has a say among the apps of this host or in a rule of one: then one that can
  // be read in two ways is refused.
  bool path_decides(std::string_view host) const;
  // Whether path parameters stand where the path has a say: read without them, as some servers do,
  // it would be another app's or another rule's.
  bool parameters_decide(std::string_view host, std::string_view path) const;
  // Whether an app of this host takes client certificates.
  bool asks_certificates(std::string_view host) const;
  std::vector<const model::App*> apps_of(std::string_view host) const;
  // The fields by which any app is told of a person, which connectors alone set: from every
  // request, for another app may lead to the same application.
  const http::FoldedNames& identity_fields() const { return identity_fields_; }

  const model::Snapshot& snapshot() const { return *snapshot_; }

 private:
  // An app at the canonical form of its path prefix.
  struct Place {
    std::string prefix;
    const model::App* app;
  };
  // The apps of one host, longest path prefix first.
  using Host = std::vector<Place>;
  using Hosts = core::TextMap<Host>;

  const Host* find_host(std::string_view host) const;

  std::shared_ptr<const model::Snapshot> snapshot_;
  Hosts exact_;
  Hosts wildcard_;  // by what follows "*."
  http::FoldedNames identity_fields_;
};

}  // namespace hawser::relay
