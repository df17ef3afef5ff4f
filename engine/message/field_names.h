// SPDX-License-Identifier: Apache-2.0
// FieldName: a small number for each field name that the programs themselves care about.
// Owner: nobody. Thread: any.
#pragma once

#include <cstdint>
#include <string_view>

namespace hawser::message {

// Numbers are local to the process; they never travel.
#define HAWSER_FIELD_NAMES(X)                                   \
  X(accept, "Accept")                                           \
  X(accept_encoding, "Accept-Encoding")                         \
  X(accept_language, "Accept-Language")                         \
  X(accept_ranges, "Accept-Ranges")                             \
  X(access_control_allow_origin, "Access-Control-Allow-Origin") \
  X(age, "Age")                                                 \
  X(allow, "Allow")                                             \
  X(alt_svc, "Alt-Svc")                                         \
  X(authorization, "Authorization")                             \
  X(cache_control, "Cache-Control")                             \
  X(connection, "Connection")                                   \
  X(content_disposition, "Content-Disposition")                 \
  X(content_encoding, "Content-Encoding")                       \
  X(content_language, "Content-Language")                       \
  X(content_length, "Content-Length")                           \
  X(content_location, "Content-Location")                       \
  X(content_range, "Content-Range")                             \
  X(content_security_policy, "Content-Security-Policy")         \
  X(content_type, "Content-Type")                               \
  X(cookie, "Cookie")                                           \
  X(date, "Date")                                               \
  X(destination, "Destination")                                 \
  X(etag, "ETag")                                               \
  X(expect, "Expect")                                           \
  X(expires, "Expires")                                         \
  X(forwarded, "Forwarded")                                     \
  X(from, "From")                                               \
  X(host, "Host")                                               \
  X(http2_settings, "HTTP2-Settings")                           \
  X(if_match, "If-Match")                                       \
  X(if_modified_since, "If-Modified-Since")                     \
  X(if_none_match, "If-None-Match")                             \
  X(if_range, "If-Range")                                       \
  X(if_unmodified_since, "If-Unmodified-Since")                 \
  X(keep_alive, "Keep-Alive")                                   \
  X(last_modified, "Last-Modified")                             \
  X(link, "Link")                                               \
  X(location, "Location")                                       \
  X(max_forwards, "Max-Forwards")                               \
  X(origin, "Origin")                                           \
  X(pragma, "Pragma")                                           \
  X(proxy_authenticate, "Proxy-Authenticate")                   \
  X(proxy_authentication_info, "Proxy-Authentication-Info")     \
  X(proxy_authorization, "Proxy-Authorization")                 \
  X(proxy_connection, "Proxy-Connection")                       \
  X(range, "Range")                                             \
  X(referer, "Referer")                                         \
  X(refresh, "Refresh")                                         \
  X(retry_after, "Retry-After")                                 \
  X(sec_websocket_accept, "Sec-WebSocket-Accept")               \
  X(sec_websocket_extensions, "Sec-WebSocket-Extensions")       \
  X(sec_websocket_key, "Sec-WebSocket-Key")                     \
  X(sec_websocket_protocol, "Sec-WebSocket-Protocol")           \
  X(sec_websocket_version, "Sec-WebSocket-Version")             \
  X(server, "Server")                                           \
  X(set_cookie, "Set-Cookie")                                   \
  X(strict_transport_security, "Strict-Transport-Security")     \
  X(te, "TE")                                                   \
  X(traceparent, "traceparent")                                 \
  X(tracestate, "tracestate")                                   \
  X(trailer, "Trailer")                                         \
  X(transfer_encoding, "Transfer-Encoding")                     \
  X(upgrade, "Upgrade")                                         \
  X(user_agent, "User-Agent")                                   \
  X(vary, "Vary")                                               \
  X(via, "Via")                                                 \
  X(www_authenticate, "WWW-Authenticate")                       \
  X(x_forwarded_for, "X-Forwarded-For")                         \
  X(x_forwarded_host, "X-Forwarded-Host")                       \
  X(x_forwarded_port, "X-Forwarded-Port")                       \
  X(x_forwarded_proto, "X-Forwarded-Proto")                     \
  X(x_real_ip, "X-Real-IP")                                     \
  X(x_request_id, "X-Request-ID")

enum class FieldName : uint8_t {
  other = 0,
#define HAWSER_FIELD_NAME_ENUM(id, text) id,
  HAWSER_FIELD_NAMES(HAWSER_FIELD_NAME_ENUM)
#undef HAWSER_FIELD_NAME_ENUM
      count
};

// Without regard to case; `other` for a name that is not in the list.
FieldName find_field_name(std::string_view text);
// The usual spelling; "" for `other`.
std::string_view text_of(FieldName name);

}  // namespace hawser::message
