// SPDX-License-Identifier: Apache-2.0
#include "connector/origin_request.h"

#include <algorithm>

#include "connector/response_rewrite.h"
#include "http/hop_by_hop.h"

namespace hawser::connector {

namespace {

bool keeps_path(std::string_view path, const std::string& app_prefix,
                const std::string& origin_prefix) {
  return app_prefix == origin_prefix || path == "*";
}

}  // namespace

std::string origin_path(std::string_view path, const std::string& app_prefix,
                        const std::string& origin_prefix) {
  if (keeps_path(path, app_prefix, origin_prefix)) return std::string(path);
  // The prefix was matched on the canonical path; segments are the same in both spellings.
  size_t segments = static_cast<size_t>(std::count(app_prefix.begin(), app_prefix.end(), '/'));
  size_t rest = 0;
  while (segments > 0 && rest < path.size()) {
    if (path[rest] == '/') --segments;
    ++rest;
  }
  return segments > 0 ? origin_prefix : origin_prefix + std::string(path.substr(rest));
}

void rewrite_for_origin(message::RequestHead& head, const model::App& app,
                        const model::Origin& origin) {
  http::remove_hop_by_hop(head.fields);
  if (!keeps_path(head.target.path, app.path_prefix, origin.path))
    head.target.path = origin_path(head.target.path, app.path_prefix, origin.path);
}

void write_host_for_origin(const message::RequestHead& head, const model::App& app,
                           const model::Origin& origin, std::string& host) {
  host.clear();
  if (app.host_header == model::HostHeader::origin) return origin.append_authority(host);
  head.target.authority.append_canonical(host, head.target.scheme);
}

void rewrite_for_engine(message::ResponseHead& head, const NameTranslation& names) {
  // What an origin requires is for the client to know (RFC 9110 15.5.22).
  const std::string required =
      head.status == 426 ? head.fields.joined(message::FieldName::upgrade) : std::string();
  http::remove_hop_by_hop(head.fields);
  if (!required.empty()) head.fields.add(message::FieldName::upgrade, required);
  rewrite_response_names(head.fields, names);
  // How it ended on the origin's wire is told by END or RESET.
  if (head.body_length.kind == message::BodyLength::Kind::until_close)
    head.body_length = message::BodyLength::unknown();
}

size_t pick_origin(const model::App& app, uint64_t random) {
  uint64_t sum = 0;
  for (const model::Origin& origin : app.origins) sum += origin.weight;
  if (sum == 0) return 0;
  uint64_t left = random % sum;
  for (size_t i = 0; i < app.origins.size(); ++i) {
    if (left < app.origins[i].weight) return i;
    left -= app.origins[i].weight;
  }
  return 0;
}

}  // namespace hawser::connector
