# SPDX-License-Identifier: Apache-2.0
"""A long body gets a channel of its own, whichever worker holds its client."""
import contextlib
import random
import threading

import pytest

from support.client import RawClient

CONTENT = random.Random(7).randbytes(16 << 20)


def with_length(connection):
    connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(CONTENT) + CONTENT)


def without_length(connection):
    connection.send(b"HTTP/1.1 200 OK\r\n\r\n" + CONTENT)


def bulk_moves(engine):
    return engine.metric("hawser_bulk_moves_total")


@pytest.mark.parametrize("answer", [with_length, without_length])
def test_a_long_download_moves_to_a_channel_of_its_own(lab, answer):
    def script(connection):
        connection.read_head()
        answer(connection)

    engine, _ = lab.published(lab.origin(script).url)
    assert lab.curl(engine)("/").body == CONTENT
    assert bulk_moves(engine) == 1


def test_a_long_upload_moves_to_a_channel_of_its_own(lab):
    def script(connection):
        connection.read_head()
        connection.answer(b"whole" if connection.read_exactly(len(CONTENT)) == CONTENT else b"not whole")

    engine, _ = lab.published(lab.origin(script).url)
    with RawClient(engine) as client:
        client.send(client.head("PUT", "/", f"Content-Length: {len(CONTENT)}") + CONTENT)
        assert client.response().body == b"whole"
    assert bulk_moves(engine) == 1


def client_of_the_other_worker(engine, stack):
    """A client whose worker has no channel: its requests go by way of the worker that has the only one."""
    for _ in range(64):
        client = stack.enter_context(RawClient(engine))
        hops = engine.metric("hawser_worker_hops_total")
        client.get("/small")
        if engine.metric("hawser_worker_hops_total") > hops:
            return client
    raise AssertionError("every client came to the worker with the channel")


@pytest.fixture(name="one_channel")
def fixture_one_channel(lab):
    """An engine of two workers, a connector with one channel, and the event that lets the origin answer at length."""
    go_on = threading.Event()

    def script(connection):
        while head := connection.read_head():
            if b"/small" in head:
                connection.answer(b"small")
                continue
            length = len(CONTENT) if head.startswith(b"PUT") else 0
            got = connection.read_exactly(length)
            go_on.wait(10)
            if length:
                connection.answer(b"whole" if got == CONTENT else b"not whole")
            else:
                (without_length if b"/unknown" in head else with_length)(connection)
                return

    engine, _ = lab.published(lab.origin(script).url, engine={"faulty": True, "workers": 2})
    engine.wait_for_metric("hawser_channels", lambda count: count == 4)
    engine.fault.refuse()
    engine.fault.cut_all_but_the_newest()
    engine.wait_for_metric("hawser_channels", lambda count: count == 1)
    return engine, go_on


@pytest.mark.parametrize("path", ["/known", "/unknown"])
def test_a_long_download_over_another_worker_moves_too(one_channel, path):
    engine, go_on = one_channel
    with contextlib.ExitStack() as stack:
        client = client_of_the_other_worker(engine, stack)
        client.send(client.head("GET", path))
        engine.wait_for_metric("hawser_open_exchanges", lambda count: count == 1)
        engine.fault.refuse(False)
        go_on.set()
        assert client.response().body == CONTENT
    assert bulk_moves(engine) == 1


def test_a_long_upload_over_another_worker_moves_too(one_channel):
    engine, go_on = one_channel
    go_on.set()
    with contextlib.ExitStack() as stack:
        client = client_of_the_other_worker(engine, stack)
        engine.fault.refuse(False)
        client.send(client.head("PUT", "/", f"Content-Length: {len(CONTENT)}") + CONTENT)
        assert client.response().body == b"whole"
    assert bulk_moves(engine) == 1
