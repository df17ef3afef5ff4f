// SPDX-License-Identifier: Apache-2.0
#include "message/fields.h"

#include "message/characters.h"

namespace hawser::message {

Fields::Line Fields::make_line(FieldName id, std::string_view name, std::string_view value) {
  Line line;
  line.id = id;
  line.name_at = static_cast<uint32_t>(text_.size());
  line.name_size = static_cast<uint32_t>(name.size());
  line.value_at = line.name_at + line.name_size;
  line.value_size = static_cast<uint32_t>(value.size());
  char* const at = text_.room(name.size() + value.size());
  text_.added(core::put(core::put(at, name), value));
  return line;
}

void Fields::add(std::string_view name, std::string_view value) {
  lines_.push_back(make_line(find_field_name(name), name, value));
}

void Fields::add(const FieldView& field) {
  lines_.push_back(make_line(field.id, field.name, field.value));
}

void Fields::add(FieldName id, std::string_view value) {
  lines_.push_back(make_line(id, text_of(id), value));
}

void Fields::add(FieldName id, std::initializer_list<std::string_view> value) {
  add(id, std::string_view());
  for (const std::string_view piece : value) extend(piece);
}

void Fields::extend(std::string_view more) {
  lines_.back().value_size += static_cast<uint32_t>(more.size());
  text_.append(more);
}

bool Fields::matches(const Line& line, FieldName id, std::string_view name) const {
  if (id != FieldName::other) return line.id == id;
  return line.id == FieldName::other && equals_ignoring_case(view_of(line).name, name);
}

void Fields::set_line(FieldName id, std::string_view name, std::string_view value) {
  size_t first = lines_.size();
  for (size_t i = 0; i < lines_.size() && first == lines_.size(); ++i)
    if (matches(lines_[i], id, name)) first = i;
  const Line line = make_line(id, name, value);
  if (first == lines_.size()) {
    lines_.push_back(line);
    return;
  }
  size_t kept = first + 1;
  for (size_t i = first + 1; i < lines_.size(); ++i)
    if (!matches(lines_[i], id, name)) lines_[kept++] = lines_[i];
  lines_[first] = line;
  lines_.resize(kept);
}

void Fields::set(std::string_view name, std::string_view value) {
  set_line(find_field_name(name), name, value);
}

void Fields::set(FieldName id, std::string_view value) { set_line(id, text_of(id), value); }

void Fields::set_value(size_t index, std::string_view value) {
  lines_[index].value_at = static_cast<uint32_t>(text_.size());
  lines_[index].value_size = static_cast<uint32_t>(value.size());
  text_.append(value);
}

size_t Fields::remove(std::string_view name) {
  const FieldName id = find_field_name(name);
  return std::erase_if(lines_, [&](const Line& line) { return matches(line, id, name); });
}

size_t Fields::remove(FieldName id) {
  return std::erase_if(lines_, [&](const Line& line) { return line.id == id; });
}

void Fields::clear() {
  text_.cut_to(0);
  lines_.clear();
}

size_t Fields::text_bytes() const {
  size_t bytes = 0;
  for (const Line& line : lines_) bytes += line.name_size + line.value_size;
  return bytes;
}

std::optional<std::string_view> Fields::get(std::string_view name) const {
  const FieldName id = find_field_name(name);
  for (const Line& line : lines_)
    if (matches(line, id, name)) return view_of(line).value;
  return std::nullopt;
}

std::optional<std::string_view> Fields::get(FieldName id) const {
  for (const Line& line : lines_)
    if (line.id == id) return view_of(line).value;
  return std::nullopt;
}

size_t Fields::count(std::string_view name) const {
  const FieldName id = find_field_name(name);
  size_t found = 0;
  for (const Line& line : lines_) found += matches(line, id, name) ? 1 : 0;
  return found;
}

size_t Fields::count(FieldName id) const {
  size_t found = 0;
  for (const Line& line : lines_) found += line.id == id ? 1 : 0;
  return found;
}

std::string Fields::joined(FieldName id) const {
  std::string all;
  bool first = true;
  for (const Line& line : lines_) {
    if (line.id != id) continue;
    if (!first) all += ", ";
    first = false;
    all += view_of(line).value;
  }
  return all;
}

bool Fields::contains_token(FieldName id, std::string_view token) const {
  bool found = false;
  for_each_element(
      id, [&](std::string_view element) { found |= equals_ignoring_case(element, token); });
  return found;
}

bool Fields::operator==(const Fields& other) const {
  if (size() != other.size()) return false;
  for (size_t i = 0; i < size(); ++i) {
    const FieldView mine = at(i);
    const FieldView theirs = other.at(i);
    if (mine.value != theirs.value || !equals_ignoring_case(mine.name, theirs.name)) return false;
  }
  return true;
}

std::string_view Fields::next_element(std::string_view& rest) {
  bool quoted = false;
  size_t i = 0;
  for (; i < rest.size(); ++i) {
    if (quoted) {
      if (rest[i] == '\\') {
        ++i;
      } else if (rest[i] == '"') {
        quoted = false;
      }
    } else if (rest[i] == '"') {
      quoted = true;
    } else if (rest[i] == ',') {
      break;
    }
  }
  const std::string_view element = trim_blanks(rest.substr(0, i));
  rest = i < rest.size() ? rest.substr(i + 1) : std::string_view{};
  return element;
}

}  // namespace hawser::message
