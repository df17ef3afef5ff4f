// SPDX-License-Identifier: Apache-2.0
// RecordingListener: writes down what a Transport tells. Owner: the test. Thread: the loop's own.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "core/transport.h"

namespace hawser::test {

class RecordingListener : public core::TransportListener {
 public:
  void on_ready() override { ready = true; }
  void on_bytes(core::Slice bytes) override {
    received += bytes.view();
    ++pieces;
    if (bytes.size() > largest_piece) largest_piece = bytes.size();
    if (react) react(bytes.view());
  }
  void on_end() override { ended = true; }
  void on_broken(const core::Error& why) override { broken = why; }
  void on_drained() override { ++drained; }

  std::string received;
  size_t pieces = 0;
  size_t largest_piece = 0;
  bool ready = false;
  bool ended = false;
  int drained = 0;
  std::optional<core::Error> broken;
  std::function<void(std::string_view)> react;  // runs within on_bytes
};

}  // namespace hawser::test
