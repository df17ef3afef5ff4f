// SPDX-License-Identifier: Apache-2.0
#include "relay/redirect_listener.h"

#include <string>
#include <utility>

#include "core/socket.h"

namespace hawser::relay {

namespace {

http::ServerConnection::Options short_options(core::Counter& refused) {
  http::ServerConnection::Options options;
  options.body_limit_bytes = 64 * 1024;
  options.request_timeout_ms = 5'000;
  options.idle_timeout_ms = 5'000;
  options.refused = &refused;
  return options;
}

}  // namespace

core::Result<std::unique_ptr<RedirectListener>> RedirectListener::open(core::Loop& loop,
                                                                       const core::Address& address,
                                                                       uint16_t https_port,
                                                                       core::Counter& refused) {
  core::ListenOptions alone;
  alone.reuse_port = false;
  auto listening = core::open_listening(address, alone);
  if (!listening.ok()) return listening.error();
  return std::unique_ptr<RedirectListener>(
      new RedirectListener(loop, std::move(*listening), https_port, refused));
}

RedirectListener::RedirectListener(core::Loop& loop, core::ListeningSocket listening,
                                   uint16_t https_port, core::Counter& refused)
    : loop_(loop),
      listening_(std::move(listening)),
      https_port_(https_port),
      connections_(
          loop, connection_limit, short_options(refused),
          [this](http::ServerRequest request, const http::ConnectionSet::Respond& respond) {
            respond(answer(request));
          }),
      acceptor_(std::make_unique<core::Acceptor>(loop, listening_.fd.get(), *this)) {}

void RedirectListener::on_accepted(core::Fd fd, const core::Address& /*peer*/) {
  auto socket = core::Socket::adopt(loop_, fd.release());
  if (socket.ok()) connections_.serve(std::move(*socket));
}

http::ServerResponse RedirectListener::answer(const http::ServerRequest& request) const {
  const message::Target& target = request.head->target;
  if (target.authority.host.empty())
    return http::ServerResponse::text(400, "This listener needs a Host field.\n");
  if (router_.find(target.authority.host, "/").miss == RouteMiss::no_such_host)
    return http::ServerResponse::text(421, "No application is published at this host.\n");
  std::string location = "https://" + target.authority.host;
  if (https_port_ != 443) location += ":" + std::to_string(https_port_);
  if (target.form == message::TargetForm::asterisk) {
    location += "/";
  } else {
    target.append_path_and_query(location);
  }
  http::ServerResponse response = http::ServerResponse::text(308, "See " + location + "\n");
  response.fields.add(message::FieldName::location, location);
  return response;
}

}  // namespace hawser::relay
