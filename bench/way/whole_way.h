// SPDX-License-Identifier: Apache-2.0
// WholeWay: client, TLS, engine, TLS, connector, origin and back, on real sockets in one process:
// keep-alive GETs with 20 fields and 1 KiB of answer. Engine and connector have a thread each,
// clients and origin share the third; with two cores the time is a bound, the CPU time of each side
// is the figure. Owner: the bench. Thread: main.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "support/test_authority.h"
#include "support/test_loop.h"
#include "way/connector_side.h"
#include "way/engine_side.h"
#include "way/load.h"

namespace hawser::bench {

class WholeWay {
 public:
  // `signed_in`: the app has a rule for a group, and each request the cookie of somebody in it.
  // Returns after `warm_up_requests`.
  WholeWay(size_t connections, bool signed_in, size_t warm_up_requests = 2'000);

  void await_answer();
  Usage engine_usage() { return engine_.usage(); }
  Usage connector_usage() { return connector_.usage(); }

 private:
  bool all_ready() const;

  std::string request_;
  test::TestAuthority authority_;
  core::Loop loop_;
  LoadOrigin origin_;
  EngineSide engine_;
  ConnectorSide connector_{authority_, engine_.connector_address()};
  std::vector<std::unique_ptr<LoadClient>> clients_;
  size_t answered_ = 0;
  size_t awaited_ = 0;
};

}  // namespace hawser::bench
