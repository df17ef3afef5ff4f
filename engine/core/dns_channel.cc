// SPDX-License-Identifier: Apache-2.0
#include "core/dns_channel.h"

#include <algorithm>

#include "core/handle.h"

namespace hawser::core {

namespace {

constexpr int try_timeout_ms = 1500;
constexpr int tries = 2;
constexpr uint64_t longest_tick_ms = 1000;

DnsError error_of(int status, const std::string& name) {
  using Kind = DnsError::Kind;
  switch (status) {
    case ARES_ENOTFOUND:
    case ARES_ENODATA:
      return {Kind::not_found, "the name " + name + " is not known"};
    case ARES_ETIMEOUT:
      return {Kind::timeout, "no name server answered for " + name};
    case ARES_EBADNAME:
      return {Kind::bad_name, "\"" + name + "\" is not a host name"};
    default:
      return {Kind::server_failure,
              "the name servers failed for " + name + ": " + ares_strerror(status)};
  }
}

std::vector<Address> addresses_of(const ares_addrinfo& found) {
  std::vector<Address> addresses;
  for (const ares_addrinfo_node* node = found.nodes; node != nullptr; node = node->ai_next) {
    Address address = Address::from_sockaddr(node->ai_addr, node->ai_addrlen);
    address.set_port(0);
    if (std::find(addresses.begin(), addresses.end(), address) == addresses.end())
      addresses.push_back(address);
  }
  return addresses;
}

}  // namespace

struct DnsChannel::Watch : HandleCell<uv_poll_t, DnsChannel> {
  ares_socket_t fd = ARES_SOCKET_BAD;
};

void DnsChannel::WatchCloser::operator()(Watch* watch) const { close_cell(watch); }

DnsChannel::DnsChannel(Loop& loop, const ResolverOptions& options)
    : loop_(loop),
      made_ms_(loop.now_ms()),
      tick_([this] { process(ARES_SOCKET_BAD, ARES_SOCKET_BAD); }) {
  static const int library = ares_library_init(ARES_LIB_INIT_ALL);
  char lookups[] = "fb";  // /etc/hosts, then the name servers
  ares_options wanted{};
  wanted.timeout = try_timeout_ms;
  wanted.tries = tries;
  wanted.lookups = lookups;
  wanted.sock_state_cb_data = this;
  wanted.sock_state_cb = [](void* self, ares_socket_t fd, int read, int write) {
    static_cast<DnsChannel*>(self)->watch(fd, read != 0, write != 0);
  };
  failure_ = library != ARES_SUCCESS
                 ? library
                 : ares_init_options(&channel_, &wanted,
                                     ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_LOOKUPS |
                                         ARES_OPT_SOCK_STATE_CB);
  if (failure_ != ARES_SUCCESS || options.servers.empty()) return;
  std::string list;
  for (const std::string& server : options.servers) list += (list.empty() ? "" : ",") + server;
  failure_ = ares_set_servers_ports_csv(channel_, list.c_str());
}

DnsChannel::~DnsChannel() {
  if (channel_ != nullptr) ares_destroy(channel_);  // answers all open tickets
}

void DnsChannel::ask(std::unique_ptr<DnsTicket> ticket) {
  ++open_asks_;
  ticket->channel = this;
  if (failure_ != ARES_SUCCESS) return on_addresses(ticket.release(), failure_, 0, nullptr);
  ares_addrinfo_hints hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = ARES_AI_ENVHOSTS;
  const std::string name = ticket->name;
  ares_getaddrinfo(channel_, name.c_str(), nullptr, &hints, on_addresses, ticket.release());
  set_tick();
}

void DnsChannel::on_addresses(void* raw_ticket, int status, int, ares_addrinfo* found) {
  const std::unique_ptr<DnsTicket> ticket(static_cast<DnsTicket*>(raw_ticket));
  std::vector<Address> addresses;
  if (found != nullptr) {
    if (status == ARES_SUCCESS) addresses = addresses_of(*found);
    ares_freeaddrinfo(found);
  }
  --ticket->channel->open_asks_;
  if (ticket->asker == nullptr) return;
  if (status == ARES_SUCCESS && !addresses.empty()) {
    ticket->asker->on_answer(std::move(addresses));
  } else {
    ticket->asker->on_answer(
        error_of(status == ARES_SUCCESS ? ARES_ENODATA : status, ticket->name));
  }
}

void DnsChannel::watch(ares_socket_t fd, bool read, bool write) {
  if (!read && !write) {
    watches_.erase(fd);
    return;
  }
  std::unique_ptr<Watch, WatchCloser>& watch = watches_[fd];
  if (watch == nullptr) {
    watch.reset(new_cell<Watch>(this));
    watch->fd = fd;
    if (uv_poll_init_socket(loop_.raw(), &watch->handle, fd) != 0) {
      watches_.erase(fd);
      return;  // its question then times out
    }
    watch->initialised = true;
  }
  const int events = (read ? UV_READABLE : 0) | (write ? UV_WRITABLE : 0);
  uv_poll_start(&watch->handle, events, [](uv_poll_t* poll, int status, int ready) {
    Watch& cell = cell_of<Watch>(poll);
    if (cell.owner == nullptr) return;
    const bool all = status != 0;  // c-ares finds out what went wrong
    const ares_socket_t ready_fd = cell.fd;
    cell.owner->process(all || (ready & UV_READABLE) != 0 ? ready_fd : ARES_SOCKET_BAD,
                        all || (ready & UV_WRITABLE) != 0 ? ready_fd : ARES_SOCKET_BAD);
  });
}

void DnsChannel::process(ares_socket_t read_fd, ares_socket_t write_fd) {
  ares_process_fd(channel_, read_fd, write_fd);
  set_tick();
}

void DnsChannel::set_tick() {
  timeval next{};
  if (ares_timeout(channel_, nullptr, &next) == nullptr) return tick_.disarm();
  const auto ms = static_cast<uint64_t>(next.tv_sec * 1000 + next.tv_usec / 1000);
  tick_.arm(loop_.timers(), std::min(ms + 1, longest_tick_ms));
}

}  // namespace hawser::core
