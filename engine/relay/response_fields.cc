// SPDX-License-Identifier: Apache-2.0
#include "relay/response_fields.h"

#include <ctime>
#include <string>

#include "relay/via.h"

namespace hawser::relay {

using message::FieldName;

namespace {

// In place of what the origin says of it: the name is the edge's.
void set_hsts(message::Fields& fields, const model::App& app) {
  if (app.hsts_s == 0) return;
  fields.set(FieldName::strict_transport_security, "max-age=" + std::to_string(app.hsts_s));
}

}  // namespace

void add_missing_date(message::Fields& fields, int64_t wall_ms) {
  if (fields.has(FieldName::date)) return;
  thread_local int64_t stamped_s = -1;
  thread_local char stamp[32];
  const int64_t now_s = wall_ms / 1000;
  if (now_s != stamped_s) {
    const time_t when = static_cast<time_t>(now_s);
    tm utc{};
    gmtime_r(&when, &utc);
    strftime(stamp, sizeof stamp, "%a, %d %b %Y %H:%M:%S GMT", &utc);
    stamped_s = now_s;
  }
  fields.add(FieldName::date, stamp);
}

void remove_false_fields(message::Fields& fields) { fields.remove(FieldName::alt_svc); }

void complete_origin_response(message::ResponseHead& head, const model::App& app, int64_t wall_ms) {
  add_missing_date(head.fields, wall_ms);
  head.fields.add(FieldName::via, via_of(head.version));
  set_hsts(head.fields, app);
}

void trim_interim_response(message::Fields& fields, const model::App& app) {
  fields.remove(FieldName::set_cookie);
  if (app.hsts_s != 0) fields.remove(FieldName::strict_transport_security);
}

void complete_own_response(message::Fields& fields, const model::App* app, int64_t wall_ms) {
  add_missing_date(fields, wall_ms);
  if (app != nullptr) set_hsts(fields, *app);
}

}  // namespace hawser::relay
