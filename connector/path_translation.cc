// SPDX-License-Identifier: Apache-2.0
#include "connector/path_translation.h"

#include <algorithm>

#include "message/characters.h"

namespace hawser::connector {

namespace {

using message::hex_value;

// One character of a path: an octet, encoded or not. An encoded slash differs from a plain one.
struct PathOctet {
  int octet;
  size_t size;
};

PathOctet first_octet(std::string_view text) {
  if (text[0] == '%' && text.size() >= 3 && hex_value(text[1]) >= 0 && hex_value(text[2]) >= 0) {
    const int octet = hex_value(text[1]) * 16 + hex_value(text[2]);
    return {octet == '/' ? -1 : octet, 3};
  }
  return {static_cast<unsigned char>(text[0]), 1};
}

// 1 for ".", 2 for "..", 0 for any other segment.
int dots_of(std::string_view segment) {
  int dots = 0;
  while (!segment.empty()) {
    const PathOctet next = first_octet(segment);
    if (next.octet != '.' || ++dots > 2) return 0;
    segment.remove_prefix(next.size);
  }
  return dots;
}

}  // namespace

std::optional<std::string_view> behind_prefix(std::string_view path, std::string_view prefix) {
  while (!prefix.empty()) {
    if (path.empty()) {
      if (prefix == "/") return path;
      return std::nullopt;
    }
    const PathOctet ours = first_octet(path);
    const PathOctet wanted = first_octet(prefix);
    if (ours.octet != wanted.octet) return std::nullopt;
    path.remove_prefix(ours.size);
    prefix.remove_prefix(wanted.size);
  }
  return path;
}

std::string without_dot_segments(std::string_view path) {
  std::string out;
  size_t at = 0;
  while (at < path.size()) {
    const size_t end = std::min(path.find('/', at + 1), path.size());
    const std::string_view segment = path.substr(at + 1, end - at - 1);
    const int dots = dots_of(segment);
    if (dots == 2) out.resize(out.rfind('/') == std::string::npos ? 0 : out.rfind('/'));
    if (dots == 0) {
      out.append(path.substr(at, end - at));
    } else if (end == path.size()) {
      out += '/';
    }
    at = end;
  }
  return out.empty() ? "/" : out;
}

std::optional<std::string> move_path(std::string_view path, std::string_view from,
                                     std::string_view to) {
  const std::string plain = path.empty() ? "/" : without_dot_segments(path);
  const auto rest = behind_prefix(plain, from);
  if (!rest) return std::nullopt;
  const bool slash_left_out = rest->empty() && plain.back() != '/' && to != "/";
  std::string moved(slash_left_out ? to.substr(0, to.size() - 1) : to);
  moved += *rest;
  return moved;
}

std::string resolve_path(std::string_view base, std::string_view relative) {
  std::string merged(base.substr(0, base.rfind('/') + 1));
  if (merged.empty()) merged = "/";
  merged += relative;
  return without_dot_segments(merged);
}

}  // namespace hawser::connector
