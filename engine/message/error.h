// SPDX-License-Identifier: Apache-2.0
// ExchangeError: why an exchange failed, who is to blame, and whether it may be tried again. Codes
// travel in RESET frames, so their numbers never change; names stand in logs, metrics and error
// pages. Owner: whoever holds it. Thread: any.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace hawser::message {

// X(number, name, status, blame, title)
#define HAWSER_EXCHANGE_ERRORS(X)                                                                \
  X(1, internal, 500, engine, "Internal error")                                                  \
  X(2, bad_request, 400, client, "Bad request")                                                  \
  X(3, head_too_large, 431, client, "Request head too large")                                    \
  X(4, target_too_long, 414, client, "Request target too long")                                  \
  X(5, body_too_large, 413, client, "Request body too large")                                    \
  X(6, not_implemented, 501, client, "Not implemented")                                          \
  X(7, version_not_supported, 505, client, "HTTP version not supported")                         \
  X(8, expectation_failed, 417, client, "Expectation failed")                                    \
  X(9, head_timeout, 408, client, "The request head took too long")                              \
  X(10, client_gone, 499, client, "The client went away")                                        \
  X(11, client_too_slow, 408, client, "The client took too long")                                \
  X(12, no_such_host, 421, client, "No application is published under this host")                \
  X(13, no_such_path, 404, client, "No application is published under this path")                \
  X(14, method_not_allowed, 405, client, "Method not allowed")                                   \
  X(15, misdirected, 421, client, "The connection is not for this host")                         \
  X(16, access_denied, 403, client, "Access denied")                                             \
  X(17, signed_out, 401, client, "Sign-in required")                                             \
  X(18, too_many_requests, 429, client, "Too many requests")                                     \
  X(30, no_connector, 503, connector, "No connector is online for this application")             \
  X(31, queue_full, 503, engine, "Too many requests are waiting for a connector")                \
  X(32, queue_timeout, 503, engine, "No connector became free in time")                          \
  X(33, budget_exhausted, 503, engine, "Out of memory for request bodies")                       \
  X(34, too_many_connections, 503, engine, "Too many connections to this application")           \
  X(35, draining, 503, engine, "The server is shutting down")                                    \
  X(36, link_lost, 502, connector, "The connection to the connector was lost")                   \
  X(37, connector_gone, 502, connector, "The connector that held this session is gone")          \
  X(38, protocol_violation, 502, connector, "The connector broke the protocol")                  \
  X(39, revoked, 403, engine, "Access was withdrawn")                                            \
  X(40, stalled, 503, client, "The stream held memory without taking bytes")                     \
  X(41, connector_silent, 504, connector, "The connector did not answer in time")                \
  X(50, origin_refused, 502, origin, "The application refused the connection")                   \
  X(51, origin_name_unknown, 502, origin, "The application's name does not resolve")             \
  X(52, origin_certificate_bad, 502, origin, "The application's certificate is not trusted")     \
  X(53, origin_not_allowed, 502, connector, "The connector does not allow this origin")          \
  X(54, origin_connect_timeout, 504, origin,                                                     \
    "The application did not accept a connection in time")                                       \
  X(55, origin_first_byte_timeout, 504, origin, "The application did not answer in time")        \
  X(56, stream_idle_timeout, 504, origin, "Nothing moved for too long")                          \
  X(57, total_timeout, 504, origin, "The exchange took too long")                                \
  X(58, origin_bad_answer, 502, origin, "The application sent an answer that is not valid HTTP") \
  X(59, origin_closed, 502, origin, "The application closed the connection without an answer")   \
  X(60, origin_unreachable, 502, origin, "The application cannot be reached")                    \
  X(61, app_unknown, 502, connector, "The connector does not know this application")             \
  X(62, upgrade_refused, 502, connector, "This protocol upgrade is not allowed")                 \
  X(63, cancelled, 502, engine, "The exchange was cancelled")                                    \
  X(64, origin_cut, 502, origin, "The application broke off its answer")                         \
  X(65, identity_unverified, 403, connector, "The connector could not verify who you are")

enum class ErrorCode : uint8_t {
  none = 0,
#define HAWSER_ERROR_ENUM(number, name, status, blame, title) name = number,
  HAWSER_EXCHANGE_ERRORS(HAWSER_ERROR_ENUM)
#undef HAWSER_ERROR_ENUM
};

// Who has to act. Numbers travel in RESET frames.
enum class Blame : uint8_t { client = 1, engine = 2, connector = 3, origin = 4 };

// Whether the same exchange may be sent again by the one that learns of the error.
enum class Retry : uint8_t {
  never = 0,
  origin_untouched = 1,  // nothing of it reached an origin: safe for every method
  if_idempotent = 2,     // unknown how far it came: only where the method allows
};

struct ExchangeError {
  ErrorCode code = ErrorCode::none;
  Blame blame = Blame::engine;
  Retry retry = Retry::never;
  std::string reason;  // for the log and the person who operates; never a secret

  // With the blame that the code usually has.
  static ExchangeError of(ErrorCode code, std::string reason = {}, Retry retry = Retry::never);
};

inline constexpr int no_answer_status = 499;
int status_of(ErrorCode code);              // 499 where no answer can be sent any more
std::string_view name_of(ErrorCode code);   // "origin_connect_timeout"; "none" for none
std::string_view title_of(ErrorCode code);  // one line for people
Blame usual_blame_of(ErrorCode code);
std::string_view name_of(Blame blame);       // "client", "engine", "connector", "origin"
ErrorCode error_code_from(uint32_t number);  // from the wire; unknown numbers become `internal`
ErrorCode error_code_from(std::string_view name);  // `none` when unknown
Blame blame_from(uint32_t number);                 // unknown numbers become `engine`

}  // namespace hawser::message
