// SPDX-License-Identifier: Apache-2.0
// NameTranslation: what an origin calls itself and its paths, and what its clients have to call
// them: https, the host and port that the client asked, the app's path prefix. What names somebody
// else is left alone. Owner: its exchange, for the time of a call. Thread: any.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "message/target.h"
#include "model/app.h"

namespace hawser::connector {

class NameTranslation {
 public:
  // `asked` is the client's, `public_path` the path that it asked for, `origin_path` the one that
  // the origin got for it. All outlive this.
  NameTranslation(const model::App& app, const model::Origin& origin,
                  const message::Authority& asked, std::string_view public_path,
                  std::string_view origin_path)
      : app_(app),
        origin_(origin),
        asked_(asked),
        public_path_(public_path),
        origin_path_(origin_path) {}

  // Each gives nothing where the text stays as it is.
  // A URI reference in a response (RFC 3986 4.1): absolute, without scheme, without authority, or
  // relative to what was asked.
  std::optional<std::string> to_public(std::string_view reference) const;
  // Cookies: a Domain that covers the origin covers the public host; a Path likewise (RFC 6265).
  std::optional<std::string> public_cookie_domain(std::string_view domain) const;
  std::optional<std::string> public_cookie_path(std::string_view path) const;
  // Access-Control-Allow-Origin: an origin alone, without a path (RFC 6454 6.1).
  std::optional<std::string> to_public_origin(std::string_view origin) const;
  // The other way, in a request: of Origin and Referer.
  std::optional<std::string> to_internal(std::string_view url) const;
  // WebDAV's Destination (RFC 4918 10.3), a URL or a path alone: as the application names itself by
  // the Host field that it gets.
  std::optional<std::string> to_destination(std::string_view reference) const;

 private:
  std::optional<std::string> url_to_public(std::string_view scheme, std::string_view rest) const;
  std::optional<std::string> path_to_public(std::string_view reference) const;
  std::optional<std::string> relative_to_public(std::string_view reference) const;
  const model::Origin* named(const message::Authority& name, std::string_view scheme,
                             std::string_view path) const;
  bool is_public_name(const message::Authority& name, std::string_view scheme) const;
  bool is_ours_by_host(const message::Authority& name) const;
  std::optional<std::string> url_to_internal(std::string_view url,
                                             std::string_view authority) const;
  std::string public_authority() const;
  std::string public_reference(std::string path, std::string_view suffix) const;

  const model::App& app_;
  const model::Origin& origin_;
  const message::Authority& asked_;
  std::string_view public_path_;
  std::string_view origin_path_;
};

}  // namespace hawser::connector
