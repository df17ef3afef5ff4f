// SPDX-License-Identifier: Apache-2.0
#include "access/form_ticket.h"

#include <algorithm>
#include <utility>

#include "access/cookies.h"
#include "access/own_url.h"
#include "access/packed.h"
#include "message/characters.h"
#include "tls/digest.h"

namespace hawser::access {
namespace {

using message::FieldName;

constexpr uint64_t form_layout = 2;
constexpr size_t ticket_limit_bytes = 2048;
constexpr std::string_view claim_field = "hawser-form=";
constexpr size_t claim_bytes = claim_field.size() + 2 * FormTicket::id_bytes;
// No app's name has "_".
constexpr std::string_view form_cookie_prefix = "__Host-hawser-_form-";

std::string form_purpose(std::string_view host) { return "form\n" + std::string(host); }

std::string form_cookie_of(std::string_view id) {
  return std::string(form_cookie_prefix) + tls::hex(id);
}

}  // namespace

std::string FormTicket::pack() const {
  Packer packer;
  packer.number(form_layout);
  packer.text(id);
  packer.text(key);
  packer.text(app);
  packer.text(issuer);
  packer.text(subject);
  packer.number(static_cast<uint64_t>(ends_s));
  return packer.bytes();
}

std::optional<FormTicket> FormTicket::unpack(std::string_view bytes) {
  Unpacker unpacker(bytes);
  if (unpacker.number() != form_layout) return std::nullopt;
  FormTicket ticket;
  ticket.id = unpacker.text();
  ticket.key = unpacker.text();
  ticket.app = unpacker.text();
  ticket.issuer = unpacker.text();
  ticket.subject = unpacker.text();
  ticket.ends_s = static_cast<int64_t>(unpacker.number());
  if (!unpacker.complete() || ticket.id.size() != FormTicket::id_bytes ||
      ticket.key.size() != FormTicket::key_bytes)
    return std::nullopt;
  return ticket;
}

std::string FormTicket::seal(const KeyRing& keys, std::string_view host) const {
  return keys.seal(form_purpose(host), pack());
}

std::optional<FormTicket> FormTicket::open(const KeyRing& keys, std::string_view host,
                                           std::string_view sealed) {
  if (sealed.empty() || sealed.size() > ticket_limit_bytes) return std::nullopt;
  const auto bytes = keys.open(form_purpose(host), sealed);
  if (!bytes) return std::nullopt;
  return unpack(*bytes);
}

std::string FormTicket::owner() const { return app + "\n" + issuer + "\n" + subject; }

std::string FormTicket::cookie_name() const { return form_cookie_of(id); }

std::string FormTicket::claim() const { return std::string(claim_field) + tls::hex(id); }

std::string pack_form(const ParkedForm& form) {
  Packer packer;
  packer.number(form_layout);
  packer.text(form.target);
  packer.number(form.fields.size());
  form.fields.for_each([&](const message::FieldView& field) {
    packer.text(field.name);
    packer.text(field.value);
  });
  packer.text(form.body);
  return packer.bytes();
}

std::optional<ParkedForm> unpack_form(std::string_view bytes) {
  Unpacker unpacker(bytes);
  if (unpacker.number() != form_layout) return std::nullopt;
  ParkedForm form;
  form.target = unpacker.text();
  const uint64_t fields = unpacker.number();
  if (fields > bytes.size()) return std::nullopt;
  for (uint64_t i = 0; i < fields; ++i) {
    const std::string name = unpacker.text();
    form.fields.add(name, unpacker.text());
  }
  form.body = unpacker.text();
  if (!unpacker.complete()) return std::nullopt;
  return form;
}

bool belongs_to_form(const message::FieldView& field) {
  constexpr std::string_view content = "content-";
  constexpr std::string_view others[] = {"digest", "repr-digest", "origin", "referer"};
  if (field.name.size() > content.size() &&
      message::equals_ignoring_case(field.name.substr(0, content.size()), content))
    return true;
  return std::any_of(std::begin(others), std::end(others), [&](std::string_view name) {
    return message::equals_ignoring_case(field.name, name);
  });
}

bool may_claim_form(const message::RequestHead& head) {
  return head.method == message::Method::post && head.body_length.is_known() &&
         head.body_length.bytes == claim_bytes &&
         head.fields.get(FieldName::content_type)
             .value_or("")
             .starts_with("application/x-www-form-urlencoded");
}

std::string claimed_form(std::string_view content) {
  if (content.size() != claim_bytes || !content.starts_with(claim_field)) return {};
  auto id = tls::hex_decode(content.substr(claim_field.size()));
  return id.ok() ? std::move(id).value() : std::string();
}

std::optional<std::string_view> find_ticket(const message::Fields& fields, std::string_view id) {
  if (id.empty()) return std::nullopt;
  return find_cookie(fields, form_cookie_of(id));
}

bool is_same_origin(const message::RequestHead& head) {
  if (const auto site = head.fields.get("Sec-Fetch-Site")) return *site == "same-origin";
  const std::string base = base_url_of(head);
  if (const auto origin = head.fields.get("Origin"))
    return *origin == base && head.fields.count("Origin") == 1;
  const auto referer = head.fields.get("Referer");
  return referer && referer->starts_with(base) && referer->substr(base.size()).starts_with("/");
}

}  // namespace hawser::access
