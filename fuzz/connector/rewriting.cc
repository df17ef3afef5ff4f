// SPDX-License-Identifier: Apache-2.0
// rewriting: a field by which an origin names itself; the first octet says which field, and how
// the app is published. What comes out is one plain value; whoever else is named stays; what names
// the public side already stays, so that doing it again changes nothing.
#include "connector/response_rewrite.h"

#include <algorithm>
#include <string>

#include "connector/origin_request.h"
#include "message/characters.h"
#include "support/check.h"
#include "support/text.h"

namespace hawser::fuzz {
namespace {

using message::equals_ignoring_case;
using message::FieldName;

constexpr std::string_view public_host = "wiki.example";
constexpr std::string_view public_url = "https://wiki.example:8443";
constexpr FieldName names[] = {FieldName::location, FieldName::content_location, FieldName::refresh,
                               FieldName::set_cookie, FieldName::access_control_allow_origin};

struct Published {
  model::App app;
  message::Authority asked;
  std::string path;
};

Published published(uint8_t mode) {
  Published made;
  made.app.path_prefix = (mode & 1) != 0 ? "/wiki/" : "/";
  made.app.host_header =
      (mode & 2) != 0 ? model::HostHeader::public_host : model::HostHeader::origin;
  for (const char* url : {"http://intra.corp:9000/base/", "https://10.0.0.7/", "http://[fd00::7]/"})
    made.app.origins.push_back(*model::Origin::parse_url(url));
  if ((mode & 4) != 0) made.app.origins[0] = *model::Origin::parse_url("http://intra.corp:9000/");
  require(message::parse_authority("Wiki.Example:8443", made.asked).empty(), "an authority");
  made.path = made.app.path_prefix + "a/b";
  return made;
}

std::string rewritten(const Published& how, FieldName name, std::string_view value) {
  message::Fields fields;
  fields.add("X-First", "http://intra.corp:9000/base/");
  fields.add(name, value);
  fields.add("X-Last", "sid=1; Domain=intra.corp");
  const message::Fields before = fields;
  const std::string at_origin =
      connector::origin_path(how.path, how.app.path_prefix, how.app.origins[0].path);
  connector::rewrite_response_names(fields,
                                    {how.app, how.app.origins[0], how.asked, how.path, at_origin});
  require(fields.size() == 3 && fields.at(0).value == before.at(0).value &&
              fields.at(2).value == before.at(2).value && fields.at(1).name == before.at(1).name,
          "one field, and no other", text_of(fields));
  std::string out(fields.at(1).value);
  // Planted: a fragment is lost.
  if (planted_fault) out.erase(std::min(out.find('#'), out.size()));
  return out;
}

bool is_known_host(std::string_view host) {
  for (const std::string_view known : {std::string_view("intra.corp"), std::string_view("10.0.0.7"),
                                       std::string_view("[fd00::7]"), public_host})
    if (host == known) return true;
  return host.starts_with('[');  // more than one spelling
}

// The host of an absolute URL or a network path; "" where there is none that is one.
std::string host_of(std::string_view reference) {
  const size_t slashes = reference.find("//");
  if (slashes == std::string_view::npos) return {};
  const std::string_view scheme = reference.substr(0, slashes);
  if (!scheme.empty() && !equals_ignoring_case(scheme, "http:") &&
      !equals_ignoring_case(scheme, "https:"))
    return {};
  const std::string_view rest = reference.substr(slashes + 2);
  message::Authority name;
  if (!message::parse_authority(rest.substr(0, rest.find_first_of("/?#")), name).empty()) return {};
  return name.host;
}

void check_reference(std::string_view in, std::string_view out) {
  const std::string host = host_of(in);
  if (!host.empty() && !is_known_host(host)) require_same(in, out, "whoever else is named stays");
  if (in == out) return;
  const std::string new_host = host_of(out);
  require(!new_host.empty() || (out.starts_with('/') && !out.starts_with("//")),
          "what is changed is a URL or a path", out);
  require(new_host.empty() || new_host == public_host, "what is changed names the public side",
          out);
}

std::string_view attribute_name(std::string_view attribute) {
  return message::trim_blanks(attribute.substr(0, attribute.find('=')));
}

void check_cookie(std::string_view in, std::string_view out) {
  for (bool first = true;; first = false) {
    const std::string_view was = in.substr(0, in.find(';'));
    const std::string_view is = out.substr(0, out.find(';'));
    const bool may_change = !first && (equals_ignoring_case(attribute_name(was), "domain") ||
                                       equals_ignoring_case(attribute_name(was), "path"));
    if (!may_change) require_same(was, is, "a cookie and its other attributes stay");
    require_same(attribute_name(was), attribute_name(is), "an attribute stays the same one");
    require((was.size() == in.size()) == (is.size() == out.size()), "as many attributes", out);
    if (was.size() == in.size()) return;
    in.remove_prefix(was.size() + 1);
    out.remove_prefix(is.size() + 1);
  }
}

void check(const Published& how, FieldName name, std::string_view in) {
  const std::string out = rewritten(how, name, in);
  require(message::all_in(message::field_value_char, out), "a value without controls", out);
  require(message::trim_blanks(out) == out, "a value without blanks around", out);
  if (name == FieldName::location || name == FieldName::content_location) check_reference(in, out);
  if (name == FieldName::set_cookie) check_cookie(in, out);
  if (name == FieldName::access_control_allow_origin && in != out)
    require_same(out, public_url, "an origin becomes the public one");
  const bool one_place = how.app.path_prefix == how.app.origins[0].path;
  const bool is_url = name != FieldName::set_cookie;
  if (one_place || (is_url && out != in && out.starts_with(public_url)))
    require_same(out, rewritten(how, name, out), "what names the public side stays");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view value = view_of(data + 1, size - 1);
  if (!hawser::message::all_in(hawser::message::field_value_char, value) ||
      hawser::message::trim_blanks(value) != value)
    return 0;  // no reader would take it
  check(published(data[0] & 7), names[(data[0] >> 3) % std::size(names)], value);
  return 0;
}

}  // namespace hawser::fuzz
