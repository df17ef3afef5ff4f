# SPDX-License-Identifier: Apache-2.0
"""Clients: curl, openssl s_client, and a raw TLS one that decides itself what stands in which record."""
import dataclasses
import pathlib
import socket
import ssl
import subprocess

from .program import run
from .waiting import DEADLINE_S


@dataclasses.dataclass
class Response:
    """One response. `fields` has lower-case names; of repeated fields the last."""
    status: int
    fields: dict
    body: bytes


class Cut(Exception):
    """The connection ended before the message did; `received` is what came of its body."""

    def __init__(self, received):
        super().__init__(f"cut after {len(received)} bytes of body")
        self.received = received


def socket_to(engine, source="127.0.0.1"):
    """A TCP connection to where clients come in."""
    plain = socket.create_connection(("127.0.0.1", engine.client_port.number), DEADLINE_S, (source, 0))
    plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return plain


def wrap_whole(context, plain, name):
    return context.wrap_socket(plain, server_hostname=name, suppress_ragged_eofs=False)


class HalfClosingTls:
    """A TLS client that can end its direction and read on, which Python's own socket cannot."""

    def __init__(self, context, plain, name):
        self._plain = plain
        self._in, self._out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._in, self._out, server_hostname=name)
        self._until_done(self._tls.do_handshake)

    def sendall(self, data):
        self._tls.write(data)
        self._plain.sendall(self._out.read())

    def end(self):
        try:
            self._tls.unwrap()
        except ssl.SSLWantReadError:
            self._plain.sendall(self._out.read())

    def recv(self, size):
        try:
            return self._until_done(lambda: self._tls.read(size))
        except ssl.SSLZeroReturnError:
            return b""

    def close(self):
        self._plain.close()

    def _until_done(self, step):
        while True:
            try:
                done = step()
                self._plain.sendall(self._out.read())
                return done
            except ssl.SSLWantReadError:
                self._plain.sendall(self._out.read())
                received = self._plain.recv(65536)
                self._in.write(received)
                if not received:
                    self._in.write_eof()


class RawClient:
    """One TLS connection to an engine. Each write() is one record; send_bytewise() makes one of every byte."""

    def __init__(self, engine, host="wiki.localhost", versions=None, alpn=("http/1.1",), verified=None,
                 half_closing=False, plain=None, certificate=None):
        context = ssl.create_default_context(cafile=str(engine.authority.certificate))
        context.set_alpn_protocols(list(alpn))
        if certificate:  # with its key
            context.load_cert_chain(*certificate)
        if versions:
            context.minimum_version = context.maximum_version = versions
        self.host = host
        wrap = HalfClosingTls if half_closing else wrap_whole
        self.socket = wrap(context, plain or socket_to(engine), verified or host)
        self._input = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def send_bytewise(self, data):
        for byte in data:
            self.socket.sendall(bytes([byte]))

    def head(self, method="GET", path="/", *fields):
        lines = [f"{method} {path} HTTP/1.1", f"Host: {self.host}", *fields]
        return "\r\n".join(lines).encode() + b"\r\n\r\n"

    def get(self, path="/", *fields):
        self.send(self.head("GET", path, *fields))
        return self.response()

    def end(self):
        """Ends our direction alone (of a half_closing client): what the engine still sends can be read."""
        self.socket.end()

    def upgrade(self, protocol="websocket", path="/", *fields):
        """Asks to leave HTTP; the head of a 101, or the whole response where the origin declines."""
        self.send(self.head("GET", path, "Connection: Upgrade", f"Upgrade: {protocol}", *fields))
        return self.response(interim=101)

    def receive_exactly(self, size):
        return self._exactly(size, b"")

    def receive_to_end(self):
        """What comes until the engine ends its direction; raises Cut if it breaks off."""
        return self._to_end()

    def at_end(self):
        """Whether the engine ended the connection and sent nothing more; a reset or a cut counts as an end too."""
        try:
            return self._input == b"" and self.socket.recv(1) == b""
        except (ssl.SSLEOFError, ConnectionResetError):
            return True

    def response(self, to_head=False, interim=None):
        """The next final response, whole, or one of the status `interim`; raises Cut if the connection ends before."""
        while True:
            head = self._until(b"\r\n\r\n")
            status_line, *lines = head[:-4].decode("latin-1").split("\r\n")
            status = int(status_line.split(" ")[1])
            fields = {n.lower(): v.strip() for n, _, v in (line.partition(":") for line in lines)}
            if status == interim:
                return Response(status, fields, b"")
            if status >= 200:
                return Response(status, fields, self._body(status, fields, to_head))

    def _body(self, status, fields, to_head):
        if to_head or status in (204, 304):
            return b""
        if fields.get("transfer-encoding", "").lower() == "chunked":
            return self._chunks()
        if "content-length" in fields:
            return self._exactly(int(fields["content-length"]), b"")
        return self._to_end()

    def _chunks(self):
        body = b""
        while True:
            try:
                size = int(self._until(b"\r\n").split(b";")[0], 16)
                if size == 0:
                    while self._until(b"\r\n") != b"\r\n":
                        pass
                    return body
                body = self._exactly(size, body)
                assert self._exactly(2, b"") == b"\r\n"
            except Cut as cut:
                raise Cut(body + cut.received) from cut

    def _to_end(self):
        try:
            while self._receive():
                pass
        except (ssl.SSLEOFError, ConnectionResetError) as end:
            raise Cut(self._input) from end
        body, self._input = self._input, b""
        return body

    def _until(self, end):
        while end not in self._input:
            self._more()
        taken, found, self._input = self._input.partition(end)
        return taken + found

    def _exactly(self, size, before):
        while len(self._input) < size:
            try:
                self._more()
            except Cut as cut:
                raise Cut(before + self._input) from cut
        taken, self._input = self._input[:size], self._input[size:]
        return before + taken

    def _more(self):
        try:
            if not self._receive():
                raise Cut(b"")
        except (ssl.SSLEOFError, ConnectionResetError) as end:
            raise Cut(b"") from end

    def _receive(self):
        received = self.socket.recv(65536)
        self._input += received
        return bool(received)


class Curl:
    """curl against one engine, with its authority and its port behind every name."""

    def __init__(self, engine, folder):
        self._engine = engine
        self._folder = pathlib.Path(folder)
        self._count = 0

    def command(self, url_path, host, *arguments):
        port = self._engine.client_port.number
        return ["curl", "--silent", "--show-error", "--http1.1", "--max-time", "60",
                "--cacert", str(self._engine.authority.certificate), "--resolve", f"{host}:{port}:127.0.0.1",
                *[str(a) for a in arguments], f"https://{host}:{port}{url_path}"]

    def __call__(self, url_path, *arguments, host="wiki.localhost", exit_code=0):
        """One request; curl must end with `exit_code` (18: cut, 52: nothing came, 55 and 56: send or receive failed)."""
        self._count += 1
        body, head = self._folder / f"body-{self._count}", self._folder / f"head-{self._count}"
        done = run(*self.command(url_path, host, "--output", body, "--dump-header", head, *arguments), deadline_s=90)
        assert done.returncode == exit_code, f"curl ended with {done.returncode}: {done.stderr}"
        heads = head.read_bytes().decode("latin-1").split("\r\n\r\n") if head.exists() else []
        final = [h for h in heads if h.startswith("HTTP/") and not h.split(" ")[1].startswith("1")]
        if not final:
            return None
        lines = final[-1].split("\r\n")
        fields = {n.lower(): v.strip() for n, _, v in (line.partition(":") for line in lines[1:])}
        return Response(int(lines[0].split(" ")[1]), fields, body.read_bytes() if body.exists() else b"")

    def start(self, url_path, *arguments, host="wiki.localhost"):
        """A curl that runs on while the test does something else; the test ends it."""
        return subprocess.Popen(self.command(url_path, host, *arguments), stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def s_client(engine, *arguments, host="wiki.localhost", stdin=""):
    """openssl s_client's exit code and output, after sending `stdin` and its end."""
    return run("openssl", "s_client", "-connect", f"127.0.0.1:{engine.client_port.number}", "-servername", host,
               "-CAfile", engine.authority.certificate, "-verify_return_error", *arguments, stdin=stdin)
