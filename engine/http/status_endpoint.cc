// SPDX-License-Identifier: Apache-2.0
#include "http/status_endpoint.h"

#include <utility>

#include "core/socket.h"

namespace hawser::http {
namespace {

constexpr std::string_view metrics_content_type = "text/plain; version=0.0.4; charset=utf-8";

ServerConnection::Options small_requests(core::Counter* refused) {
  ServerConnection::Options options;
  options.body_limit_bytes = 1024;
  options.request_timeout_ms = 5'000;
  options.refused = refused;
  return options;
}

ServerResponse uncached(ServerResponse response) {
  response.fields.add("Cache-Control", "no-store");
  return response;
}

}  // namespace

core::Result<std::unique_ptr<StatusEndpoint>> StatusEndpoint::open(core::Loop& loop,
                                                                   const core::Address& address,
                                                                   StatusSources sources) {
  core::ListenOptions options;
  options.reuse_port = false;  // one process alone answers for itself
  auto listening = core::open_listening(address, options);
  if (!listening.ok()) return listening.error();
  std::unique_ptr<StatusEndpoint> endpoint(
      new StatusEndpoint(loop, std::move(listening).value(), std::move(sources)));
  endpoint->acceptor_ = std::make_unique<core::Acceptor>(
      loop, endpoint->listening_.fd.get(), static_cast<core::AcceptListener&>(*endpoint));
  return endpoint;
}

StatusEndpoint::StatusEndpoint(core::Loop& loop, core::ListeningSocket listening,
                               StatusSources sources)
    : loop_(loop),
      listening_(std::move(listening)),
      sources_(std::move(sources)),
      connections_(loop, connection_limit, small_requests(sources_.refused),
                   [this](const ServerRequest& request, const ConnectionSet::Respond& respond) {
                     respond(answer(request));
                   }) {}

void StatusEndpoint::on_accepted(core::Fd fd, const core::Address&) {
  auto socket = core::Socket::adopt(loop_, fd.release());
  if (socket.ok()) connections_.serve(std::move(socket).value());
}

ServerResponse StatusEndpoint::answer(const ServerRequest& request) const {
  const std::string& path = request.head->target.path;
  if (path != "/metrics" && path != "/healthz" && path != "/readyz") {
    return uncached(ServerResponse::text(404, "here are /metrics, /healthz and /readyz\n"));
  }
  const message::Method method = request.head->method;
  if (method != message::Method::get && method != message::Method::head) {
    ServerResponse response = ServerResponse::text(405, "GET and HEAD alone\n");
    response.fields.add("Allow", "GET, HEAD");
    return uncached(std::move(response));
  }
  if (path == "/metrics") {
    return uncached(ServerResponse::text(200, sources_.metrics(), metrics_content_type));
  }
  if (path == "/healthz") return uncached(ServerResponse::text(200, "ok\n"));
  const std::string reason = sources_.not_ready_reason();
  return uncached(reason.empty() ? ServerResponse::text(200, "ready\n")
                                 : ServerResponse::text(503, "not ready: " + reason + "\n"));
}

}  // namespace hawser::http
