// SPDX-License-Identifier: Apache-2.0
// request_target: a target as it stands in a request line. What is accepted is written as it came
// and reads the same again; its canonical path holds nothing that could be read in two ways.
#include "message/target.h"

#include "support/check.h"

namespace hawser::fuzz {
namespace {

using message::Target;
using message::TargetForm;

// Planted: an encoded "~" keeps its encoding in the canonical path.
std::string canonical_of(const Target& target) {
  const bool faulty = planted_fault && target.path.find("%7E") != std::string::npos;
  return faulty ? target.path : target.canonical_path;
}

bool has_dot_segment(std::string_view path) {
  while (!path.empty()) {
    const size_t slash = path.find('/');
    const std::string_view segment = path.substr(0, slash);
    if (segment == "." || segment == "..") return true;
    if (slash == std::string_view::npos) return false;
    path.remove_prefix(slash + 1);
  }
  return false;
}

// The path with every octet encoded that may be.
std::string encoded(std::string_view canonical) {
  static constexpr char digits[] = "0123456789ABCDEF";
  std::string text;
  for (size_t i = 0; i < canonical.size(); ++i) {
    const auto octet = static_cast<unsigned char>(canonical[i]);
    if (octet == '/' || canonical.substr(i, 3) == "%2F") {
      text += canonical[i];
    } else if (i >= 2 &&
               (canonical.substr(i - 1, 3) == "%2F" || canonical.substr(i - 2, 3) == "%2F")) {
      text += canonical[i];
    } else if (i == 1 && canonical.substr(0, 3) == "%2F") {
      text += canonical[i];
    } else {
      text += '%';
      text += digits[octet >> 4];
      text += digits[octet & 15];
    }
  }
  return text;
}

void check_path(const Target& target) {
  const std::string canonical = canonical_of(target);
  require(canonical.starts_with('/'), "a path begins with a slash", canonical);
  require(canonical.find('\0') == std::string::npos, "no NUL in a path", target.path);
  require(canonical.find('\\') == std::string::npos, "no backslash in a path", target.path);
  require(!has_dot_segment(canonical), "no dot segment in a path", target.path);
  const bool empty_segment = canonical.find("//") != std::string::npos;
  require(((target.doubts & message::empty_segment) != 0) == empty_segment,
          "an empty segment is told", target.path);
  std::string again;
  uint8_t doubts = 0;
  require(message::canonicalise_path(target.path, again, doubts).empty() && doubts == target.doubts,
          "a path that was accepted is accepted again", target.path);
  require_same(again, canonical, "one canonical form of each path");
  if (canonical.find('%') != std::string::npos) return;
  again.clear();
  require(message::canonicalise_path(encoded(canonical), again, doubts).empty(),
          "a path that is encoded throughout is a path", encoded(canonical));
  require_same(again, canonical, "encoding changes no canonical path");
}

void check(const Target& target, std::string_view text, bool connect, bool options) {
  if (target.form == TargetForm::origin) {
    std::string written;
    target.append_path_and_query(written);
    require_same(written, text, "what is forwarded is what came");
  }
  if (target.path.starts_with('/')) check_path(target);
  if (target.form == TargetForm::absolute || target.form == TargetForm::authority) {
    message::Authority again;
    require(message::parse_authority(target.authority.raw, again).empty(), "an authority is one");
    require(again.host == target.authority.host && again.port == target.authority.port,
            "the same authority", target.authority.raw);
  }
  Target again;
  require(message::parse_target(text, connect, options, again).empty(), "accepted again", text);
  require_same(again.canonical_path, target.canonical_path, "the same canonical path again");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text = view_of(data, size);
  for (const bool connect : {false, true}) {
    for (const bool options : {false, true}) {
      Target target;
      if (hawser::message::parse_target(text, connect, options, target).empty())
        check(target, text, connect, options);
    }
  }
  return 0;
}

}  // namespace hawser::fuzz
