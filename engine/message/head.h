// SPDX-License-Identifier: Apache-2.0
// Heads: everything of a request or response before its content, as values. The fields never hold
// Transfer-Encoding or (but for answers to HEAD and 304) Content-Length: `body_length` says it.
// Owner: the exchange; readers fill it, writers write it anew. Thread: that of its owner.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "message/body_length.h"
#include "message/fields.h"
#include "message/target.h"

namespace hawser::message {

// X(id, text, idempotent): the methods that we forward, all that the second reading (llhttp) knows.
#define HAWSER_METHODS(X)           \
  X(get, "GET", true)               \
  X(head, "HEAD", true)             \
  X(post, "POST", false)            \
  X(put, "PUT", true)               \
  X(delete_, "DELETE", true)        \
  X(connect, "CONNECT", false)      \
  X(options, "OPTIONS", true)       \
  X(trace, "TRACE", true)           \
  X(patch, "PATCH", false)          \
  X(acl, "ACL", true)               \
  X(bind, "BIND", true)             \
  X(checkout, "CHECKOUT", true)     \
  X(copy, "COPY", true)             \
  X(link, "LINK", true)             \
  X(lock, "LOCK", false)            \
  X(merge, "MERGE", true)           \
  X(mkactivity, "MKACTIVITY", true) \
  X(mkcalendar, "MKCALENDAR", true) \
  X(mkcol, "MKCOL", true)           \
  X(move, "MOVE", true)             \
  X(msearch, "M-SEARCH", false)     \
  X(notify, "NOTIFY", false)        \
  X(propfind, "PROPFIND", true)     \
  X(proppatch, "PROPPATCH", true)   \
  X(purge, "PURGE", false)          \
  X(rebind, "REBIND", true)         \
  X(report, "REPORT", true)         \
  X(search, "SEARCH", true)         \
  X(subscribe, "SUBSCRIBE", false)  \
  X(unbind, "UNBIND", true)         \
  X(unlink, "UNLINK", true)         \
  X(unlock, "UNLOCK", true)         \
  X(unsubscribe, "UNSUBSCRIBE", false)

enum class Method : uint8_t {
  other = 0,  // answered with 501, never forwarded
#define HAWSER_METHOD_ENUM(id, text, idempotent) id,
  HAWSER_METHODS(HAWSER_METHOD_ENUM)
#undef HAWSER_METHOD_ENUM
};

Method find_method(std::string_view text);  // exact case
std::string_view text_of(Method method);    // "" for other
bool is_idempotent(Method method);          // RFC 9110 9.2.2 and the method's own specification

enum class HttpVersion : uint8_t { http_1_0, http_1_1, http_2 };
std::string_view text_of(HttpVersion version);  // "HTTP/1.0", "HTTP/1.1", "HTTP/2"

struct RequestHead {
  Method method = Method::other;
  HttpVersion version = HttpVersion::http_1_1;
  Target target;  // target.authority is the one that counts, whichever form it came in
  Fields fields;  // Host included, as it came
  BodyLength body_length;
  // An HTTP/2 request for another protocol (RFC 8441), kept as the HTTP/1.1 upgrade that says the
  // same: GET, with the protocol in Upgrade. It cannot go on as a request without it.
  bool extended_connect = false;

  std::string_view method_text() const { return text_of(method); }
  void clear();  // keeps the memory
};

struct ResponseHead {
  uint16_t status = 0;
  HttpVersion version = HttpVersion::http_1_1;
  std::string reason;
  Fields fields;
  BodyLength body_length;
  uint32_t connect_us = 0;  // what it took to reach the origin; 0: not told

  bool is_interim() const { return status >= 100 && status < 200 && status != 101; }
  void clear();  // keeps the memory
};

// The reason phrase that a status code usually has; "" when unknown.
std::string_view usual_reason(int status);

}  // namespace hawser::message
