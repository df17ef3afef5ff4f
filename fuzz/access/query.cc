// SPDX-License-Identifier: Apache-2.0
// query: a query or a form that is sent to one of our own pages: a name, a line's end, the form. A
// value is only given where the name stands there once, and written again it reads the same.
#include "access/query.h"

#include "access/token_request.h"
#include "support/check.h"

namespace hawser::fuzz {
namespace {

size_t count_plain(std::string_view form, const std::string& name) {
  size_t count = 0;
  while (true) {
    const size_t end = form.find('&');
    const std::string_view pair = form.substr(0, end);
    if (pair.substr(0, pair.find('=')) == name) ++count;
    if (end == std::string_view::npos) return count;
    form.remove_prefix(end + 1);
  }
}

// Ours are all like that.
bool is_plain(std::string_view name) {
  return !name.empty() && name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") == name.npos;
}

void check(std::string_view name, std::string_view form) {
  if (!is_plain(name)) return;
  const auto value = access::query_value(form, name);
  const bool named = access::query_names(form, name);
  if (!value) return;
  require(named, "a name whose value is given stands there", form);
  require(count_plain(form, std::string(name)) <= 1, "a name that stands twice has no value", form);
  // Planted: a "+" within a value is lost.
  std::string given = *value;
  if (planted_fault) std::erase(given, '+');
  const std::string again = access::encode_form({{"a", "1"}, {"v", *value}});
  require_same(access::query_value(again, "v").value_or("nothing"), given,
               "a value that is written again reads the same");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text = view_of(data, size);
  const size_t line = text.find('\n');
  if (line == std::string_view::npos) return 0;
  check(text.substr(0, line), text.substr(line + 1));
  return 0;
}

}  // namespace hawser::fuzz
