// SPDX-License-Identifier: Apache-2.0
#include "access/method_override.h"

#include <algorithm>
#include <iterator>
#include <string_view>

#include "http/folded_name.h"

namespace hawser::access {

void remove_method_overrides(message::Fields& fields) {
  static constexpr std::string_view names[] = {"x-http-method-override", "x-http-method",
                                               "x-method-override", "x-original-method",
                                               "x-requested-method"};
  fields.remove_if([](const message::FieldView& field) {
    if (field.id != message::FieldName::other) return false;
    const http::FoldedName folded(field.name);
    return std::find(std::begin(names), std::end(names), folded.text()) != std::end(names);
  });
}

}  // namespace hawser::access
