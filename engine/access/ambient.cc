// SPDX-License-Identifier: Apache-2.0
#include "access/ambient.h"

#include <algorithm>
#include <optional>
#include <string>

#include "access/own_url.h"

namespace hawser::access {
namespace {

using message::FieldName;
using message::Method;

// RFC 9110 9.2.1. A WebSocket begins with GET, and is no reading.
bool only_reads(const message::RequestHead& head) {
  if (head.extended_connect || head.fields.has(FieldName::upgrade)) return false;
  return head.method == Method::get || head.method == Method::head ||
         head.method == Method::options || head.method == Method::trace;
}

bool opens_a_page(const message::Fields& fields) {
  return fields.get("Sec-Fetch-Mode") == "navigate" &&
         fields.get("Sec-Fetch-Dest").value_or("document") == "document";
}

}  // namespace

bool is_made_by_another_site(const message::RequestHead& head, const model::App& app) {
  const auto site = head.fields.get("Sec-Fetch-Site");
  if (site == "same-origin" || site == "none") return false;
  const bool same_site = site == "same-site";
  if (site && !same_site) return !(only_reads(head) && opens_a_page(head.fields));
  if (only_reads(head)) return false;
  const auto origin = head.fields.get(FieldName::origin);
  if (!origin) return same_site;
  if (*origin == base_url_of(head)) return false;
  const auto& listed = app.cors.origins;
  return !same_site || std::find(listed.begin(), listed.end(), *origin) == listed.end();
}

}  // namespace hawser::access
