// SPDX-License-Identifier: Apache-2.0
// way_counts open|signed_in WARM_UP REQUESTS: asks so often on one connection, the whole way, and
// prints what a request took of the allocator on either side. tools/counts runs it, and runs it
// under callgrind for the instructions.
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "way/whole_way.h"

namespace hawser::bench {
namespace {

void print(const char* side, const Usage& usage, size_t requests) {
  const auto each = [&](uint64_t all) {
    return static_cast<double>(all) / static_cast<double>(requests);
  };
  std::printf("\"%s_news\": %.3f, \"%s_mallocs\": %.3f", side, each(usage.news), side,
              each(usage.mallocs));
}

int run(std::string_view who, size_t warm_up, size_t requests) {
  WholeWay way(1, who == "signed_in", warm_up);
  const Usage engine_before = way.engine_usage();
  const Usage connector_before = way.connector_usage();
  for (size_t i = 0; i < requests; ++i) way.await_answer();
  const Usage engine = way.engine_usage().since(engine_before);
  const Usage connector = way.connector_usage().since(connector_before);
  std::printf("{");
  print("engine", engine, requests);
  std::printf(", ");
  print("connector", connector, requests);
  std::printf("}\n");
  return 0;
}

}  // namespace
}  // namespace hawser::bench

int main(int argc, char** argv) {
  const std::string_view who = argc > 1 ? argv[1] : "";
  const size_t warm_up = argc == 4 ? std::strtoul(argv[2], nullptr, 10) : 0;
  const size_t requests = argc == 4 ? std::strtoul(argv[3], nullptr, 10) : 0;
  if ((who != "open" && who != "signed_in") || requests == 0) {
    std::fprintf(stderr, "usage: way_counts open|signed_in WARM_UP REQUESTS\n");
    return 2;
  }
  return hawser::bench::run(who, warm_up, requests);
}
