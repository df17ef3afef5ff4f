// SPDX-License-Identifier: Apache-2.0
// Fields: the field lines of one head or trailer section, in order, as names and values without
// line ends. One string holds all text, so a recycled object allocates nothing.
// Owner: its head. Thread: that of its owner.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/text_buffer.h"
#include "message/field_names.h"

namespace hawser::message {

// Views are valid until the Fields they come from change.
struct FieldView {
  FieldName id;
  std::string_view name;
  std::string_view value;
};

class Fields {
  struct Line {
    uint32_t name_at;
    uint32_t name_size;
    uint32_t value_at;
    uint32_t value_size;
    FieldName id;
  };

 public:
  // Neither text may point into this object.
  void add(std::string_view name, std::string_view value);
  void add(FieldName id, std::string_view value);
  void add(const FieldView& field);  // whose id is that of its name
  // The value in pieces.
  void add(FieldName id, std::initializer_list<std::string_view> value);
  // Appends to the value of the line that was added last.
  void extend(std::string_view more);
  // Replaces all lines of that name by one, in the place of the first (or at the end).
  void set(std::string_view name, std::string_view value);
  void set(FieldName id, std::string_view value);
  // Replaces one line's value, which must not point into this object.
  void set_value(size_t index, std::string_view value);
  // Removes all lines of that name; returns how many.
  size_t remove(std::string_view name);
  size_t remove(FieldName id);
  template <class Predicate>  // bool(const FieldView&)
  size_t remove_if(Predicate predicate) {
    return std::erase_if(lines_, [&](const Line& line) { return predicate(view_of(line)); });
  }
  void clear();  // keeps the memory

  size_t size() const { return lines_.size(); }
  bool empty() const { return lines_.empty(); }
  FieldView at(size_t index) const { return view_of(lines_[index]); }
  // The sum of all names and values.
  size_t text_bytes() const;

  // The first line's value.
  std::optional<std::string_view> get(std::string_view name) const;
  std::optional<std::string_view> get(FieldName id) const;
  size_t count(std::string_view name) const;
  size_t count(FieldName id) const;
  bool has(std::string_view name) const { return get(name).has_value(); }
  bool has(FieldName id) const { return get(id).has_value(); }
  // All values of that name joined by ", " (RFC 9110 5.3); not for Set-Cookie.
  std::string joined(FieldName id) const;

  template <class Visitor>  // void(const FieldView&)
  void for_each(Visitor visitor) const {
    for (const Line& line : lines_) visitor(view_of(line));
  }
  // Each element of a list field (RFC 9110 5.6.1), over all its lines, without blanks around it and
  // without empty elements. Quoted strings are kept whole.
  template <class Visitor>  // void(std::string_view)
  void for_each_element(FieldName id, Visitor visitor) const {
    for (const Line& line : lines_) {
      if (line.id != id) continue;
      std::string_view rest = view_of(line).value;
      while (!rest.empty()) {
        const std::string_view element = next_element(rest);
        if (!element.empty()) visitor(element);
      }
    }
  }
  // Whether a list field has this token as an element, without regard to case.
  bool contains_token(FieldName id, std::string_view token) const;

  bool operator==(const Fields& other) const;  // same names (any case) and values, same order

  // Splits the first element of a comma-separated list off `rest`, blanks trimmed.
  static std::string_view next_element(std::string_view& rest);

 private:
  FieldView view_of(const Line& line) const {
    const char* const text = text_.text().data();
    return {
        line.id, {text + line.name_at, line.name_size}, {text + line.value_at, line.value_size}};
  }
  Line make_line(FieldName id, std::string_view name, std::string_view value);
  void set_line(FieldName id, std::string_view name, std::string_view value);
  bool matches(const Line& line, FieldName id, std::string_view name) const;

  core::TextBuffer text_;
  std::vector<Line> lines_;
};

using Trailers = Fields;

}  // namespace hawser::message
