// SPDX-License-Identifier: Apache-2.0
// FormTicket: the browser's half of a parked form: which one, its key, and for whom. It travels
// sealed: in the URL of the way to the provider, in the sign-in's state, and then in a cookie.
// Owner: nobody. Thread: any.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "access/key_ring.h"
#include "message/fields.h"
#include "message/head.h"

namespace hawser::access {

// How long after its end a session's cookie still says whose form comes with it, at least: whoever
// has left one open over night keeps what was typed; a cookie of long ago, from wherever it comes,
// opens no room for anything.
inline constexpr int64_t known_after_end_s = int64_t{24} * 3600;

struct FormTicket {
  static constexpr size_t id_bytes = 16;
  static constexpr size_t key_bytes = 32;

  std::string id;
  std::string key;
  std::string app;
  std::string issuer;
  std::string subject;  // by that issuer
  int64_t ends_s = 0;

  std::string pack() const;
  static std::optional<FormTicket> unpack(std::string_view bytes);
  std::string seal(const KeyRing& keys, std::string_view host) const;
  // Nothing where it was not sealed by us for this host.
  static std::optional<FormTicket> open(const KeyRing& keys, std::string_view host,
                                        std::string_view sealed);
  // Whose form it is, for ParkedForms.
  std::string owner() const;
  std::string cookie_name() const;
  // What the page after the sign-in sends instead of the form: one field, the id.
  std::string claim() const;
};

// A request's content with what is said of it, and where it was for.
struct ParkedForm {
  std::string id;          // of its ticket
  std::string target;      // path and query
  message::Fields fields;  // of the content; Origin and Referer as the form's own page had them
  std::string body;
};

std::string pack_form(const ParkedForm& form);
std::optional<ParkedForm> unpack_form(std::string_view bytes);

// The fields that belong to a request's content, and those that say where it came from: they are
// the form's own, while all others are of the request that releases it.
bool belongs_to_form(const message::FieldView& field);

// Whether a request looks like one that releases a form; its content tells for sure.
bool may_claim_form(const message::RequestHead& head);

// The id of the form for which a request with this content stands, with its cookie or without;
// empty where it is a form of its own.
std::string claimed_form(std::string_view content);
// The value of the cookie that goes with a form's id: a sealed ticket.
std::optional<std::string_view> find_ticket(const message::Fields& fields, std::string_view id);

// Whether a browser says that a page of this very host and port made the request.
bool is_same_origin(const message::RequestHead& head);

}  // namespace hawser::access
