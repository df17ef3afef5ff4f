// SPDX-License-Identifier: Apache-2.0
#include "core/check.h"

#include <cstdio>
#include <cstdlib>

namespace hawser::core {

void assertion_failed(const char* expression, const char* file, int line) {
  std::fprintf(stderr,
               "{\"level\":\"fatal\",\"event\":\"assertion_failed\",\"expression\":\"%s\",\"file\":"
               "\"%s\",\"line\":%d}\n",
               expression, file, line);
  std::abort();
}

}  // namespace hawser::core
