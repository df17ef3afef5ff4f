// SPDX-License-Identifier: Apache-2.0
#include "core/listening.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "core/handle.h"
#include "core/io_faults.h"

namespace hawser::core {

namespace {

constexpr int accepts_a_turn = 16;
constexpr uint64_t rest_after_trouble_ms = 100;

bool switch_on(int fd, int level, int option) {
  const int on = 1;
  return setsockopt(fd, level, option, &on, sizeof(on)) == 0;
}

bool is_other_file(const std::string& path) {
  struct stat found {};
  return lstat(path.c_str(), &found) == 0 && !S_ISSOCK(found.st_mode);
}

// A socket file that nobody serves any more is left over from a process that died.
bool remove_if_stale(const Address& address, const std::string& path) {
  struct stat found {};
  if (lstat(path.c_str(), &found) != 0) return true;
  const Fd probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!probe) return false;
  const bool served =
      ::connect(probe.get(), address.raw(), address.raw_length()) == 0 || errno != ECONNREFUSED;
  return !served && ::unlink(path.c_str()) == 0;
}

int set_options(int fd, const Address& address, const ListenOptions& options) {
  if (!switch_on(fd, SOL_SOCKET, SO_REUSEADDR)) return errno;
  if (options.reuse_port && !switch_on(fd, SOL_SOCKET, SO_REUSEPORT)) return errno;
  if (address.is_ipv6()) {
    const int off = 0;
    if (setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off)) != 0) return errno;
  }
  return 0;
}

Result<ListeningSocket> give(Fd fd) {
  sockaddr_storage storage{};
  socklen_t length = sizeof(storage);
  auto* raw = reinterpret_cast<sockaddr*>(&storage);
  if (getsockname(fd.get(), raw, &length) != 0) return system_error("listen", errno);
  return ListeningSocket{std::move(fd), Address::from_sockaddr(raw, length)};
}

Error cannot_listen(const Address& address, int code) {
  Error error = system_error("listen on " + address.to_string(), code);
  if (code == EADDRINUSE)
    error.reason += "; stop the program that listens there, or choose another address";
  if (code == EADDRNOTAVAIL) error.reason += "; choose an address of this machine";
  if (code == EACCES && !address.is_local())
    error.reason += "; choose a port from 1024 on, or grant CAP_NET_BIND_SERVICE";
  return error;
}

Result<ListeningSocket> open_local(const Address& address, const ListenOptions& options, Fd fd) {
  const std::string path = address.to_string().substr(5);
  if (is_other_file(path))
    return Error{"listen on " + address.to_string() +
                 ": a file that is no socket is in the way; move it, or choose another path"};
  if (!remove_if_stale(address, path)) return cannot_listen(address, EADDRINUSE);
  // The mode is right from the first moment: nobody can connect before listen().
  if (::bind(fd.get(), address.raw(), address.raw_length()) != 0 ||
      ::chmod(path.c_str(), static_cast<mode_t>(options.local_mode)) != 0 ||
      ::listen(fd.get(), options.backlog) != 0)
    return cannot_listen(address, errno);
  return give(std::move(fd));
}

}  // namespace

Result<ListeningSocket> open_listening(const Address& address, const ListenOptions& options) {
  Fd fd(::socket(address.raw()->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd) return cannot_listen(address, errno);
  if (address.is_local()) return open_local(address, options, std::move(fd));
  if (const int failed = set_options(fd.get(), address, options); failed != 0)
    return cannot_listen(address, failed);
  if (::bind(fd.get(), address.raw(), address.raw_length()) != 0 ||
      ::listen(fd.get(), options.backlog) != 0)
    return cannot_listen(address, errno);
  return give(std::move(fd));
}

Result<void> require_free(const Address& address) {
  if (address.port() == 0) return {};
  ListenOptions alone;
  alone.reuse_port = false;
  const auto listening = open_listening(address, alone);
  if (!listening.ok()) return listening.error();
  return {};
}

struct Acceptor::Cell : HandleCell<uv_poll_t, Acceptor> {};

void Acceptor::CellCloser::operator()(Cell* cell) const { close_cell(cell); }

Acceptor::Acceptor(Loop& loop, int fd, AcceptListener& listener)
    : loop_(loop), listener_(listener), fd_(fd), cell_(new_cell<Cell>(this)), rest_over_([this] {
        update();
      }) {
  HAWSER_ASSERT(uv_poll_init(loop.raw(), &cell_->handle, fd) == 0);
  cell_->initialised = true;
  update();
}

Acceptor::~Acceptor() = default;

void Acceptor::pause() {
  paused_ = true;
  update();
}

void Acceptor::resume() {
  paused_ = false;
  update();
}

void Acceptor::update() {
  const bool wanted = !paused_ && !rest_over_.armed();
  if (wanted == polling_) return;
  polling_ = wanted;
  if (!wanted) {
    uv_poll_stop(&cell_->handle);
    return;
  }
  uv_poll_start(&cell_->handle, UV_READABLE, [](uv_poll_t* poll, int, int) {
    if (Acceptor* owner = cell_of<Cell>(poll).owner) owner->accept_some();
  });
}

void Acceptor::accept_some() {
  for (int i = 0; i < accepts_a_turn && polling_; ++i) {
    if (SocketFaults* const faults = loop_.socket_faults(); faults != nullptr) {
      if (const int error = faults->before_accept(); error != 0) return rest(error);
    }
    sockaddr_storage storage{};
    socklen_t length = sizeof(storage);
    auto* raw = reinterpret_cast<sockaddr*>(&storage);
    Fd fd(::accept4(fd_, raw, &length, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (fd) {
      ++accepted_;
      listener_.on_accepted(std::move(fd), Address::from_sockaddr(raw, length));
      continue;
    }
    if (errno == EAGAIN) return;
    // The client went away while it waited, or the network told of its trouble: the next one.
    if (errno == ECONNABORTED || errno == EINTR || errno == EPROTO || errno == ENETDOWN ||
        errno == EHOSTDOWN || errno == EHOSTUNREACH || errno == ENETUNREACH)
      continue;
    return rest(errno);
  }
}

// Out of descriptors or memory: trying again at once would only burn the processor.
void Acceptor::rest(int error) {
  rest_over_.arm(loop_.timers(), rest_after_trouble_ms);
  update();
  listener_.on_accept_trouble(system_error("accept a connection", error));
}

}  // namespace hawser::core
