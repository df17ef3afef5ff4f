// SPDX-License-Identifier: Apache-2.0
#include "connector/identity_fields.h"

#include <vector>

#include "http/folded_name.h"
#include "message/characters.h"

namespace hawser::connector {
namespace {

// Of pairs of claim and value. One claim may stand for several fields, with other values in each:
// they come in the order of the fields.
class Told {
 public:
  explicit Told(const std::vector<std::string>& pairs) : pairs_(pairs), used_(pairs.size() / 2) {}

  std::string_view next(std::string_view claim) {
    for (size_t i = 0; i < used_.size(); ++i) {
      if (used_[i] || pairs_[2 * i] != claim) continue;
      used_[i] = true;
      return pairs_[2 * i + 1];
    }
    return {};
  }

 private:
  const std::vector<std::string>& pairs_;
  std::vector<bool> used_;
};

}  // namespace

void remove_identity_fields(message::Fields& fields,
                            const std::vector<model::IdentityField>& mapping) {
  if (mapping.empty()) return;
  http::FoldedNames names(mapping.size());
  for (const model::IdentityField& each : mapping) names.add(each.field);
  names.remove_from(fields);
}

void set_identity_fields(message::Fields& fields, const std::vector<model::IdentityField>& mapping,
                         const channel::OpenInfo& info) {
  if (mapping.empty()) return;
  remove_identity_fields(fields, mapping);
  Told told(info.claims);
  for (const model::IdentityField& each : mapping) {
    const std::string_view value = told.next(each.claim);
    // The app came over the wire as well.
    if (!value.empty() && message::is_token(each.field)) fields.add(each.field, value);
  }
}

}  // namespace hawser::connector
