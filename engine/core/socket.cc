// SPDX-License-Identifier: Apache-2.0
#include "core/socket.h"

#include <fcntl.h>
#include <linux/sockios.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "core/fd.h"
#include "core/handle.h"
#include "core/heap_size.h"
#include "core/io_faults.h"

namespace hawser::core {

union StreamHandle {
  void* data;  // where every uv handle has it
  uv_stream_t stream;
  uv_tcp_t tcp;
  uv_pipe_t pipe;
};

namespace {

// What one connection reads before the others have their turn. With 20 transfers under way it is
// what a small request beside them waits for.
constexpr size_t read_bytes_a_turn = 64 * 1024;
constexpr unsigned pieces_a_write = 64;

// The first pieces of `chain`, at most `limit_bytes`, as uv wants them; gives how many.
unsigned gather(const ByteChain& chain, size_t limit_bytes,
                std::array<uv_buf_t, pieces_a_write>& bufs, size_t& bytes) {
  unsigned count = 0;
  bytes = 0;
  for (const Piece* piece = chain.first();
       piece != nullptr && count < pieces_a_write && bytes < limit_bytes; piece = piece->next) {
    const size_t n = std::min<size_t>(piece->slice.size(), limit_bytes - bytes);
    // uv never writes through this pointer.
    bufs[count++] =
        uv_buf_init(const_cast<char*>(reinterpret_cast<const char*>(piece->slice.data())),
                    static_cast<unsigned>(n));
    bytes += n;
  }
  return count;
}

template <class Value>
void set_option(int fd, int level, int name, Value value) {
  setsockopt(fd, level, name, &value, sizeof(value));
}

}  // namespace

struct Socket::Cell : HandleCell<StreamHandle, Socket> {
  uv_connect_t connect{};
  uv_write_t write{};
  ByteChain in_flight;  // what `write` refers to
  int read_fault = 0;   // what a test asked for at this read
};

void Socket::CellCloser::operator()(Cell* cell) const { close_cell(cell); }

Socket::Socket(Loop& loop, bool local) : loop_(loop), cell_(new_cell<Cell>(this)) {
  const int failed = local ? uv_pipe_init(loop.raw(), &cell_->handle.pipe, 0)
                           : uv_tcp_init(loop.raw(), &cell_->handle.tcp);
  HAWSER_ASSERT(failed == 0);
  cell_->initialised = true;
}

Socket::~Socket() = default;

size_t Socket::heap_bytes() { return heap_bytes_of(sizeof(Socket)) + heap_bytes_of(sizeof(Cell)); }

Result<std::unique_ptr<Socket>> Socket::adopt(Loop& loop, int fd) {
  Fd owned(fd);
  sockaddr_storage storage{};
  socklen_t length = sizeof(storage);
  if (getsockname(fd, reinterpret_cast<sockaddr*>(&storage), &length) != 0)
    return system_error("adopt a socket", errno);
  std::unique_ptr<Socket> socket(new Socket(loop, storage.ss_family == AF_UNIX));
  uv_pipe_t* pipe = &socket->cell_->handle.pipe;
  const int failed = storage.ss_family == AF_UNIX ? uv_pipe_open(pipe, fd)
                                                  : uv_tcp_open(&socket->cell_->handle.tcp, fd);
  if (failed != 0) return system_error("adopt a socket", -failed);
  owned.release();
  socket->local_ = Address::from_sockaddr(reinterpret_cast<const sockaddr*>(&storage), length);
  socket->learn_addresses();
  return socket;
}

std::unique_ptr<Socket> Socket::connect(Loop& loop, const Address& address) {
  std::unique_ptr<Socket> socket(new Socket(loop, address.is_local()));
  Cell& cell = *socket->cell_;
  socket->connecting_ = true;
  socket->peer_ = address;
  const auto done = [](uv_connect_t* request, int status) {
    if (Socket* owner = cell_of<Cell>(request->handle).owner) owner->connected(status);
  };
  if (address.is_local()) {
    const auto* local = reinterpret_cast<const sockaddr_un*>(address.raw());
    uv_pipe_connect(&cell.connect, &cell.handle.pipe, local->sun_path, done);
    return socket;
  }
  const int failed = uv_tcp_connect(&cell.connect, &cell.handle.tcp, address.raw(), done);
  if (failed != 0) socket->break_later(system_error("connect", -failed));
  return socket;
}

void Socket::connected(int status) {
  if (failure_ != nullptr || status == UV_ECANCELED) return;
  if (status != 0) return broke(system_error("connect", -status));
  connecting_ = false;
  learn_addresses();
  if (!unsent_.empty() || sending_ == Sending::ending) loop_.request_flush(*this);
  if (listener_ != nullptr) listener_->on_ready();
  start_reading();
}

void Socket::learn_addresses() {
  sockaddr_storage storage{};
  auto* raw = reinterpret_cast<sockaddr*>(&storage);
  socklen_t length = sizeof(storage);
  if (getsockname(fd(), raw, &length) == 0) local_ = Address::from_sockaddr(raw, length);
  length = sizeof(storage);
  if (getpeername(fd(), raw, &length) == 0) peer_ = Address::from_sockaddr(raw, length);
  if (cell_->handle.stream.type == UV_TCP) uv_tcp_nodelay(&cell_->handle.tcp, 1);
}

int Socket::fd() const {
  uv_os_fd_t fd = -1;
  if (cell_ != nullptr) uv_fileno(cell_->base(), &fd);
  return fd;
}

// --- Reading

void Socket::set_listener(TransportListener& listener) {
  listener_ = &listener;
  if (failure_ != nullptr) loop_.request_flush(*this);
  start_reading();
}

// Most pauses end before anything comes, and to take a descriptor out of the poll and back costs
// two system calls: uv goes on until it asks where to read to. A failure to be told waits for
// reading that has not been stopped, so then it is.
void Socket::pause(PauseReason reason) {
  if (reads_.add(reason) && failure_ != nullptr) stop_reading();
}

void Socket::resume(PauseReason reason) {
  if (reads_.remove(reason)) start_reading();
}

void Socket::start_reading() {
  if (reading_ || read_ended_ || connecting_ || reads_.paused() || listener_ == nullptr ||
      cell_ == nullptr)
    return;
  const auto lend = [](uv_handle_t* handle, size_t, uv_buf_t* buf) {
    Cell& cell = cell_of<Cell>(handle);
    *buf = uv_buf_init(nullptr, 0);
    if (cell.owner == nullptr || cell.owner->reads_.paused()) return;
    int fault = 0;
    const size_t allowed = cell.owner->read_allowance(fault);
    if (allowed == 0 || fault != 0) return;
    const std::span<uint8_t> room = cell.owner->span_reader_ != nullptr
                                        ? cell.owner->loop_.receive_buffer()
                                        : cell.owner->loop_.read_room();
    *buf = uv_buf_init(reinterpret_cast<char*>(room.data()),
                       static_cast<unsigned>(std::min(room.size(), allowed)));
  };
  const auto came = [](uv_stream_t* stream, ssize_t n, const uv_buf_t* buf) {
    Socket* owner = cell_of<Cell>(stream).owner;
    if (owner == nullptr || n == 0) return;
    if (n > 0) {
      owner->received(static_cast<size_t>(n), buf->base);
    } else {
      owner->read_failed(static_cast<int>(n));
    }
  };
  const int failed = uv_read_start(cell_->stream(), lend, came);
  if (failed != 0) return break_later(system_error("read", -failed));
  reading_ = true;
}

void Socket::stop_reading() {
  if (!reading_) return;
  reading_ = false;
  if (cell_ != nullptr) uv_read_stop(cell_->stream());
}

// How much this read may take: what is left of the turn's share, and what a test lets through.
size_t Socket::read_allowance(int& fault) {
  if (read_turn_ != loop_.turn_number()) {
    read_turn_ = loop_.turn_number();
    read_in_turn_ = 0;
  }
  size_t allowed =
      std::min(read_limit_bytes_, read_bytes_a_turn - std::min(read_in_turn_, read_bytes_a_turn));
  if (SocketFaults* faults = loop_.socket_faults()) {
    const SocketFault asked = faults->before_read(*this);
    fault = asked.error;
    allowed = std::min(allowed, asked.limit_bytes);
  }
  cell_->read_fault = fault;
  return allowed;
}

void Socket::received(size_t bytes, const char* base) {
  received_bytes_ += bytes;
  read_in_turn_ += bytes;
  if (span_reader_ != nullptr) {
    span_reader_->on_span({reinterpret_cast<const uint8_t*>(base), bytes});
  } else {
    listener_->on_bytes(loop_.take_read(bytes));
  }
}

void Socket::read_failed(int error) {
  if (error == UV_ENOBUFS) {  // paused, its share of the turn is used up, or a test's fault
    if (reads_.paused()) return stop_reading();
    error = cell_->read_fault;
    if (error == 0 || error == UV_EAGAIN) return;
  }
  stop_reading();
  if (error == UV_EOF) {
    // uv takes a hang-up for the end, also where it came with a reset: the kernel knows better.
    uint8_t byte = 0;
    const ssize_t n = ::recv(fd(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    if (n > 0) return start_reading();
    if (n < 0 && errno != EAGAIN && errno != EINTR) error = -errno;
  }
  read_ended_ = true;
  if (failure_ != nullptr) return broke(Error(*failure_));
  if (error != UV_EOF) return broke(system_error("read", -error));
  listener_->on_end();
}

// --- Writing

void Socket::write(ByteChain bytes) {
  if (sending_ == Sending::broken) return;
  HAWSER_ASSERT(sending_ == Sending::open);
  unsent_.append(std::move(bytes));
  if (unsent_bytes() > high_mark_bytes()) over_high_mark_ = true;
  loop_.request_flush(*this);
}

void Socket::write_copy(std::string_view bytes) {
  if (sending_ == Sending::broken) return;
  HAWSER_ASSERT(sending_ == Sending::open);
  unsent_.append_copy(loop_.blocks(), bytes);
  if (unsent_bytes() > high_mark_bytes()) over_high_mark_ = true;
  loop_.request_flush(*this);
}

size_t Socket::unsent_in_kernel_bytes() const {
  int bytes = 0;
  if (cell_ == nullptr || connecting_ || ::ioctl(fd(), SIOCOUTQNSD, &bytes) != 0) return 0;
  return static_cast<size_t>(std::max(bytes, 0));
}

size_t Socket::unsent_bytes() const {
  const size_t under_way =
      cell_ != nullptr ? uv_stream_get_write_queue_size(cell_->stream()) : size_t{0};
  return unsent_.size() + under_way;
}

void Socket::flush() {
  if (failure_ != nullptr && !reading_) {
    if (listener_ != nullptr) broke(Error(*failure_));
    return;
  }
  write_out();
}

void Socket::write_out() {
  if (connecting_ || writing_ || cell_ == nullptr || sending_ == Sending::broken ||
      sending_ == Sending::ended)
    return;
  size_t limit_bytes = SIZE_MAX;
  bool refused = false;
  if (SocketFaults* faults = loop_.socket_faults(); faults != nullptr && !unsent_.empty()) {
    const SocketFault fault = faults->before_write(*this, unsent_.size());
    if (fault.error != 0 && fault.error != UV_EAGAIN) {
      ::shutdown(fd(), SHUT_RDWR);  // as dead as after the real failure
      return write_failed(fault.error);
    }
    refused = fault.error != 0;
    limit_bytes = std::max<size_t>(fault.limit_bytes, 1);
  }
  while (!refused && !unsent_.empty() && write_now(limit_bytes) && limit_bytes == SIZE_MAX)
    continue;
  if (sending_ == Sending::broken) return;
  if (!unsent_.empty()) return write_later(limit_bytes);
  if (sending_ == Sending::ending) {
    sending_ = Sending::ended;
    ::shutdown(fd(), SHUT_WR);  // a peer that has gone is told by reading
  }
}

// True when all that was offered went out, so that it is worth offering more.
bool Socket::write_now(size_t limit_bytes) {
  std::array<uv_buf_t, pieces_a_write> bufs;
  size_t offered = 0;
  const unsigned count = gather(unsent_, limit_bytes, bufs, offered);
  const int n = uv_try_write(cell_->stream(), bufs.data(), count);
  held_up_ = n < 0 || static_cast<size_t>(n) < offered;
  if (n < 0) {
    if (n != UV_EAGAIN) write_failed(n);
    return false;
  }
  unsent_.consume(static_cast<size_t>(n));
  sent_bytes_ += static_cast<size_t>(n);
  wrote_some();
  return static_cast<size_t>(n) == offered;
}

void Socket::write_later(size_t limit_bytes) {
  std::array<uv_buf_t, pieces_a_write> bufs;
  size_t offered = 0;
  const unsigned count = gather(unsent_, limit_bytes, bufs, offered);
  cell_->in_flight = unsent_.split_front(offered);
  const auto done = [](uv_write_t* request, int status) {
    Cell& cell = cell_of<Cell>(request->handle);
    if (cell.owner != nullptr) cell.owner->write_done(status);
  };
  writing_ = true;
  const int failed = uv_write(&cell_->write, cell_->stream(), bufs.data(), count, done);
  if (failed != 0) {
    writing_ = false;
    write_failed(failed);
  }
}

void Socket::write_done(int status) {
  writing_ = false;
  const size_t bytes = cell_->in_flight.size();
  cell_->in_flight.clear();
  if (status == UV_ECANCELED) return;
  if (status != 0) return write_failed(status);
  sent_bytes_ += bytes;
  wrote_some();
  if (cell_ != nullptr && (!unsent_.empty() || sending_ == Sending::ending))
    loop_.request_flush(*this);
}

size_t Socket::high_mark_bytes() const {
  return held_up_ ? std::min(high_mark_bytes_, held_up_mark_bytes) : high_mark_bytes_;
}

void Socket::wrote_some() {
  if (!over_high_mark_ || unsent_bytes() > high_mark_bytes() / 2) return;
  over_high_mark_ = false;
  if (listener_ != nullptr) listener_->on_drained();
}

// What the peer sent before it went away is still read, an early answer for instance; then the
// failure is told.
void Socket::write_failed(int error) {
  sending_ = Sending::broken;
  over_high_mark_ = false;
  unsent_.clear();
  break_later(system_error("write", -error));
}

void Socket::end() {
  if (sending_ != Sending::open) return;
  sending_ = Sending::ending;
  loop_.request_flush(*this);
}

// --- The end

void Socket::break_later(Error why) {
  if (failure_ == nullptr) failure_ = std::make_unique<Error>(std::move(why));
  if (reads_.paused()) stop_reading();
  if (!reading_) loop_.request_flush(*this);
}

void Socket::broke(const Error& why) {
  failure_.reset();
  read_ended_ = true;
  sending_ = Sending::broken;
  unsent_.clear();
  over_high_mark_ = false;
  cell_.reset();
  loop_.cancel_flush(*this);
  reading_ = false;
  if (listener_ != nullptr) listener_->on_broken(why);
}

void Socket::reset() {
  if (cell_ == nullptr) return;
  if (cell_->handle.stream.type == UV_TCP)
    set_option(fd(), SOL_SOCKET, SO_LINGER, linger{.l_onoff = 1, .l_linger = 0});
  close();
}

void Socket::close() {
  cell_.reset();
  failure_.reset();
  unsent_.clear();
  sending_ = Sending::broken;
  reading_ = false;
  read_ended_ = true;
  over_high_mark_ = false;
  loop_.cancel_flush(*this);
}

Result<int> Socket::release_fd() {
  if (cell_ == nullptr || connecting_ || unsent_bytes() != 0 || writing_)
    return Error{"a socket with unsent bytes cannot be handed over", -EBUSY};
  const int copy = fcntl(fd(), F_DUPFD_CLOEXEC, 0);
  if (copy < 0) return system_error("hand over a socket", errno);
  close();
  return copy;
}

// --- Options

void Socket::set_notsent_lowat(uint32_t bytes) {
  set_option(fd(), IPPROTO_TCP, TCP_NOTSENT_LOWAT, bytes);
}

void Socket::set_receive_buffer(uint32_t bytes) { set_option(fd(), SOL_SOCKET, SO_RCVBUF, bytes); }

void Socket::set_user_timeout(uint32_t ms) { set_option(fd(), IPPROTO_TCP, TCP_USER_TIMEOUT, ms); }

void Socket::set_keepalive(uint32_t idle_s, uint32_t interval_s, uint32_t count) {
  set_option(fd(), SOL_SOCKET, SO_KEEPALIVE, 1);
  set_option(fd(), IPPROTO_TCP, TCP_KEEPIDLE, idle_s);
  set_option(fd(), IPPROTO_TCP, TCP_KEEPINTVL, interval_s);
  set_option(fd(), IPPROTO_TCP, TCP_KEEPCNT, count);
}

}  // namespace hawser::core
