# SPDX-License-Identifier: Apache-2.0
"""A faulty stretch of network: passes TCP on, and stalls, cuts, delays or trickles it when told."""
import socket
import struct
import threading

from .ports import HeldPort
from .waiting import Record

CHUNK = 65536


class FaultRelay:
    """Listens on a port of its own and passes each connection on to HOST:PORT, both ways.

    All faults hold for every connection, those that are open too, until they are changed.
    """

    def __init__(self, host, number):
        self._target = (host, number)
        self._port = HeldPort()
        self.number = self._port.number
        self._open = threading.Event()
        self._open.set()
        self._ended = threading.Event()
        self._delay_s = 0.0
        self._trickle = None
        self._cut_after = None
        self._passed = 0
        self._lock = threading.Lock()
        self.accepted = Record()
        self._pairs = []
        self._refusing = False
        self._listener = socket.socket()
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._listener.bind(("127.0.0.1", self.number))
        self._listener.listen(128)
        threading.Thread(target=self._accept, daemon=True).start()

    # --- faults

    def stall(self):
        """Nothing passes any more, nothing is closed."""
        self._open.clear()

    def resume(self):
        self._open.set()

    def delay(self, seconds):
        """Each piece waits that long before it is passed on."""
        self._delay_s = seconds

    def trickle(self, size, every_s=0.0):
        """At most `size` bytes go in one piece, with that pause between them."""
        self._trickle = (size, every_s)

    def cut(self):
        """Every open connection is reset on both sides, now."""
        self._cut_all_but(0)

    def cut_all_but_the_newest(self):
        self._cut_all_but(1)

    def _cut_all_but(self, newest):
        with self._lock:
            cut_from = len(self._pairs) - newest
            pairs, self._pairs = self._pairs[:cut_from], self._pairs[cut_from:]
        for pair in pairs:
            for end in pair:
                reset(end)

    def cut_after(self, size):
        """Everything is reset once `size` more bytes have passed, both directions together."""
        with self._lock:
            self._cut_after = self._passed + size

    def refuse(self, refusing=True):
        """New connections are reset at once."""
        self._refusing = refusing

    # --- passing on

    def _accept(self):
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            if self._refusing:
                reset(near)
                continue
            try:
                far = socket.create_connection(self._target, 5)
            except OSError:
                reset(near)
                continue
            far.settimeout(None)
            for end in (near, far):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            pair = (near, far)
            with self._lock:
                self._pairs.append(pair)
            self.accepted.add(near)
            threading.Thread(target=self._pass_on, args=(near, far, pair), daemon=True).start()
            threading.Thread(target=self._pass_on, args=(far, near, pair), daemon=True).start()

    def _pass_on(self, source, sink, pair):
        try:
            while True:
                self._open.wait()
                received = source.recv(CHUNK)
                self._open.wait()
                if not received:
                    # A cut wakes us too, and must not be softened to an end.
                    with self._lock:
                        if pair in self._pairs:
                            sink.shutdown(socket.SHUT_WR)
                    return
                self._send(sink, received)
        except OSError:
            reset(sink)
            reset(source)

    def _send(self, sink, data):
        if self._delay_s:
            self._ended.wait(self._delay_s)
        while data:
            size, every_s = self._trickle or (len(data), 0.0)
            piece, data = data[:size], data[size:]
            if self._is_cut(len(piece)):
                self.cut()
                return
            sink.sendall(piece)
            if every_s:
                self._ended.wait(every_s)

    def _is_cut(self, size):
        with self._lock:
            self._passed += size
            return self._cut_after is not None and self._passed > self._cut_after

    def close(self):
        self._ended.set()
        self._open.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.cut()
        self._port.close()


def reset(end):
    """Closes with a TCP reset, whatever waits to be sent."""
    try:
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        end.shutdown(socket.SHUT_RD)
    except OSError:
        pass
    end.close()
