# SPDX-License-Identifier: Apache-2.0
"""Parts die or freeze under load: every client gets a full right answer, an error page or a cut, never wrong bytes."""
import dataclasses
import os
import signal
import socket
import ssl
import threading

import pytest

from support.client import Cut, RawClient
from support.waiting import eventually

CONTENT = os.urandom(300_000)


@dataclasses.dataclass
class Tally:
    """What a client thread saw."""
    right: int = 0
    refused: int = 0
    cut: int = 0
    wrong: list = dataclasses.field(default_factory=list)


class Load:
    """Clients that read the same file again and again until told to end."""

    def __init__(self, engine, clients=8):
        self._engine = engine
        self._end = threading.Event()
        self.tallies = [Tally() for _ in range(clients)]
        self._threads = [threading.Thread(target=self._run, args=(t,), daemon=True) for t in self.tallies]
        for thread in self._threads:
            thread.start()

    def _run(self, tally):
        while not self._end.is_set():
            try:
                with RawClient(self._engine) as client:
                    while not self._end.is_set():
                        self._one(client, tally)
            except Cut as cut:
                tally.cut += 1
                if cut.received != CONTENT[:len(cut.received)]:
                    tally.wrong.append(cut.received)
            except (OSError, ssl.SSLError):
                tally.cut += 1
                self._end.wait(0.02)

    def _one(self, client, tally):
        response = client.get("/file")
        if response.status == 200 and response.body == CONTENT:
            tally.right += 1
        elif response.status in (502, 503, 504) and "x-request-id" in response.fields:
            tally.refused += 1
        else:
            tally.wrong.append(response)

    def right(self):
        return sum(t.right for t in self.tallies)

    def wait_for_more(self, count=20):
        before = self.right()
        eventually(lambda: self.right() >= before + count, "right answers go on", 30)

    def end(self):
        """Ends the load; there must have been no wrong byte."""
        self._end.set()
        for thread in self._threads:
            thread.join(20)
            assert not thread.is_alive(), "a client hangs"
        assert [w for t in self.tallies for w in t.wrong] == []


@pytest.fixture
def nginx(lab):
    nginx = lab.nginx()
    nginx.write("file", CONTENT)
    return nginx


def test_a_connector_killed_under_load(lab, nginx):
    engine, connector = lab.published(nginx.url, engine={"timeouts": {"queue": "200ms"}})
    load = Load(engine)
    load.wait_for_more()
    connector.kill()
    eventually(lambda: any(t.refused + t.cut for t in load.tallies), "somebody notices")
    connector.start()
    load.wait_for_more()
    load.end()


def test_an_engine_killed_under_load(lab, nginx):
    engine, _ = lab.published(nginx.url)
    load = Load(engine)
    load.wait_for_more()
    engine.kill()
    engine.start()
    load.wait_for_more()
    load.end()


def test_an_origin_killed_under_load(lab, nginx):
    engine, _ = lab.published(nginx.url)
    load = Load(engine)
    load.wait_for_more()
    nginx.kill()
    eventually(lambda: any(t.refused + t.cut for t in load.tallies), "somebody notices")
    nginx.start()
    load.wait_for_more()
    load.end()


def test_channels_cut_under_load(lab, nginx):
    engine, _ = lab.published(nginx.url, engine={"faulty": True, "timeouts": {"queue": "9s"}})
    load = Load(engine)
    for _ in range(3):
        load.wait_for_more()
        engine.fault.cut()
    load.wait_for_more()
    load.end()


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_a_channel_in_pieces_of_any_size_carries_the_same(lab, nginx, size):
    nginx.write("page", CONTENT[:5000])
    engine, _ = lab.published(nginx.url, engine={"faulty": True})
    engine.fault.trickle(size)
    assert lab.curl(engine)("/page").body == CONTENT[:5000]


@pytest.mark.parametrize("who", ["engine", "connector", "nginx"])
@pytest.mark.long
def test_a_part_that_is_frozen_for_30_s(lab, nginx, who):
    engine, connector = lab.published(nginx.url, engine={"timeouts": {"queue": "1s", "first_byte": "5s"}})
    frozen = {"engine": engine, "connector": connector, "nginx": nginx}[who]
    load = Load(engine)
    load.wait_for_more()
    frozen.signal(signal.SIGSTOP)
    threading.Event().wait(30)
    frozen.signal(signal.SIGCONT)
    load.wait_for_more()
    load.end()


def test_an_upload_cut_by_the_connectors_death_never_looks_whole(lab):
    received = []

    def script(connection):
        connection.read_head()
        received.append(connection.read_exactly(4))
        connector.kill()
        received.append(connection.read_to_end()[0])

    origin = lab.origin(script)
    engine, connector = lab.published(origin.url, engine={"timeouts": {"queue": "200ms"}})
    with RawClient(engine) as client:
        client.send(client.head("POST", "/", "Content-Length: 8") + b"half")
        assert client.response().status == 502
    origin.join()
    assert received == [b"half", b""]


@pytest.mark.parametrize("port", ["client_port", "connector_port", "metrics_port"])
def test_a_mebibyte_of_noise_harms_nobody(lab, nginx, port):
    engine, _ = lab.published(nginx.url)
    number = getattr(engine, port).number
    for _ in range(4):
        with socket.create_connection(("127.0.0.1", number), 10) as peer:
            try:
                peer.sendall(os.urandom(1 << 20))
                while peer.recv(65536):
                    pass
            except (ConnectionResetError, BrokenPipeError):
                pass
    assert engine.alive()
    assert lab.curl(engine)("/file").body == CONTENT


def test_noise_inside_tls_is_a_clean_400(lab, nginx):
    engine, _ = lab.published(nginx.url)
    with RawClient(engine) as client:
        client.send(b"\x00\x01\x02 noise\r\n\r\n")
        assert client.response().status == 400
        assert client.at_end()
    assert lab.curl(engine)("/file").body == CONTENT
