// SPDX-License-Identifier: Apache-2.0
// DecisionRing: the last decisions of one worker, each with all that the rules were asked with and
// how the request ended, for whoever asks about one of them later. What was allowed and what was
// not have a ring each, so that ordinary traffic does not push out what people ask about. Owner:
// the RelayWorker. Thread: the worker's own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "access/rules.h"
#include "model/request_story.h"

namespace hawser::access {

class DecisionRing {
 public:
  static constexpr size_t kept = 10'000;  // in each of the two rings
  static constexpr size_t text_limit_bytes = 255;
  static constexpr size_t path_limit_bytes = 511;

  // Views: what they refer to is copied. Longer texts are cut.
  struct Decided {
    std::string_view request_id;  // 36 characters
    int64_t time_ms = 0;
    std::optional<Verdict> verdict;  // none: no rules were asked
    std::string_view app;
    uint64_t app_revision = 0;
    std::string_view rule;
    bool signed_in = false;
    std::string_view user;
    std::string_view session;  // raw
    std::string_view marks;    // PersonMarks' bytes
    std::string_view acr;
    std::span<const std::string> amr;
    int64_t signed_in_s = 0;
    std::string_view client_ip;
    std::string_view country;
    std::string_view host;
    std::string_view method;
    std::string_view path;  // canonical
  };
  struct Ended {
    uint16_t status = 0;
    uint32_t total_ms = 0;
    std::string_view answer;
    std::string_view error;
    std::string_view ended_by;
    std::string_view reason;
    std::string_view connector;
  };
  using Place = uint64_t;  // 0: nowhere

  Place add(const Decided& decided);
  // Where the request's decision is, if it was the last one.
  Place last_of(std::string_view request_id) const;
  // Does nothing where another decision stands there by now.
  void end(Place place, std::string_view request_id, const Ended& ended);

  struct Remembered {
    model::RequestStory story;  // without what the rules said
    std::string marks;
    uint64_t app_revision = 0;
  };
  std::vector<Remembered> find(std::string_view request_id) const;
  size_t held_bytes() const;

 private:
  struct Ring {
    std::vector<std::string> slots;  // each a decision, packed; as many as there were, up to `kept`
    size_t next = 0;
  };
  const std::string* at(Place place) const;
  static Remembered read(std::string_view packed);

  Ring rings_[2];  // allowed; whatever else
  Place last_ = 0;
};

}  // namespace hawser::access
