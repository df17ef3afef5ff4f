// SPDX-License-Identifier: Apache-2.0
#include "message/error.h"

#include <utility>

namespace hawser::message {

ExchangeError ExchangeError::of(ErrorCode code, std::string reason, Retry retry) {
  return {code, usual_blame_of(code), retry, std::move(reason)};
}

int status_of(ErrorCode code) {
  switch (code) {
#define HAWSER_ERROR_STATUS(number, name, status, blame, title) \
  case ErrorCode::name:                                         \
    return status;
    HAWSER_EXCHANGE_ERRORS(HAWSER_ERROR_STATUS)
#undef HAWSER_ERROR_STATUS
    case ErrorCode::none:
      break;
  }
  return 500;
}

std::string_view name_of(ErrorCode code) {
  switch (code) {
#define HAWSER_ERROR_NAME(number, name, status, blame, title) \
  case ErrorCode::name:                                       \
    return #name;
    HAWSER_EXCHANGE_ERRORS(HAWSER_ERROR_NAME)
#undef HAWSER_ERROR_NAME
    case ErrorCode::none:
      break;
  }
  return "none";
}

std::string_view title_of(ErrorCode code) {
  switch (code) {
#define HAWSER_ERROR_TITLE(number, name, status, blame, title) \
  case ErrorCode::name:                                        \
    return title;
    HAWSER_EXCHANGE_ERRORS(HAWSER_ERROR_TITLE)
#undef HAWSER_ERROR_TITLE
    case ErrorCode::none:
      break;
  }
  return "No error";
}

Blame usual_blame_of(ErrorCode code) {
  switch (code) {
#define HAWSER_ERROR_BLAME(number, name, status, blame, title) \
  case ErrorCode::name:                                        \
    return Blame::blame;
    HAWSER_EXCHANGE_ERRORS(HAWSER_ERROR_BLAME)
#undef HAWSER_ERROR_BLAME
    case ErrorCode::none:
      break;
  }
  return Blame::engine;
}

std::string_view name_of(Blame blame) {
  switch (blame) {
    case Blame::client:
      return "client";
    case Blame::engine:
      return "engine";
    case Blame::connector:
      return "connector";
    case Blame::origin:
      return "origin";
  }
  return "engine";
}

ErrorCode error_code_from(uint32_t number) {
  switch (number) {
    case 0:
      return ErrorCode::none;
#define HAWSER_ERROR_NUMBER(wire, name, status, blame, title) \
  case wire:                                                  \
    return ErrorCode::name;
      HAWSER_EXCHANGE_ERRORS(HAWSER_ERROR_NUMBER)
#undef HAWSER_ERROR_NUMBER
    default:
      return ErrorCode::internal;
  }
}

ErrorCode error_code_from(std::string_view text) {
#define HAWSER_ERROR_FROM_NAME(number, name, status, blame, title) \
  if (text == #name) return ErrorCode::name;
  HAWSER_EXCHANGE_ERRORS(HAWSER_ERROR_FROM_NAME)
#undef HAWSER_ERROR_FROM_NAME
  return ErrorCode::none;
}

Blame blame_from(uint32_t number) {
  return number >= 1 && number <= 4 ? static_cast<Blame>(number) : Blame::engine;
}

}  // namespace hawser::message
