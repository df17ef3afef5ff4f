// SPDX-License-Identifier: Apache-2.0
#include "message/query.h"

#include "message/characters.h"

namespace hawser::message {
namespace {

std::optional<std::string> decode(std::string_view text) {
  std::string decoded;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded.push_back(text[i] == '+' ? ' ' : text[i]);
      continue;
    }
    const int high = i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? hex_value(text[i + 2]) : -1;
    if (high < 0 || low < 0) return std::nullopt;
    decoded.push_back(static_cast<char>(high * 16 + low));
    i += 2;
  }
  return decoded;
}

struct Found {
  size_t times = 0;
  std::string_view value;  // as it stands, of the last
};

Found find(std::string_view query, std::string_view name) {
  Found found;
  while (!query.empty()) {
    const size_t end = query.find('&');
    const std::string_view pair = query.substr(0, end);
    query = end == std::string_view::npos ? std::string_view() : query.substr(end + 1);
    const size_t equals = pair.find('=');
    const auto decoded = decode(pair.substr(0, equals));
    if (!decoded || *decoded != name) continue;
    ++found.times;
    found.value = equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1);
  }
  return found;
}

}  // namespace

std::optional<std::string> query_value(std::string_view query, std::string_view name) {
  const Found found = find(query, name);
  return found.times == 1 ? decode(found.value) : std::nullopt;
}

bool query_names(std::string_view query, std::string_view name) {
  return find(query, name).times > 0;
}

}  // namespace hawser::message
