# SPDX-License-Identifier: Apache-2.0
"""WebSocket peers that Debian ships: an application and a client, both of python3-websockets, on a loop of their own."""
import asyncio
import contextlib
import ssl
import threading

import websockets

from .client import socket_to
from .waiting import DEADLINE_S

_loop = asyncio.new_event_loop()
threading.Thread(target=_loop.run_forever, daemon=True).start()


def _wait(coroutine, deadline_s=DEADLINE_S):
    return asyncio.run_coroutine_threadsafe(asyncio.wait_for(coroutine, deadline_s), _loop).result()


class WebSocketApplication:
    """Runs the coroutine `handler(connection)` for each WebSocket, on loopback."""

    def __init__(self, handler, **settings):
        async def start():
            return await websockets.serve(handler, "127.0.0.1", 0, **settings)

        self._server = _wait(start())
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    def close(self):
        self._server.close()
        _wait(self._server.wait_closed())


class WebSocketClient:
    def __init__(self, connection):
        self.connection = connection

    def send(self, message):
        _wait(self.connection.send(message))

    def receive(self, deadline_s=DEADLINE_S):
        return _wait(self.connection.recv(), deadline_s)

    def ping(self):
        """Waits for the pong."""
        async def there_and_back():
            await (await self.connection.ping())

        _wait(there_and_back())

    def wait_closed(self):
        """The code and reason that it was closed with."""
        _wait(self.connection.wait_closed())
        return self.connection.close_code, self.connection.close_reason


@contextlib.contextmanager
def websocket(engine, path="/", host="wiki.localhost", **settings):
    async def start():
        context = ssl.create_default_context(cafile=str(engine.authority.certificate))
        return await websockets.connect(f"wss://{host}{path}", sock=socket_to(engine), ssl=context,
                                        server_hostname=host, **settings)

    client = WebSocketClient(_wait(start()))
    try:
        yield client
    finally:
        _wait(client.connection.close())


async def echo(connection):
    async for message in connection:
        await connection.send(message)
