// SPDX-License-Identifier: Apache-2.0
// SessionPeer: the other end of a link, which says what a program tells it to, and holds both sides
// against the contract. Owner: the session of a harness. Thread: the harness's.
#pragma once

#include <memory>
#include <string>

#include "channel/contract.h"
#include "channel/frame_reader.h"
#include "support/memory_pipe.h"
#include "support/program.h"

namespace hawser::fuzz {

class SessionPeer final : public core::TransportListener {
 public:
  SessionPeer(core::Loop& loop, std::unique_ptr<test::MemoryTransport> end, Contract& contract)
      : transport_(std::move(end)),
        contract_(contract),
        heard_(loop.blocks()),
        said_(loop.blocks()),
        loop_(loop),
        writer_(out_) {
    transport_->set_listener(*this);
  }

  bool over() const { return over_; }  // nothing reaches the link any more
  channel::FrameWriter& writer() { return writer_; }

  // What was written leaves, and is noted as said.
  void send() {
    if (!over_ && !out_.empty()) {
      transport_->write_copy(out_);
      note_said(out_);
    }
    out_.clear();
  }
  void send_raw(std::string_view bytes) { out_ += bytes; }
  void data(uint32_t stream, size_t size, bool last) {
    const auto header = writer_.data(stream, last, static_cast<uint32_t>(size));
    out_.append(reinterpret_cast<const char*>(header.data()), header.size());
    out_.append(size, 'p');
  }
  void end() {
    if (!over_) transport_->end();
    over_ = true;
  }
  void break_connection() {
    if (!over_) transport_->break_both("connection reset");
    over_ = true;
  }

 private:
  void on_bytes(core::Slice bytes) override {
    for (;;) {
      const auto step = heard_.next(bytes);
      if (step == channel::FrameReader::Step::need_more) return;
      require(step == channel::FrameReader::Step::frame, "our frames are frames", heard_.fault());
      const size_t payload_bytes = heard_.take_payload().size();
      if (!over_) contract_.we_said(heard_.frame(), payload_bytes);
    }
  }
  void on_end() override { over_ = true; }
  void on_broken(const core::Error&) override { over_ = true; }

  void note_said(std::string_view bytes) {
    if (contract_.broken_by_peer() != nullptr) return;
    core::ByteChain chain;
    chain.append_copy(loop_.blocks(), bytes);
    while (!chain.empty()) {
      core::Slice piece = chain.pop_front();
      for (;;) {
        const auto step = said_.next(piece);
        if (step == channel::FrameReader::Step::need_more) break;
        if (step == channel::FrameReader::Step::fault)
          return contract_.peer_broke("bytes that are not a frame");
        const size_t payload_bytes = said_.take_payload().size();
        contract_.peer_said(said_.frame(), payload_bytes);
      }
    }
  }

  std::unique_ptr<test::MemoryTransport> transport_;
  Contract& contract_;
  channel::FrameReader heard_;
  channel::FrameReader said_;
  core::Loop& loop_;
  std::string out_;
  channel::FrameWriter writer_;
  bool over_ = false;
};

}  // namespace hawser::fuzz
