// SPDX-License-Identifier: Apache-2.0
// AdminStream: an answer of the admin API that is read line by line as it comes, for as long as it
// comes. Owner: the command. Thread: main.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/loop.h"
#include "core/result.h"
#include "core/transport.h"
#include "http/h1_response_reader.h"
#include "http/limits.h"
#include "message/head_pool.h"

namespace hawser::ctl {

class AdminStream final : private core::TransportListener, private http::ResponseEvents {
 public:
  using OnLine = std::function<void(std::string_view line)>;

  AdminStream(core::Loop& loop, std::unique_ptr<core::Transport> transport, OnLine on_line);
  ~AdminStream() override;

  // Returns when the answer is over. An error's code is the system's where the engine could not be
  // reached.
  core::Result<void> get(const std::string& path);
  // What the engine said where it refused; its status.
  int status() const { return status_; }
  const std::string& refusal() const { return refusal_; }

 private:
  void on_bytes(core::Slice bytes) override;
  void on_end() override;
  void on_broken(const core::Error& why) override;
  void on_interim(message::ResponseHeadPtr /*head*/) override {}
  void on_head(message::ResponseHeadPtr head) override;
  void on_body(core::Slice content) override;
  void on_message_end(const message::Fields& trailers) override;
  void on_error(const message::ExchangeError& error) override;
  void finish(core::Result<void> result);

  core::Loop& loop_;
  OnLine on_line_;
  http::H1Limits limits_;
  message::HeadPool heads_{2};
  http::H1ResponseReader reader_;
  std::string rest_;  // of a line
  std::string refusal_;
  int status_ = 0;
  std::optional<core::Result<void>> result_;
  std::unique_ptr<core::Transport> transport_;
};

}  // namespace hawser::ctl
