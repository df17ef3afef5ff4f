// SPDX-License-Identifier: Apache-2.0
// Target: what a request asks for (RFC 9112 3.2): its form, authority, path and query. Parsing is
// strict and happens once; the path is forwarded as it came, and rules are decided on one canonical
// form of it. Where two programs could reasonably disagree about that form, the path is *doubtful*.
//
// The rule for doubtful targets, which schema and README repeat: always refused with 400 are NUL
// (%00), "%" without two hex digits, dot segments ("." or "..", also spelt with %2e, also before a
// ";"), a backslash (raw or %5c), an encoded slash next to a dot segment, and octets that are
// not UTF-8 after decoding (overlong forms and surrogates included). Encoded slashes (%2f) and
// empty segments ("//") are in daily use, so they are forwarded unchanged where the path decides
// nothing, and refused with 400 where an app or a rule of the host looks at the path. Owner: its
// RequestHead. Thread: any.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/result.h"

namespace hawser::message {

struct Authority {
  std::string host;   // lower-case, without a trailing dot; IPv6 in brackets
  uint16_t port = 0;  // 0: none was named
  std::string raw;    // as it came

  bool empty() const { return raw.empty(); }
  // The port, or the scheme's default.
  uint16_t port_or_default(std::string_view scheme) const;
  // The port where it has to be said: 0 for the scheme's default.
  uint16_t named_port(std::string_view scheme) const;
  // The one spelling of it: host [":" named_port]. What others are told, whatever a client wrote.
  std::string canonical(std::string_view scheme) const;
  void append_canonical(std::string& text, std::string_view scheme) const;
  void clear();
};

// host [":" port], without user information. The reason why not, otherwise; "" when it is one.
// Fills `into`, reusing its memory.
std::string_view parse_authority(std::string_view text, Authority& into);
core::Result<Authority> parse_authority(std::string_view text);

enum class TargetForm : uint8_t { origin, absolute, authority, asterisk };

// Doubts that depend on what looks at the path; the ones always refused are errors of parsing.
enum PathDoubt : uint8_t {
  no_doubt = 0,
  encoded_slash = 1,
  empty_segment = 2,
};

struct Target {
  TargetForm form = TargetForm::origin;
  std::string scheme;   // lower-case; "" unless the form is absolute or the caller sets it
  Authority authority;  // of the absolute and authority forms; else from Host
  std::string path;     // as it came, "/" where empty; "*" for the asterisk form; "" for CONNECT
  std::string query;    // as it came, without "?"
  bool has_query = false;
  std::string
      canonical_path;         // percent-decoded, but "%2F" stays encoded; what rules are decided on
  uint8_t doubts = no_doubt;  // of PathDoubt

  void clear();  // keeps the memory
  // path ["?" query]: how it is written to an origin and in logs that may hold queries.
  void append_path_and_query(std::string& out) const;
};

// Parses a request target. `connect` and `options` say whether the method is one of the two that
// have forms of their own. Returns "" or the reason why it is refused (400).
std::string_view parse_target(std::string_view text, bool connect, bool options, Target& into);

// Checks a path (which starts with "/") and writes its canonical form. "" or the reason for 400.
std::string_view canonicalise_path(std::string_view path, std::string& canonical, uint8_t& doubts);

// The origin-form alone, as HTTP/2's :path and an OPEN frame carry it.
std::string_view parse_path_and_query(std::string_view text, Target& into);

}  // namespace hawser::message
