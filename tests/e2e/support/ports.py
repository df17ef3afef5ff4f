# SPDX-License-Identifier: Apache-2.0
"""Ports that the kernel chose and that stay ours for the whole test, whoever listens there, even across a restart."""
import socket


class HeldPort:
    """Bound, never listening: nobody else is given the port, and a listener with SO_REUSEADDR or SO_REUSEPORT may take it."""

    def __init__(self, host="127.0.0.1"):
        self._socket = socket.socket(socket.AF_INET)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        self._socket.bind((host, 0))
        self.host = host
        self.number = self._socket.getsockname()[1]

    @property
    def address(self):
        return f"{self.host}:{self.number}"

    def accepts(self):
        """Whether somebody listens there now."""
        try:
            socket.create_connection((self.host, self.number), 1).close()
            return True
        except OSError:
            return False

    def close(self):
        self._socket.close()
