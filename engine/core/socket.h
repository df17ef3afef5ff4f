// SPDX-License-Identifier: Apache-2.0
// Socket: a connected TCP or local (unix) stream socket as a Transport. Writes of a turn leave
// together before the loop blocks; reading takes at most 64 KiB a turn. Owner: as of a Transport.
// Thread: its loop's own.
#pragma once

#include <memory>
#include <span>

#include "core/loop.h"
#include "core/transport.h"

namespace hawser::core {

// Takes bytes straight out of the loop's receive buffer, without a block: for TLS, which decrypts
// them into blocks of its own.
class SpanReader {
 public:
  virtual ~SpanReader() = default;
  // `bytes` is lent for the call.
  virtual void on_span(std::span<const uint8_t> bytes) = 0;
};

class Socket final : public Transport, private Flushable {
 public:
  // Wraps a connected descriptor (accepted, or one of a socket pair), which it takes in every case.
  static Result<std::unique_ptr<Socket>> adopt(Loop& loop, int fd);
  // Starts to connect; on_ready() or on_broken() tells the outcome, never within this call. The
  // Error's code is the negated errno. What is written before on_ready() waits.
  static std::unique_ptr<Socket> connect(Loop& loop, const Address& address);
  // What one takes of the heap, beside bytes under way.
  static size_t heap_bytes();
  ~Socket() override;

  // Input goes to `reader` from now on instead of the listener's on_bytes(); the listener still
  // hears everything else. `reader` outlives the socket.
  void set_span_reader(SpanReader& reader) { span_reader_ = &reader; }

  void set_listener(TransportListener& listener) override;
  void pause(PauseReason reason) override;
  void resume(PauseReason reason) override;
  void limit_reads(size_t bytes) override { read_limit_bytes_ = bytes; }
  void write(ByteChain bytes) override;
  void write_copy(std::string_view bytes) override;
  size_t unsent_bytes() const override;
  size_t unsent_in_kernel_bytes() const override;
  bool over_high_mark() const override { return over_high_mark_; }
  bool held_up() const override { return held_up_; }
  void end() override;
  // On a local socket there is no reset: the peer sees an end.
  void reset() override;
  Loop& loop() override { return loop_; }
  const Address& peer() const override { return peer_; }
  const Address& local() const override { return local_; }

  void set_high_mark(size_t bytes) { high_mark_bytes_ = bytes; }
  // Bytes that the kernel holds and has not sent before it asks for no more (TCP_NOTSENT_LOWAT).
  void set_notsent_lowat(uint32_t bytes);
  // What the kernel may hold for us unread (SO_RCVBUF); it chooses and grows this by itself
  // otherwise.
  void set_receive_buffer(uint32_t bytes);
  // How long sent bytes may stay unacknowledged before the connection fails (TCP_USER_TIMEOUT).
  void set_user_timeout(uint32_t ms);
  // TCP keep-alive probes after `idle_s` of silence, then every `interval_s`, `count` times.
  void set_keepalive(uint32_t idle_s, uint32_t interval_s, uint32_t count);

  // Duplicates the descriptor, for hand-over to another loop, and closes this handle: destroy the
  // socket next. Only with nothing unsent. The caller owns the descriptor.
  Result<int> release_fd();
  bool closed() const { return cell_ == nullptr; }

  uint64_t received_bytes() const { return received_bytes_; }
  uint64_t sent_bytes() const { return sent_bytes_; }

 private:
  struct Cell;  // the uv handle, its requests and the bytes that they refer to
  struct CellCloser {
    void operator()(Cell* cell) const;
  };
  enum class Sending : uint8_t { open, ending, ended, broken };

  Socket(Loop& loop, bool local);
  Result<void> open(int fd);
  void learn_addresses();
  int fd() const;

  void start_reading();
  void stop_reading();
  size_t read_allowance(int& fault);
  void received(size_t bytes, const char* base);
  void read_failed(int error);

  void flush() override;
  void write_out();
  bool write_now(size_t limit_bytes);
  void write_later(size_t limit_bytes);
  void write_done(int status);
  void write_failed(int error);
  void wrote_some();
  size_t high_mark_bytes() const;
  void connected(int status);
  void break_later(Error why);
  void broke(const Error& why);  // not *failure_ itself
  void close();

  Loop& loop_;
  std::unique_ptr<Cell, CellCloser> cell_;  // null once closed
  TransportListener* listener_ = nullptr;
  SpanReader* span_reader_ = nullptr;
  Address peer_;
  Address local_;
  ByteChain unsent_;
  size_t high_mark_bytes_ = 64 * 1024;
  uint64_t received_bytes_ = 0;
  uint64_t sent_bytes_ = 0;
  uint64_t read_turn_ = 0;              // the turn that read_in_turn_ belongs to
  size_t read_in_turn_ = 0;             // bytes
  size_t read_limit_bytes_ = SIZE_MAX;  // at a time
  std::unique_ptr<Error> failure_;      // to be told, when all that came before it has been read
  PauseSet reads_;
  Sending sending_ = Sending::open;
  bool connecting_ = false;
  bool writing_ = false;     // a uv_write is under way
  bool reading_ = false;     // uv reads
  bool read_ended_ = false;  // the end or a failure came
  bool over_high_mark_ = false;
  bool held_up_ = false;
};

}  // namespace hawser::core
