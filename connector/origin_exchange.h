// SPDX-License-Identifier: Apache-2.0
// OriginExchange: one exchange's way to its origin, whichever version of HTTP that speaks. Owner:
// the forwarder that uses it; the OriginPool between two uses. Thread: the worker's own. It may be
// destroyed in one of its own callbacks only through Loop::defer_delete.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/byte_chain.h"
#include "http/h2_client_stream.h"
#include "message/error.h"
#include "message/head_pool.h"

namespace hawser::connector {

class OriginListener {
 public:
  virtual ~OriginListener() = default;
  virtual void on_origin_interim(message::ResponseHeadPtr head) = 0;
  virtual void on_origin_head(message::ResponseHeadPtr head) = 0;
  virtual void on_origin_body(core::Slice content) = 0;
  virtual void on_origin_end(const message::Fields& trailers) = 0;
  // What was written has left, or is little enough to go on.
  virtual void on_origin_drained() = 0;
  // It is of no further use; nothing follows. While it is idle this means that the origin closed
  // it.
  virtual void on_origin_failed(const message::ExchangeError& error) = 0;
};

class OriginExchange {
 public:
  virtual ~OriginExchange() = default;
  OriginExchange() = default;
  OriginExchange(const OriginExchange&) = delete;
  OriginExchange& operator=(const OriginExchange&) = delete;

  // Null: what happens is only remembered.
  virtual void set_listener(OriginListener* listener) = 0;

  // --- the request
  // Its response may come from now on, a 101 only where it offers an `upgrade`. `host`: the Host
  // field's value; empty: the head's own.
  virtual void send_head(const message::RequestHead& head, std::string_view host,
                         std::string_view upgrade) = 0;
  // As head.body_length announced it; without a body neither is called.
  virtual void send_body(core::Slice content) = 0;
  virtual void send_end(const message::Fields& trailers) = 0;
  // Whether on_origin_drained() will tell when to send more.
  virtual bool over_high_mark() const = 0;

  // --- the response
  // How much of its content may come from now on, in all that is not delivered yet. The first call
  // after the head lets the message go on, even with 0.
  virtual void allow_body(uint64_t bytes) = 0;

  // --- after a 101
  // What follows is the new protocol's, both ways.
  virtual void begin_tunnel() = 0;
  // Ends our direction of a tunnel; the origin's goes on.
  virtual void end_tunnel() = 0;

  // Breaks off so that the origin can't take what it got for a whole request.
  virtual void abort() = 0;
  // Between two exchanges: whether it may carry another one.
  virtual bool reusable() const = 0;
  // Whether the origin still takes what is left of the request after its response has ended.
  virtual bool takes_more() const = 0;
  virtual bool response_started() const = 0;
  // Whether its connection was used before, so that the origin may have closed it meanwhile.
  virtual bool reused() const = 0;
  // Whether the origin has said that it did not process the request.
  virtual http::H2Refusal refusal() const = 0;
  // Whether others share its connection (HTTP/2), so that nothing can be said of that one alone.
  virtual bool shared() const = 0;
  // Equal keys may stand in for one another.
  virtual const std::string& key() const = 0;
};

}  // namespace hawser::connector
