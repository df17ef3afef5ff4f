// SPDX-License-Identifier: Apache-2.0
// Splice: an exchange of another worker on its way through this one: two streams joined, each under
// its own credit. Owner: its WorkerLink, until on_splice_over(). Thread: the worker's own.
#pragma once

#include <memory>
#include <string>

#include "channel/stream.h"
#include "message/head_pool.h"
#include "relay/bulk_offer.h"
#include "relay/dispatcher.h"
#include "relay/relay_context.h"

namespace hawser::relay {

class Splice;

class SpliceOwner {
 public:
  virtual ~SpliceOwner() = default;
  virtual void on_splice_over(Splice& splice) = 0;
  // A connection to an origin belongs to this session of the other worker.
  virtual void on_session_bound(uint64_t client_session) = 0;
};

class Splice final : private Waiter {
 public:
  Splice(RelayContext& context, SpliceOwner& owner, channel::Stream& from,
         message::RequestHead& head, channel::OpenInfo& info);
  ~Splice() override;
  void start();

  Splice* previous = nullptr;
  Splice* next = nullptr;

 private:
  // One of the two streams: what it says is passed on to the other.
  class End final : public channel::StreamListener {
   public:
    explicit End(Splice& splice) : splice_(splice) {}
    void on_head(message::ResponseHead& head, bool interim, bool bound) override;
    void on_data(core::ByteChain bytes) override;
    void on_body_end(const message::Fields& trailers) override;
    void on_sendable() override;
    void on_body_wanted() override;
    void on_stop() override;
    void on_reset(const channel::Reset& reset) override;
    void on_finished() override;

    void pass_on();      // what came from the other end and waits
    void lose_stream();  // it is over
    void drop_queued();  // of what came from the other end
    bool over() const { return stream == nullptr; }

    channel::Stream* stream = nullptr;
    End* other = nullptr;
    core::ByteChain queued;  // to be sent on this end
    uint64_t passed_on_bytes = 0;
    message::Fields trailers;  // that follow it
    bool end_due = false;

   private:
    Splice& splice_;
  };

  void on_way(const Way& way) override;
  void on_no_way(message::ExchangeError error) override;
  void note_bound();
  void over_if_done();

  RelayContext& context_;
  SpliceOwner& owner_;
  message::RequestHeadPtr head_;
  channel::OpenInfo info_;
  std::string group_;
  WayName way_;
  BulkOffer bulk_{context_};
  End asker_{*this};     // the other worker's stream
  End answerer_{*this};  // the channel's
  bool over_ = false;
};

}  // namespace hawser::relay
