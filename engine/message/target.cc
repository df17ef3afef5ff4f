// SPDX-License-Identifier: Apache-2.0
#include "message/target.h"

#include "message/characters.h"

namespace hawser::message {

namespace {

constexpr std::string_view bad_path_character = "the path holds a character that must be encoded";

// Whether `text` is UTF-8 without overlong forms, surrogates and values above U+10FFFF.
bool is_utf8(std::string_view text) {
  size_t i = 0;
  const auto octet = [&](size_t at) { return static_cast<uint8_t>(text[at]); };
  while (i < text.size()) {
    const uint8_t first = octet(i);
    if (first < 0x80) {
      ++i;
      continue;
    }
    const size_t more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : 1;
    if (first < 0xc2 || first > 0xf4 || i + more >= text.size()) return false;
    const uint8_t second = octet(i + 1);
    if ((first == 0xe0 && second < 0xa0) || (first == 0xed && second > 0x9f) ||
        (first == 0xf0 && second < 0x90) || (first == 0xf4 && second > 0x8f))
      return false;
    for (size_t k = 1; k <= more; ++k)
      if ((octet(i + k) & 0xc0) != 0x80) return false;
    i += more + 1;
  }
  return true;
}

// "." or "..", alone or with path parameters: some servers cut a segment at ";" before they look.
bool is_dot_segment(std::string_view decoded) {
  decoded = decoded.substr(0, decoded.find(';'));
  return decoded == "." || decoded == "..";
}

// Walks the path segment by segment; what is a slash to anyone ends a segment here.
class Canonicaliser {
 public:
  Canonicaliser(std::string& canonical, uint8_t& doubts) : out_(canonical), doubts_(doubts) {
    out_.clear();
    doubts_ = no_doubt;
  }

  std::string_view run(std::string_view path) {
    if (path.empty() || path.front() != '/') return "the path does not start with a slash";
    out_ += '/';
    segment_at_ = 1;
    for (size_t i = 1; i < path.size(); ++i) {
      const char c = path[i];
      if (!is_in(path_char, c))
        return c == '\\' ? "the path holds a backslash" : bad_path_character;
      std::string_view fault;
      if (c == '%') {
        fault = take_encoded(path.substr(i + 1, 2));
        i += 2;
      } else if (c == '/') {
        if (out_.back() == '/') doubts_ |= empty_segment;
        fault = end_segment();
        out_ += '/';
        segment_at_ = out_.size();
      } else {
        out_ += c;
      }
      if (!fault.empty()) return fault;
    }
    const std::string_view fault = end_segment();
    if (!fault.empty()) return fault;
    return decoded_high_ && !is_utf8(out_) ? "the path is not UTF-8" : std::string_view{};
  }

 private:
  std::string_view end_segment() {
    return is_dot_segment(std::string_view(out_).substr(segment_at_))
               ? "the path holds a dot segment"
               : std::string_view{};
  }

  std::string_view take_encoded(std::string_view digits) {
    if (digits.size() < 2 || !all_in(hex_char, digits)) return "the path holds a broken %-encoding";
    const auto octet = static_cast<uint8_t>(hex_value(digits[0]) * 16 + hex_value(digits[1]));
    if (octet == 0) return "the path holds an encoded NUL";
    if (octet == '\\') return "the path holds an encoded backslash";
    if (octet == '/') {
      doubts_ |= encoded_slash;
      const std::string_view fault = end_segment();
      out_ += "%2F";
      segment_at_ = out_.size();
      return fault;
    }
    if (octet >= 0x80) decoded_high_ = true;
    // "%" stays encoded, so that two paths that differ never get the same canonical form.
    if (octet == '%') {
      out_ += "%25";
    } else {
      out_ += static_cast<char>(octet);
    }
    return "";
  }

  std::string& out_;
  uint8_t& doubts_;
  size_t segment_at_ = 0;
  bool decoded_high_ = false;
};

std::string_view check_query(std::string_view query) {
  for (size_t i = 0; i < query.size(); ++i) {
    if (!is_in(query_char, query[i]))
      return query[i] == '#' ? "the target holds a fragment"
                             : "the query holds a character that must be encoded";
  }
  return "";
}

std::string_view parse_absolute(std::string_view text, bool options, Target& into) {
  const size_t colon = text.find("://");
  if (colon == std::string_view::npos) return "the target is in none of the four forms";
  const std::string_view scheme = text.substr(0, colon);
  if (equals_ignoring_case(scheme, "https")) {
    into.scheme.assign("https");
  } else if (equals_ignoring_case(scheme, "http")) {
    into.scheme.assign("http");
  } else {
    return "the target's scheme is neither http nor https";
  }
  const std::string_view rest = text.substr(colon + 3);
  const size_t authority_size = std::min(rest.find_first_of("/?#"), rest.size());
  const std::string_view fault = parse_authority(rest.substr(0, authority_size), into.authority);
  if (!fault.empty()) return fault;
  into.form = TargetForm::absolute;
  const std::string_view path = rest.substr(authority_size);
  if (path.empty() && options) {  // RFC 9112 3.2.4: the last proxy writes "*"
    into.path.assign("*");
    into.canonical_path.assign("*");
    return "";
  }
  if (!path.empty() && path.front() == '/') return parse_path_and_query(path, into);
  const std::string_view tail_fault = path.empty()          ? std::string_view{}
                                      : path.front() == '?' ? check_query(path.substr(1))
                                                            : "the target holds a fragment";
  if (!tail_fault.empty()) return tail_fault;
  into.path.assign("/");
  into.canonical_path.assign("/");
  into.has_query = !path.empty();
  if (into.has_query) into.query.assign(path.substr(1));
  return "";
}

}  // namespace

void Target::clear() {
  form = TargetForm::origin;
  scheme.clear();
  authority.clear();
  path.clear();
  query.clear();
  canonical_path.clear();
  has_query = false;
  doubts = no_doubt;
}

void Target::append_path_and_query(std::string& out) const {
  out += path;
  if (has_query) {
    out += '?';
    out += query;
  }
}

std::string_view canonicalise_path(std::string_view path, std::string& canonical, uint8_t& doubts) {
  return Canonicaliser(canonical, doubts).run(path);
}

std::string_view parse_path_and_query(std::string_view text, Target& into) {
  const size_t mark = text.find('?');
  const std::string_view path = text.substr(0, mark);
  std::string_view fault = canonicalise_path(path, into.canonical_path, into.doubts);
  if (!fault.empty())
    return fault == bad_path_character && path.find('#') != std::string_view::npos
               ? "the target holds a fragment"
               : fault;
  into.path.assign(path);
  into.has_query = mark != std::string_view::npos;
  if (!into.has_query) {
    into.query.clear();
    return "";
  }
  const std::string_view query = text.substr(mark + 1);
  fault = check_query(query);
  if (fault.empty()) into.query.assign(query);
  return fault;
}

std::string_view parse_target(std::string_view text, bool connect, bool options, Target& into) {
  into.clear();
  if (text.empty()) return "the target is empty";
  if (connect) {
    into.form = TargetForm::authority;
    const std::string_view fault = parse_authority(text, into.authority);
    if (!fault.empty()) return fault;
    return into.authority.port == 0 ? "CONNECT needs a port" : std::string_view{};
  }
  if (text == "*") {
    if (!options) return "only OPTIONS may ask for *";
    into.form = TargetForm::asterisk;
    into.path.assign("*");
    into.canonical_path.assign("*");
    return "";
  }
  if (text.front() == '/') return parse_path_and_query(text, into);
  return parse_absolute(text, options, into);
}

}  // namespace hawser::message
