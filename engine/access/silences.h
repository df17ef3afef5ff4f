// SPDX-License-Identifier: Apache-2.0
// Silences: who need not be asked about for a while whether a provider still vouches for them: all
// sessions of one that could not be reached, or one session of which it said neither yes nor no.
// Nobody else's check waits for the latter. Owner: a gate, or the control thread's half of signing
// in. Thread: the owner's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace hawser::access {

class Silences {
 public:
  // More sessions than this at once are no persons' affair any more, but their provider's.
  static constexpr size_t session_limit = 10'000;

  enum class Of : uint8_t { nobody, session, provider };

  void of_provider(std::string_view provider, int64_t now_s);
  // `session` is its id, in whatever form the owner always gives it.
  void of_session(std::string_view provider, std::string_view session, int64_t now_s);
  Of find(std::string_view provider, std::string_view session, int64_t now_s) const;
  void forget();

 private:
  using Ends = std::map<std::string, int64_t, std::less<>>;  // in seconds

  Ends providers_;
  Ends sessions_;
};

}  // namespace hawser::access
