// SPDX-License-Identifier: Apache-2.0
#include "control/admin_server.h"

#include <sys/socket.h>
#include <unistd.h>

#include <fstream>
#include <utility>

#include "control/http_answer.h"
#include "core/socket.h"

namespace hawser::control {
namespace {

http::ServerConnection::Options admin_options(core::Counter& refused) {
  http::ServerConnection::Options options;
  options.body_limit_bytes = admin_body_limit_bytes;
  options.refused = &refused;
  return options;
}

// From the system's file alone: a directory of users elsewhere could keep us waiting.
std::optional<std::string> name_of_user(uid_t uid) {
  std::ifstream users("/etc/passwd");
  for (std::string line; std::getline(users, line);) {
    const size_t name_end = line.find(':');
    const size_t uid_begin = line.find(':', name_end + 1);
    if (name_end == std::string::npos || uid_begin == std::string::npos) continue;
    const std::string number =
        line.substr(uid_begin + 1, line.find(':', uid_begin + 1) - uid_begin - 1);
    if (number == std::to_string(uid)) return line.substr(0, name_end);
  }
  return std::nullopt;
}

}  // namespace

std::optional<http::ServerPeer> administrator(int socket_fd) {
  ucred peer{};
  socklen_t length = sizeof(peer);
  if (::getsockopt(socket_fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) != 0) return std::nullopt;
  if (peer.uid != 0 && peer.uid != ::geteuid()) return std::nullopt;
  const std::string uid = std::to_string(peer.uid);
  return http::ServerPeer{name_of_user(peer.uid).value_or(uid), uid};
}

core::Result<std::unique_ptr<AdminServer>> AdminServer::open(core::Loop& loop,
                                                             const std::string& socket_path,
                                                             AdminApi& api,
                                                             core::Counter& refused) {
  auto address = core::Address::parse("unix:" + socket_path);
  if (!address.ok()) return address.error();
  core::ListenOptions options;
  options.backlog = 16;
  options.reuse_port = false;
  options.local_mode = 0600;
  auto listening = core::open_listening(*address, options);
  if (!listening.ok()) return listening.error();
  std::unique_ptr<AdminServer> server(
      new AdminServer(loop, std::move(listening).value(), socket_path, api, refused));
  server->acceptor_ = std::make_unique<core::Acceptor>(loop, server->listening_.fd.get(),
                                                       static_cast<core::AcceptListener&>(*server));
  return server;
}

AdminServer::AdminServer(core::Loop& loop, core::ListeningSocket listening, std::string socket_path,
                         AdminApi& api, core::Counter& refused)
    : loop_(loop),
      listening_(std::move(listening)),
      socket_path_(std::move(socket_path)),
      connections_(loop, connection_limit, admin_options(refused),
                   [this, &api](const http::ServerRequest& request,
                                const http::ConnectionSet::Respond& respond) {
                     const message::Target& target = request.head->target;
                     api.handle({message::text_of(request.head->method),
                                 target.path,
                                 target.query,
                                 request.body,
                                 loop_.wall_ms(),
                                 {request.peer.user, request.peer.uid}},
                                answer_over(respond));
                   }) {}

AdminServer::~AdminServer() { ::unlink(socket_path_.c_str()); }

void AdminServer::on_accepted(core::Fd fd, const core::Address&) {
  auto peer = administrator(fd.get());
  if (!peer) return;  // closed; the file's mode should have seen to it
  auto socket = core::Socket::adopt(loop_, fd.release());
  if (socket.ok()) connections_.serve(std::move(socket).value(), std::move(*peer));
}

}  // namespace hawser::control
