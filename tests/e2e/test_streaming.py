# SPDX-License-Identifier: Apache-2.0
"""Answers that come late, bit by bit, or without a length; and the peers of HTTP/1.0."""
import threading

from support.client import RawClient
from support.waiting import DEADLINE_S


def test_an_event_stream_arrives_event_by_event(lab):
    words = [threading.Event() for _ in range(5)]

    def script(connection):
        connection.read_head()
        connection.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
        for number, word in enumerate(words):
            assert word.wait(DEADLINE_S)
            event = b"data: event %d\n\n" % number
            connection.send(b"%x\r\n%s\r\n" % (len(event), event))

    engine, _ = lab.published(lab.origin(script).url)
    with RawClient(engine) as client:
        client.send(client.head("GET", "/events", "Accept: text/event-stream"))
        assert b"text/event-stream" in client._until(b"\r\n\r\n")
        for number, word in enumerate(words):
            word.set()  # and not before the one before has arrived
            assert client._until(b"\n\n").endswith(b"data: event %d\n\n" % number)


def test_a_long_poll_outlasts_every_limit_that_its_app_switched_off(lab):
    go = threading.Event()

    def script(connection):
        while connection.read_head():
            assert go.wait(DEADLINE_S)
            connection.answer(b"at last")

    limits = {"idle": "100ms", "first_byte": "300ms", "stream_idle": "300ms"}
    origin = lab.origin(script)
    app = {"group": "default", "origin": origin.url}
    engine = lab.engine([{"name": "wiki", "host": "wiki.localhost", "timeouts": dict.fromkeys(limits, "off"), **app},
                         {"name": "news", "host": "news.localhost", **app}], timeouts=limits)
    lab.connector(engine)
    with RawClient(engine) as patient, RawClient(engine, host="news.localhost") as other:
        patient.send(patient.head())
        assert other.get().status == 504, "which took longer than any of the limits"
        go.set()
        assert patient.response().body == b"at last"
        assert patient.get().body == b"at last", "the connection outlasts them, too"


def test_a_client_of_http_1_0_gets_the_end_by_the_end_of_the_connection(lab):
    def script(connection):
        assert b" HTTP/1.1\r\n" in connection.read_head()
        connection.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nall\r\n6\r\n of it\r\n0\r\n\r\n")

    engine, _ = lab.published(lab.origin(script).url)
    with RawClient(engine) as client:
        client.send(b"GET / HTTP/1.0\r\nHost: wiki.localhost\r\n\r\n")
        response = client.response()
        assert response.body == b"all of it"
        assert "transfer-encoding" not in response.fields
        assert client.at_end()


def test_curl_asks_in_http_1_0(lab):
    nginx = lab.nginx()
    page = nginx.write("page", bytes(range(256)) * 1000)
    engine, _ = lab.published(nginx.url)
    assert lab.curl(engine)("/page", "--http1.0").body == page


def test_an_origin_of_http_1_0_is_understood_by_clients_of_every_version(lab):
    def script(connection):
        connection.read_head()
        connection.send(b"HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\n" + b"to the end " * 10_000)

    engine, _ = lab.published(lab.origin(script).url)
    for version in ("--http1.0", "--http1.1", "--http2"):
        assert lab.curl(engine)("/", version).body == b"to the end " * 10_000


def test_an_origin_of_http_1_0_that_closes_too_early_is_a_cut(lab):
    def script(connection):
        connection.read_head()
        connection.send(b"HTTP/1.0 200 OK\r\nContent-Length: 100\r\n\r\nhalf")

    engine, _ = lab.published(lab.origin(script).url)
    assert lab.curl(engine)("/", exit_code=18).body == b"half"


def test_trailers_pass_both_ways(lab):
    got = []

    def script(connection):
        got.append(connection.read_head().lower())
        body = b""
        while not body.endswith(b"\r\n\r\n"):
            body += connection.read_exactly(1)
        got.append(body)
        connection.send(b"HTTP/1.1 200 OK\r\nTrailer: X-Sum\r\nTransfer-Encoding: chunked\r\n\r\n"
                        b"2\r\nok\r\n0\r\nX-Sum: 2\r\n\r\n")

    engine, _ = lab.published(lab.origin(script).url)
    with RawClient(engine) as client:
        client.send(client.head("POST", "/", "TE: trailers", "Connection: TE", "Trailer: X-Own", "Transfer-Encoding: chunked") +
                    b"2\r\nhi\r\n0\r\nX-Own: 1\r\n\r\n")
        client._until(b"\r\n\r\n")
        assert client._until(b"\r\n\r\n").endswith(b"0\r\nX-Sum: 2\r\n\r\n")
    assert b"\r\nte: trailers\r\n" in got[0]
    assert got[1].endswith(b"0\r\nX-Own: 1\r\n\r\n")


def test_a_304_has_the_fields_and_no_content(lab):
    nginx = lab.nginx()
    nginx.write("page", b"a page")
    engine, _ = lab.published(nginx.url)
    with RawClient(engine) as client:
        tag = client.get("/page").fields["etag"]
        unchanged = client.get("/page", f"If-None-Match: {tag}")
        assert (unchanged.status, unchanged.fields["etag"], unchanged.body) == (304, tag, b"")
        assert client.get("/page").body == b"a page", "the connection is in step"
