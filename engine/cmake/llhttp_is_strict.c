// SPDX-License-Identifier: Apache-2.0
// Run by the build right after llhttp is compiled: ends with 1 unless llhttp refuses what only its
// strict mode refuses. Without its define it silently takes "Host : a", a tab in a target and high
// octets.
#include <llhttp.h>
#include <stdio.h>
#include <string.h>

static llhttp_errno_t read_request(const char* text) {
  llhttp_settings_t settings;
  llhttp_settings_init(&settings);
  llhttp_t parser;
  llhttp_init(&parser, HTTP_REQUEST, &settings);
  return llhttp_execute(&parser, text, strlen(text));
}

int main(void) {
  static const char* const refused[] = {
      "GET / HTTP/1.1\r\nHost : a\r\n\r\n",
      "GET / HTTP/1.1\r\nHo st: a\r\n\r\n",
      "GET /\tb HTTP/1.1\r\nHost: a\r\n\r\n",
      "GET /\xc3\xa9 HTTP/1.1\r\nHost: a\r\n\r\n",
  };
  if (read_request("GET / HTTP/1.1\r\nHost: a\r\n\r\n") != HPE_OK) {
    fprintf(stderr, "llhttp refuses a plain request\n");
    return 1;
  }
  for (size_t i = 0; i < sizeof refused / sizeof *refused; ++i) {
    if (read_request(refused[i]) != HPE_OK) continue;
    fprintf(stderr, "llhttp was compiled without its strict mode: it accepts vector %zu\n", i);
    return 1;
  }
  return 0;
}
