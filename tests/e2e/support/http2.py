# SPDX-License-Identifier: Apache-2.0
"""An HTTP/2 client that can send any frame, right or wrong, and says what came back on each stream."""
import collections
import socket
import ssl
import struct

import hpack

from .client import RawClient
from .waiting import DEADLINE_S

DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS, PUSH_PROMISE, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = range(10)
END_STREAM, ACK, END_HEADERS, PADDED = 0x1, 0x1, 0x4, 0x8
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
NO_ERROR, PROTOCOL_ERROR, ENHANCE_YOUR_CALM = 0, 1, 11


def frame(kind, flags=0, stream=0, payload=b""):
    return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload


def setting(number, value):
    return struct.pack(">HI", number, value)


def _string(text):
    raw = text if isinstance(text, bytes) else text.encode("latin-1")
    if len(raw) < 127:
        return bytes([len(raw)]) + raw
    rest, length = len(raw) - 127, b"\x7f"
    while rest >= 128:
        length, rest = length + bytes([rest % 128 + 128]), rest // 128
    return length + bytes([rest]) + raw


def block(fields):
    """A header section of literals that no table keeps, so that it is what it says whatever came before."""
    return b"".join(b"\0" + _string(name) + _string(value) for name, value in fields)


def get(path="/", *more, host="wiki.localhost", method="GET"):
    return [(":method", method), (":scheme", "https"), (":authority", host), (":path", path), *more]


class Stream:
    """What came back on one stream. `reset` is its error code, `interim` the heads before the final one."""

    def __init__(self):
        self.status, self.fields, self.body, self.trailers, self.interim = None, {}, b"", {}, []
        self.ended, self.reset = False, None

    @property
    def over(self):
        return self.ended or self.reset is not None

    def take_fields(self, fields):
        fields = dict(fields)
        status = int(fields.get(":status", 0))
        if 100 <= status < 200:
            self.interim.append(fields)
        elif status:
            self.status, self.fields = status, fields
        else:
            self.trailers = fields


class Http2Client(RawClient):
    """One connection. What is received is acknowledged at once, but on the streams in `held`."""

    def __init__(self, engine, host="wiki.localhost", settings=b"", read_settings=True, certificate=None):
        super().__init__(engine, host, alpn=("h2",), certificate=certificate)
        assert self.socket.selected_alpn_protocol() == "h2"
        self.streams = collections.defaultdict(Stream)
        self.held, self.goaways, self.ended = set(), [], False
        self.windows = collections.Counter()  # what the engine granted to each stream; the connection's is large
        self._decoder, self._pending, self._next = hpack.Decoder(), b"", 1
        self.send(PREFACE + frame(SETTINGS, payload=settings))
        if read_settings:
            self.until(lambda: self.settings_seen)

    @property
    def settings_seen(self):
        return self.settings is not None

    settings = None

    def request(self, fields, content=None, end=True):
        """Sends one request and returns its stream's number."""
        stream, self._next = self._next, self._next + 2
        sent = frame(HEADERS, END_HEADERS | (END_STREAM if end and content is None else 0), stream, block(fields))
        if content is not None:
            sent += frame(DATA, END_STREAM if end else 0, stream, content)
        self.try_send(sent)
        return stream

    def answer(self, fields, content=None):
        """The stream of one request, once it is over."""
        return self.answer_to(self.request(fields, content))

    def answer_to(self, number):
        self.until(lambda: self.streams[number].over)
        return self.streams[number]

    def send_content(self, number, content):
        """As the engine's windows allow; without an end."""
        while content:
            self.until(lambda: self.windows[number] > 0)
            piece, content = content[:min(self.windows[number], 16384)], content[min(self.windows[number], 16384):]
            self.windows[number] -= len(piece)
            self.send(frame(DATA, 0, number, piece))

    def reset(self, number, code=8):
        self.send(frame(RST_STREAM, 0, number, struct.pack(">I", code)))

    def until(self, wanted, deadline_s=DEADLINE_S):
        """Reads until `wanted` holds; the connection must not end before."""
        self.socket.settimeout(deadline_s)
        while not wanted():
            assert not self.ended, f"the connection ended; GOAWAY: {self.goaways}"
            self.read_some()

    def until_ended(self):
        self.socket.settimeout(DEADLINE_S)
        while not self.ended:
            self.read_some()

    def read_some(self):
        try:
            received = self.socket.recv(65536)
        except (ssl.SSLEOFError, ConnectionResetError):
            received = b""
        if not received:
            self.ended = True
            return
        self._pending += received
        while len(self._pending) >= 9:
            size = int.from_bytes(self._pending[:3], "big")
            if len(self._pending) < 9 + size:
                return
            kind, flags = self._pending[3], self._pending[4]
            number = int.from_bytes(self._pending[5:9], "big")
            payload, self._pending = self._pending[9:9 + size], self._pending[9 + size:]
            self._take(kind, flags, number, payload)

    def _take(self, kind, flags, number, payload):
        if kind == DATA:
            self.streams[number].body += payload
            if payload and number not in self.held:
                grant = struct.pack(">I", len(payload))
                self.try_send(frame(WINDOW_UPDATE, 0, 0, grant) +
                              (b"" if flags & END_STREAM else frame(WINDOW_UPDATE, 0, number, grant)))
        elif kind == HEADERS:
            assert flags & END_HEADERS
            self.streams[number].take_fields(self._decoder.decode(payload))
        elif kind == RST_STREAM:
            self.streams[number].reset = int.from_bytes(payload, "big")
        elif kind == SETTINGS and not flags & ACK:
            self.settings = dict(struct.unpack(">HI", payload[at:at + 6]) for at in range(0, len(payload), 6))
            self.try_send(frame(SETTINGS, ACK))
        elif kind == WINDOW_UPDATE:
            self.windows[number] += int.from_bytes(payload, "big")
        elif kind == PING and not flags & ACK:
            self.try_send(frame(PING, ACK, 0, payload))
        elif kind == GOAWAY:
            self.goaways.append((int.from_bytes(payload[:4], "big"), int.from_bytes(payload[4:8], "big")))
        if kind in (DATA, HEADERS) and flags & END_STREAM:
            self.streams[number].ended = True

    def try_send(self, data):
        """Sends to an engine that may have closed already; False if it has."""
        try:
            self.socket.sendall(data)
            return True
        except OSError:
            return False

    def close(self):
        try:
            self.socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.socket.close()
