// SPDX-License-Identifier: Apache-2.0
#include "control/admin_server.h"

#include <sys/socket.h>
#include <unistd.h>

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

}  // namespace

bool may_administrate(int socket_fd) {
  ucred peer{};
  socklen_t length = sizeof(peer);
  if (::getsockopt(socket_fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) != 0) return false;
  return peer.uid == 0 || peer.uid == ::geteuid();
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
                     api.handle(message::text_of(request.head->method), request.head->target.path,
                                request.body, loop_.wall_ms(), answer_over(respond));
                   }) {}

AdminServer::~AdminServer() { ::unlink(socket_path_.c_str()); }

void AdminServer::on_accepted(core::Fd fd, const core::Address&) {
  if (!may_administrate(fd.get())) return;  // closed; the file's mode should have seen to it
  auto socket = core::Socket::adopt(loop_, fd.release());
  if (socket.ok()) connections_.serve(std::move(socket).value());
}

}  // namespace hawser::control
