# SPDX-License-Identifier: Apache-2.0
"""gRPC's own client and server, with messages of plain bytes: one method of each of its four kinds."""
import concurrent.futures
import threading

import grpc

SERVICE = "hawser.Echo"


class EchoServer:
    """Serves SERVICE on loopback without TLS. `calls`: the metadata of each, as a dict."""

    def __init__(self):
        self.calls = []
        self.cancelled = threading.Event()
        self.deadlines = []
        kinds = {
            "Unary": grpc.unary_unary_rpc_method_handler(self.unary),
            "Down": grpc.unary_stream_rpc_method_handler(self.down),
            "Up": grpc.stream_unary_rpc_method_handler(self.up),
            "Both": grpc.stream_stream_rpc_method_handler(self.both),
            "Fail": grpc.unary_unary_rpc_method_handler(self.fail),
            "Hang": grpc.unary_stream_rpc_method_handler(self.hang),
        }
        self._server = grpc.server(concurrent.futures.ThreadPoolExecutor(8))
        self._server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(SERVICE, kinds),))
        self.port = self._server.add_insecure_port("127.0.0.1:0")
        self.url = f"h2c://127.0.0.1:{self.port}"
        self._server.start()

    def _note(self, context):
        self.calls.append(dict(context.invocation_metadata()))
        self.deadlines.append(context.time_remaining())

    def unary(self, request, context):
        self._note(context)
        context.set_trailing_metadata((("x-checked", "yes"), ("x-sum-bin", b"\x00\xff")))
        return request[::-1]

    def down(self, request, context):
        self._note(context)
        for number in range(int(request)):
            yield str(number).encode() * 1000

    def up(self, requests, context):
        self._note(context)
        return b",".join(requests)

    def both(self, requests, context):
        self._note(context)
        for request in requests:
            yield request.upper()

    def fail(self, request, context):
        self._note(context)
        context.abort(grpc.StatusCode.FAILED_PRECONDITION, "no \u00e4pfel")

    def hang(self, request, context):
        self._note(context)
        context.add_callback(self.cancelled.set)
        yield b"first"
        self.cancelled.wait(30)

    def close(self):
        self.cancelled.set()
        self._server.stop(None).wait(10)


def channel_to(engine, authority):
    """A channel over TLS to the engine, which knows the service as wiki.localhost."""
    credentials = grpc.ssl_channel_credentials(authority.certificate.read_bytes())
    return grpc.secure_channel(f"127.0.0.1:{engine.client_port.number}", credentials,
                               (("grpc.ssl_target_name_override", "wiki.localhost"),))


def method(channel, kind, name):
    return getattr(channel, kind)(f"/{SERVICE}/{name}")
