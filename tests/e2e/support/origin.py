# SPDX-License-Identifier: Apache-2.0
"""An origin that does what a test says on a raw socket, right or wrong."""
import socket
import struct
import threading

from .waiting import DEADLINE_S, Record


class OriginConnection:
    """One accepted connection, as a script uses it: read, send, end it well or badly."""

    def __init__(self, accepted):
        self.socket = accepted
        self.socket.settimeout(DEADLINE_S)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._input = b""

    def read_head(self):
        """The bytes of one request head, its empty line included; b"" if the peer closed before one began."""
        while b"\r\n\r\n" not in self._input:
            if not self._receive():
                assert not self._input, f"half a head: {self._input!r}"
                return b""
        head, end, self._input = self._input.partition(b"\r\n\r\n")
        return head + end

    def read_exactly(self, size):
        while len(self._input) < size:
            assert self._receive(), f"closed after {len(self._input)} of {size} bytes"
        taken, self._input = self._input[:size], self._input[size:]
        return taken

    def read_line(self):
        while b"\r\n" not in self._input:
            assert self._receive(), f"closed within a line: {self._input!r}"
        line, _, self._input = self._input.partition(b"\r\n")
        return line

    def read_to_end(self):
        """What comes until the peer closes, and whether it closed well (a reset is not well)."""
        try:
            while self._receive():
                pass
        except ConnectionResetError:
            return self._input, False
        return self._input, True

    def _receive(self):
        received = self.socket.recv(65536)
        self._input += received
        return bool(received)

    def send(self, data):
        self.socket.sendall(data)

    def answer(self, body=b"ok", status="200 OK", *fields):
        lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *fields]
        self.send("\r\n".join(lines).encode() + b"\r\n\r\n" + body)

    def reset(self):
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()


class ScriptedOrigin:
    """Runs `script(OriginConnection)` on a thread for each connection. What a script raises fails the test at close()."""

    def __init__(self, script):
        self._script = script
        self._faults = []
        self.connections = Record()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.number = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.number}"
        self._threads = []
        self._accepting = threading.Thread(target=self._accept, daemon=True)
        self._accepting.start()

    def _accept(self):
        while True:
            try:
                accepted, _ = self._listener.accept()
            except OSError:
                return
            connection = OriginConnection(accepted)
            thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
            self._threads.append(thread)  # before it starts: a test may wait for its end right away
            thread.start()

    def _serve(self, connection):
        self.connections.add(connection)  # its thread can be waited for now, and nobody has been answered yet
        with connection.socket:  # closed once the fault is noted: the test may look at it then
            try:
                self._script(connection)
            except ConnectionError:
                pass  # the peer may go whenever it wants; a script that minds looks at what it read
            except Exception as fault:  # pylint: disable=broad-except
                self._faults.append(fault)

    def join(self):
        """Waits until every script that was started has ended."""
        for thread in list(self._threads):
            thread.join(DEADLINE_S)
            assert not thread.is_alive(), "a script of the origin has not ended"

    def close(self):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in self.connections.items():
            try:
                connection.socket.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        faults = list(self._faults)
        for thread in [self._accepting, *self._threads]:
            thread.join(DEADLINE_S)
        assert not faults, f"the origin's script failed: {faults}"


def answer_all(body=b"ok", *fields):
    """A script: answers every request without a body, and keeps the connection."""
    def script(connection):
        while connection.read_head():
            connection.answer(body, "200 OK", *fields)
    return script
