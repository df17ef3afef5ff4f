# SPDX-License-Identifier: Apache-2.0
"""The limits of an app: what is too much is refused by name, before it costs the application anything."""
import signal
import threading

import pytest

from support.client import Cut, RawClient
from support.http2 import Http2Client, get
from support.origin import answer_all
from support.waiting import eventually


def refused(engine, limit):
    return engine.metrics().get(f'hawser_refused_total{{app="wiki",limit="{limit}"}}', 0)


def named(engine, reason):
    return engine.wait_for_record(lambda r: r["event"] == "request" and r.get("error") == reason, reason)


def test_a_body_that_says_to_be_too_long_is_refused_before_it_is_read(lab):
    origin = lab.origin(answer_all())
    engine, _ = lab.published(origin.url, limits={"body": "1K"})
    with RawClient(engine) as client:
        client.send(client.head("POST", "/", "Content-Length: 1025"))  # and not a byte of it
        response = client.response()
        assert response.status == 413
        assert b"body_too_large" in response.body
    assert named(engine, "body_too_large")["request_bytes"] == 0
    assert refused(engine, "body") == 1
    assert origin.connections.items() == [], "the application was not troubled"


def test_an_upload_that_waits_for_leave_is_told_413_instead(lab):
    engine, _ = lab.published(lab.origin(answer_all()).url, limits={"body": "1K"})
    with RawClient(engine) as client:
        client.send(client.head("PUT", "/", "Content-Length: 4096", "Expect: 100-continue"))
        assert client.response().status == 413


def test_a_body_of_just_the_limit_passes(lab):
    def script(connection):
        while connection.read_head():
            connection.answer(connection.read_exactly(1024))

    engine, _ = lab.published(lab.origin(script).url, limits={"body": "1K"})
    with RawClient(engine) as client:
        for _ in range(2):
            client.send(client.head("POST", "/", "Content-Length: 1024") + b"x" * 1024)
            assert client.response().body == b"x" * 1024


def never_whole(ends):
    """A script that keeps what came of a body, which must not look complete."""
    def script(connection):
        connection.read_head()
        ends.append(connection.read_to_end())

    return script


def test_a_body_of_unknown_length_is_refused_when_it_grows_too_long(lab):
    ends = []
    origin = lab.origin(never_whole(ends))
    engine, _ = lab.published(origin.url, limits={"body": "64K"})
    (lab.folder / "sent").write_bytes(b"x" * 300_000)
    response = lab.curl(engine)("/", "-X", "POST", "-H", "Transfer-Encoding: chunked", "-T", lab.folder / "sent")
    assert response.status == 413
    assert b"body_too_large" in response.body
    origin.join()
    assert not ends[0][0].endswith(b"0\r\n\r\n")
    assert refused(engine, "body") == 1


def test_over_http2_a_body_of_unknown_length_is_refused_likewise(lab):
    ends = []
    origin = lab.origin(never_whole(ends))
    engine, _ = lab.published(origin.url, limits={"body": "64K"})
    (lab.folder / "sent").write_bytes(b"x" * 300_000)
    upload = lab.curl(engine).start("/", "--http2", "-X", "POST", "-H", "Content-Length:", "-T", lab.folder / "sent")
    upload.communicate(timeout=60)  # this curl minds that its upload is stopped, so its exit code says nothing
    record = named(engine, "body_too_large")
    assert (record["protocol"], record["status"]) == ("HTTP/2", 413)
    origin.join()
    assert not ends[0][0].endswith(b"0\r\n\r\n")


def test_over_http2_a_length_that_is_too_long_is_refused_at_once(lab):
    origin = lab.origin(answer_all())
    engine, _ = lab.published(origin.url, limits={"body": "1K"})
    with Http2Client(engine) as client:
        number = client.request(get("/", ("content-length", "1025"), method="POST"), end=False)
        client.until(lambda: client.streams[number].over)
        assert client.streams[number].status == 413
    assert origin.connections.items() == []


def test_a_body_that_grows_too_long_cuts_an_answer_that_has_begun(lab):
    def script(connection):
        connection.read_head()
        connection.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nearly\r\n")
        received, _ = connection.read_to_end()
        assert not received.endswith(b"0\r\n\r\n")

    engine, _ = lab.published(lab.origin(script).url, limits={"body": "1K"})
    with RawClient(engine) as client:
        client.send(client.head("POST", "/", "Transfer-Encoding: chunked") + b"1\r\nx\r\n")
        assert b"early" in client._until(b"early")
        client.send(b"800\r\n" + b"x" * 0x800 + b"\r\n")
        with pytest.raises(Cut):
            client._until(b"0\r\n\r\n")
    named(engine, "body_too_large")


def test_more_than_so_many_at_once_are_told_to_come_back(lab):
    go_on = threading.Event()

    def script(connection):
        while connection.read_head():
            go_on.wait(30)
            connection.answer()

    engine, _ = lab.published(lab.origin(script).url, limits={"connections": 2})
    with RawClient(engine) as first, RawClient(engine) as second, RawClient(engine) as third:
        for client in (first, second):
            client.send(client.head())
        engine.wait_for_metric("hawser_open_exchanges", lambda n: n == 2)
        response = third.get("/")
        assert response.status == 503
        assert int(response.fields["retry-after"]) > 0
        assert b"too_many_connections" in response.body
        go_on.set()
        assert [client.response().status for client in (first, second)] == [200, 200]
        eventually(lambda: third.get("/").status == 200, "there is room again")
    assert refused(engine, "connections") >= 1


def test_upgraded_connections_count(lab):
    def script(connection):
        connection.read_head()
        connection.send(b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
        connection.read_to_end()

    engine, _ = lab.published(lab.origin(script).url, limits={"connections": 1})
    with RawClient(engine) as chat, RawClient(engine) as other:
        assert chat.upgrade().status == 101
        assert other.get("/").status == 503
    engine.wait_for_metric("hawser_open_exchanges", lambda n: n == 0)
    with RawClient(engine) as chat:
        assert chat.upgrade().status == 101


@pytest.mark.parametrize("limit", ["requests_per_second", "per_client"])
def test_more_than_so_many_a_second_are_told_to_come_back(lab, limit):
    engine, _ = lab.published(lab.origin(answer_all()).url, limits={limit: 5})
    statuses = []
    with RawClient(engine) as client, RawClient(engine) as other:  # two workers, perhaps
        for _ in range(10):
            for asking in (client, other):
                response = asking.get("/")
                statuses.append(response.status)
                if response.status == 429:
                    assert int(response.fields["retry-after"]) > 0
                    assert b"too_many_requests" in response.body
        assert statuses[:5] == [200] * 5
        assert statuses.count(429) >= 5
        eventually(lambda: client.get("/").status == 200, "a second later it may ask again")
    assert limit in named(engine, "too_many_requests")["reason"]
    assert refused(engine, limit) == engine.metric("hawser_refused_total")


def test_a_reload_changes_the_limits(lab):
    engine, _ = lab.published(lab.origin(answer_all()).url)
    with RawClient(engine) as client:
        client.send(client.head("POST", "/", "Content-Length: 0"))
        assert client.response().status == 200
        app = {**engine.settings["apps"][0], "limits": {"requests_per_second": 1}}
        engine.set(apps=[app])
        engine.signal(signal.SIGHUP)
        engine.wait_for_line("\"reloaded\"")
        eventually(lambda: client.get("/").status == 429, "the new limit is in force")
