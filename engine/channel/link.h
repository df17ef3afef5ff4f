// SPDX-License-Identifier: Apache-2.0
// Link: whatever carries frames between two processes or two workers, over one Transport. It always
// reads; what may arrive is bounded beforehand, and a peer that exceeds a bound or breaks a rule
// loses the link with the reason. Writers are pulled: control frames first, then the ready streams
// in turn, one record each, while under 64 KiB wait. Owner: an engine's dispatcher or a connector's
// uplink, by unique_ptr (destroy through Loop::defer_delete when inside a callback). Thread: its
// transport's loop.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "channel/frame.h"
#include "channel/stream.h"
#include "core/budget.h"
#include "core/loop.h"
#include "core/transport.h"

namespace hawser::channel {

enum class Side : uint8_t {
  engine,     // opens odd ids; on a channel it expects HELLO and answers WELCOME
  connector,  // opens even ids; on a channel it sends HELLO and expects WELCOME
};

struct LinkOptions {
  Side side = Side::engine;
  bool handshake = true;                  // false between workers: no HELLO, no WELCOME
  bool hello_received = false;            // the HELLO was read before a hand-over,
  Hello hello = {};                       // and this is what it said
  uint64_t handshake_within_ms = 10'000;  // for the peer's HELLO or WELCOME
  // Streams that either side may have open where there is no handshake; with one, HELLO and WELCOME
  // say it.
  uint32_t stream_limit = 1000;
  uint64_t ping_after_ms = 10'000;  // of silence
  uint64_t pong_within_ms = 10'000;
  // Of what the peer opened itself; a burst may hold one more for each stream that it may have open
  // or that ended properly before.
  uint32_t resets_per_second = 200;
  uint32_t pings_per_second = 10;
  uint32_t first_window_bytes = 16 * 1024;
  uint32_t window_limit_bytes = 1024 * 1024;
};

class LinkListener {
 public:
  virtual ~LinkListener() = default;
  virtual void on_hello(const Hello& hello) { (void)hello; }          // engine's side
  virtual void on_welcome(const Welcome& welcome) { (void)welcome; }  // connector's side
  // The peer opened a stream. The listener must set the stream's listener or reset it before
  // returning. `head` and `info` are lent for the call (swap out what is kept). A request without a
  // body has already ended its direction.
  virtual void on_open(Stream& stream, message::RequestHead& head, OpenInfo& info) = 0;
  virtual void on_session_end(uint64_t client_session) { (void)client_session; }
  virtual void on_config(uint64_t revision) { (void)revision; }
  virtual void on_drain(const std::string& reason) {
    (void)reason;
  }  // the peer opens no more; answered already
  // Engine's side of a bulk channel: the peer attached with this ticket. Call accept_attached() or
  // close() on this link before returning; otherwise it is closed.
  virtual void on_attach(const std::string& ticket) { (void)ticket; }
  // Connector's side: the engine offers to carry this stream on a bulk channel.
  virtual void on_bulk_offered(Stream& stream, const std::string& ticket) {
    (void)stream, (void)ticket;
  }
  // The link is dead; every stream has heard on_reset(link_lost) before. `why` goes to the log.
  virtual void on_lost(const core::Error& why) = 0;
  virtual void on_idle() {}  // the last stream ended; told at the end of the turn
};

struct LinkCounters {
  uint64_t frames_in = 0, frames_out = 0, streams_opened = 0, streams_accepted = 0;
  uint64_t payload_bytes_in = 0, payload_bytes_out = 0;
};

class Link {
 public:
  // `budget` is where receive credit comes from. All of them outlive the link.
  static std::unique_ptr<Link> make(std::unique_ptr<core::Transport> transport,
                                    LinkListener& listener, core::Budget& budget,
                                    const LinkOptions& options);
  virtual ~Link() = default;

  virtual void send_hello(const Hello& hello) = 0;
  virtual void send_welcome(const Welcome& welcome) = 0;
  virtual bool established() const = 0;  // WELCOME was sent or received, or no handshake is needed

  // Opens a stream and sends OPEN with the first response credit, taken from the budget and, where
  // given, from `share` (the client session's part of it; outlives the stream). Null when
  // can_open() is false or `share` has nothing left. A request without a body ends our direction.
  // A head over the limits of frame.h is not sent: the listener hears on_reset(head_too_large)
  // before the loop blocks.
  virtual Stream* open(const message::RequestHead& head, const OpenInfo& info,
                       StreamListener& listener, core::Budget* share = nullptr) = 0;
  // Established, not draining or bulk, below the peer's limit, with budget for a first window and
  // without a backlog of frames that the peer does not take.
  virtual bool can_open() const = 0;
  virtual size_t open_streams() const = 0;
  // What one of its streams takes of the heap, beside bytes that wait.
  static size_t stream_heap_bytes();

  virtual void send_session_end(uint64_t client_session) = 0;
  virtual void send_config(uint64_t revision) = 0;
  virtual void drain(const std::string& reason) = 0;  // sends DRAIN; no OPEN follows from us
  virtual bool draining() const = 0;                  // either side
  virtual void ping() = 0;

  // Closes now (in the proper way when no stream is left): every stream hears on_reset(link_lost),
  // on_lost() is called (unless `silent`).
  virtual void close(const std::string& reason, bool silent = false) = 0;

  // Engine's side, before send_welcome(): the peer is told why, in a DRAIN, and given a second to
  // go; then on_lost() is called.
  virtual void refuse(const std::string& reason) = 0;

  // Bulk: connector's side sends ATTACH(ticket) first on a fresh bulk link (after on_welcome()) and
  // moves `stream` of another link of the same loop here.
  // A stream whose answer has ended stays where it is, and this link is lost instead.
  virtual void attach_stream(Stream& stream, const std::string& ticket) = 0;
  // Engine's side: on_attach(ticket) came on this link; `stream` is the one that the ticket was
  // offered for.
  virtual void accept_attached(Stream& stream) = 0;

  // From on_hello() on and before send_welcome(): gives up the transport for a hand-over. Null when
  // bytes have arrived behind the HELLO. The link is dead afterwards.
  virtual std::unique_ptr<core::Transport> release_transport() = 0;

  virtual const LinkCounters& counters() const = 0;
  virtual core::Transport& transport() = 0;
};

}  // namespace hawser::channel
