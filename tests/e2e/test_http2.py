# SPDX-License-Identifier: Apache-2.0
"""HTTP/2 with clients, the whole way: curl, nghttp and h2load, and single frames by python3-h2."""
import contextlib
import hashlib
import os
import signal
import threading

import pytest

from support.client import RawClient, socket_to
from support.http2 import (CONTINUATION, DATA, END_HEADERS, END_STREAM, HEADERS, NO_ERROR, PING, PRIORITY,
                           PROTOCOL_ERROR, RST_STREAM, SETTINGS, WINDOW_UPDATE, Http2Client, block, frame, get,
                           setting)
from support.program import run
from support.waiting import DEADLINE_S

MIB = 1 << 20


@pytest.fixture
def nginx(lab):
    return lab.nginx()


def sha256_of(data):
    return hashlib.sha256(data).hexdigest()


def test_a_page_comes_over_http2(lab, nginx):
    page = nginx.write("page", b"a page")
    engine, _ = lab.published(nginx.url)
    response = lab.curl(engine)("/page", "--http2")
    assert (response.status, response.body) == (200, page)
    engine.wait_for_record(lambda r: r.get("protocol") == "HTTP/2", "an HTTP/2 request")


def test_a_download_of_20_mib_is_byte_exact(lab, nginx):
    large = nginx.write("large", os.urandom(20 * MIB))
    engine, _ = lab.published(nginx.url)
    assert sha256_of(lab.curl(engine)("/large", "--http2").body) == sha256_of(large)


def test_an_upload_of_20_mib_is_byte_exact(lab, nginx):
    large = os.urandom(20 * MIB)
    (lab.folder / "large").write_bytes(large)
    engine, _ = lab.published(nginx.url)
    assert lab.curl(engine)("/upload/large", "--http2", "--upload-file", lab.folder / "large").status == 201
    assert sha256_of((nginx.uploads / "large").read_bytes()) == sha256_of(large)


def test_100_streams_at_once_are_all_served(lab, nginx):
    pages = {f"/{i}": nginx.write(str(i), os.urandom(5_000 + i)) for i in range(100)}
    engine, _ = lab.published(nginx.url)
    with Http2Client(engine) as client:
        asked = {client.request(get(path)): path for path in pages}
        client.until(lambda: all(client.streams[number].over for number in asked))
        for number, path in asked.items():
            assert (client.streams[number].status, client.streams[number].body) == (200, pages[path])


@pytest.mark.large
def test_h2load_gets_every_answer(lab, nginx):
    nginx.write("page", b"a page" * 500)
    engine, _ = lab.published(nginx.url)
    done = run("h2load", "-n", 4000, "-c", 10, "-m", 50, "--connect-to", f"127.0.0.1:{engine.client_port.number}",
               "https://wiki.localhost/page")
    assert "4000 succeeded, 0 failed, 0 errored, 0 timeout" in done.stdout, done.stdout + done.stderr
    assert "4000 2xx" in done.stdout, done.stdout


def test_nghttp_gets_a_page(lab, nginx):
    page = nginx.write("page", b"a page")
    engine, _ = lab.published(nginx.url)
    done = run("nghttp", "--no-verify-peer", "-H", ":authority: wiki.localhost",
               f"https://127.0.0.1:{engine.client_port.number}/page")
    assert done.stdout.encode() == page, done.stderr


@contextlib.contextmanager
def streams_that_are_not_read(engine, nginx):
    """A client with 20 downloads of which it has read all that it allows, 100 kB each."""
    nginx.write("large", os.urandom(32 * MIB))
    # Streams may have 100 kB open each, the connection as good as everything.
    with Http2Client(engine, settings=setting(4, 100_000)) as client:
        client.send(frame(WINDOW_UPDATE, 0, 0, (1 << 30).to_bytes(4, "big")))
        client.held = {client.request(get("/large")) for _ in range(20)}
        client.until(lambda: all(len(client.streams[number].body) == 100_000 for number in client.held))
        yield client
        assert all(len(client.streams[number].body) == 100_000 for number in client.held)


def test_a_stream_that_is_not_read_stalls_no_other(lab, nginx):
    page = nginx.write("page", os.urandom(30_000))
    engine, _ = lab.published(nginx.url)
    with streams_that_are_not_read(engine, nginx) as client:
        for _ in range(20):
            assert client.answer(get("/page")).body == page
        assert lab.curl(engine)("/page", "--http2").body == page


@pytest.mark.large
def test_streams_that_are_not_read_hold_little(lab, nginx):
    engine, _ = lab.published(nginx.url)
    with streams_that_are_not_read(engine, nginx):
        assert engine.resident_bytes() < 64 * MIB


def test_interim_answers_and_trailers_pass(lab):
    def script(connection):
        connection.read_head()
        connection.send(b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n")
        connection.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-Sum: 1\r\n\r\n")

    engine, _ = lab.published(lab.origin(script).url)
    with Http2Client(engine) as client:
        stream = client.answer(get("/", ("te", "trailers")))
    assert [(head[":status"], head["link"]) for head in stream.interim] == [("103", "</a.css>")]
    assert (stream.status, stream.body, stream.trailers) == (200, b"ok", {"x-sum": "1"})


def test_an_answer_that_breaks_off_resets_its_stream_alone(lab):
    go = threading.Event()

    def script(connection):
        while head := connection.read_head():
            if b" /half " in head:
                connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
                go.wait(DEADLINE_S)
                return
            connection.answer(b"whole")

    engine, _ = lab.published(lab.origin(script).url)
    with Http2Client(engine) as client:
        half = client.streams[client.request(get("/half"))]
        client.until(lambda: half.body == b"half")
        go.set()
        client.until(lambda: half.over)
        assert (half.body, half.ended, half.reset is not None) == (b"half", False, True)
        assert client.answer(get("/")).body == b"whole"


def test_content_is_not_asked_for_when_the_answer_is_no(lab):
    engine = lab.engine([{"name": "wiki", "host": "wiki.localhost", "group": "default",
                          "origin": "http://127.0.0.1:1"}], timeouts={"queue": "300ms"})
    with Http2Client(engine) as client:
        stream = client.streams[client.request(get(method="POST"), end=False)]
        client.until(lambda: stream.over and stream.reset is not None)
        assert (stream.status, stream.ended, stream.reset) == (503, True, NO_ERROR)


def test_sigterm_says_goaway_and_finishes_what_runs(lab):
    go = threading.Event()

    def script(connection):
        connection.read_head()
        connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nhalf")
        go.wait(DEADLINE_S)
        connection.send(b"half")

    engine, _ = lab.published(lab.origin(script).url)
    with Http2Client(engine) as client:
        stream = client.streams[client.request(get())]
        client.until(lambda: stream.body == b"half")
        engine.signal(signal.SIGTERM)
        client.until(lambda: (1, NO_ERROR) in client.goaways)
        assert client.goaways[0] == (0x7fffffff, NO_ERROR)
        go.set()
        client.until(lambda: stream.over)
        assert stream.body == b"halfhalf" and stream.ended
        client.until_ended()
    assert engine.wait_exit() == 0


FLOODS = {
    "settings_flood": (frame(SETTINGS), 100),
    "ping_flood": (frame(PING, 0, 0, bytes(8)), 1000),
    "window_update_flood": (frame(WINDOW_UPDATE, 0, 0, b"\0\0\0\1"), 5000),
    "other_frame_flood": (frame(PRIORITY, 0, 3, b"\0\0\0\0\x10"), 2000),
    "continuation_flood": (frame(HEADERS, END_STREAM, 1, block(get())), 1, frame(CONTINUATION, 0, 1), 100),
    "empty_frame_flood": (frame(HEADERS, END_HEADERS, 1, block(get(method="POST"))), 1, frame(DATA, 0, 1), 200),
    "header_list_bomb": (frame(HEADERS, END_STREAM | END_HEADERS, 1, block(get()) + b"\x40\x01x\x7f\xa1\x1e" +
                               bytes([97]) * 4000 + bytes([0xbe]) * 8000), 1),
}


def flood(client, *parts):
    for frames, times in zip(parts[::2], parts[1::2]):
        for _ in range(times):
            if not client.try_send(frames):
                return


def streams_reset(client):
    for _ in range(1000):
        stream, client._next = client._next, client._next + 2
        if not client.try_send(frame(HEADERS, END_STREAM | END_HEADERS, stream, block(get())) +
                               frame(RST_STREAM, 0, stream, b"\0\0\0\x08")):
            return


def streams_faulty(client):
    while not client.ended:
        number = client.request(get(method="POST"), end=False)
        client.try_send(frame(WINDOW_UPDATE, 0, number, b"\x7f\xff\xff\xff"))
        while not client.streams[number].over and not client.ended:
            client.read_some()


@pytest.mark.parametrize("cause", [*FLOODS, "rapid_reset", "stream_errors"])
def test_a_flood_is_cut_while_another_client_is_served(lab, nginx, cause):
    page = nginx.write("page", b"a page")
    engine, _ = lab.published(nginx.url, engine={"workers": 1})
    with Http2Client(engine) as other, Http2Client(engine) as attacker:
        assert other.answer(get("/page")).body == page
        if cause == "rapid_reset":
            streams_reset(attacker)
        elif cause == "stream_errors":
            streams_faulty(attacker)
        else:
            flood(attacker, *FLOODS[cause])
        attacker.until_ended()
        assert other.answer(get("/page")).body == page
    record = engine.wait_for_record(lambda r: r["event"] == "http2_cut", "the cut")
    assert (record["cause"], record["client"]) == (cause, "127.0.0.1")
    assert engine.metrics()[f'hawser_http2_cut_total{{cause="{cause}"}}'] == 1


def test_who_was_cut_comes_back_in_turn_and_others_at_once(lab, nginx):
    page = nginx.write("page", b"a page")
    engine, _ = lab.published(nginx.url, engine={"workers": 1})
    with Http2Client(engine) as attacker:
        streams_reset(attacker)
        attacker.until_ended()
    assert engine.wait_for_record(lambda r: r["event"] == "http2_offender", "the offender")["client"] == "127.0.0.1"
    again = [socket_to(engine) for _ in range(80)]
    engine.wait_for_metric("hawser_http2_offender_connections_refused_total", lambda n: n > 0)
    assert engine.metric("hawser_http2_offender_connections_delayed_total") >= 64
    with RawClient(engine, plain=socket_to(engine, "127.0.0.2")) as other:
        assert other.get("/page").body == page
    for plain in again[1:]:
        plain.close()
    with RawClient(engine, plain=socket_to(engine)) as same_address:
        assert same_address.get("/page").body == page
    again[0].close()
    assert len([r for r in engine.records() if r["event"] == "http2_offender"]) == 1


def test_who_waits_for_its_turn_is_closed_when_the_engine_drains(lab):
    go = threading.Event()

    def script(connection):
        connection.read_head()
        connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nhalf")
        go.wait(DEADLINE_S)
        connection.send(b"half")

    engine, _ = lab.published(lab.origin(script).url,
                              engine={"workers": 1, "limits": {"http2": {"offender_connections": 1}}})
    with RawClient(engine, plain=socket_to(engine, "127.0.0.2")) as other:
        other.send(other.head())
        assert other.response(to_head=True).status == 200
        with Http2Client(engine) as attacker:
            streams_reset(attacker)
            attacker.until_ended()
        waiting = [socket_to(engine) for _ in range(20)]
        engine.wait_for_metric("hawser_http2_offender_connections_delayed_total", lambda n: n > 0)
        engine.signal(signal.SIGTERM)
        for plain in waiting:
            assert plain.recv(1) == b""
            plain.close()
        go.set()
        assert other.receive_exactly(8) == b"halfhalf"
    assert engine.wait_exit() == 0


def test_a_reload_that_switches_it_off_lets_everybody_in(lab, nginx):
    page = nginx.write("page", b"a page")
    engine, _ = lab.published(nginx.url,
                              engine={"workers": 1, "limits": {"http2": {"offender_connections": 1}}})
    with Http2Client(engine) as attacker:
        streams_reset(attacker)
        attacker.until_ended()
    waiting = [socket_to(engine) for _ in range(20)]
    engine.wait_for_metric("hawser_http2_offender_connections_delayed_total", lambda n: n > 0)
    engine.set(limits={"http2": {"offender_connections": "off"}})
    engine.signal(signal.SIGHUP)
    engine.wait_for_metric("hawser_client_sessions", lambda n: n >= 20)
    with RawClient(engine) as client:
        assert client.get("/page").body == page
    for plain in waiting:
        plain.close()


@pytest.mark.parametrize("settings", [{"trusted_proxies": ["127.0.0.1/32"]},
                                      {"limits": {"http2": {"offender_connections": "off"}}}],
                         ids=["trusted proxy", "off"])
def test_nobody_waits_behind_a_trusted_proxy_or_when_switched_off(lab, nginx, settings):
    page = nginx.write("page", b"a page")
    engine, _ = lab.published(nginx.url, engine={"workers": 1, **settings})
    with Http2Client(engine) as attacker:
        streams_reset(attacker)
        attacker.until_ended()
    engine.wait_for_record(lambda r: r["event"] == "http2_cut", "the cut")
    for _ in range(3):
        with RawClient(engine) as client:
            assert client.get("/page").body == page
    assert engine.metric("hawser_http2_offender_connections_delayed_total") == 0
    assert "http2_offender" not in {r["event"] for r in engine.records()}


@pytest.mark.large
def test_clients_that_go_again_and_again_cost_nobody_a_channel(lab, nginx):
    nginx.write("large", os.urandom(MIB))
    page = nginx.write("page", b"a page")
    engine, _ = lab.published(nginx.url, engine={"workers": 1}, connector={"workers": 1})
    with Http2Client(engine, settings=setting(4, 10)) as client:  # a window of so many bytes: none of them is through
        for _ in range(80):
            streams = [client.request(get("/large")) for _ in range(50)]
            client.held.update(streams)
            client.until(lambda streams=streams: all(client.streams[number].status for number in streams))
            for number in streams:
                client.reset(number)
        assert client.answer(get("/page")).body == page  # in one window
    assert engine.metric("hawser_channels_lost_total") == 0


SMUGGLED = {
    "CRLF in a value": get("/", ("x-own", "1\r\nX-Smuggled: 1")),
    "CRLF in a name": get("/", ("x-own: 1\r\nx-smuggled", "1")),
    "CRLF in the path": get("/ HTTP/1.1\r\nX-Smuggled: 1\r\nX: "),
    "CRLF in the method": get(method="GET / HTTP/1.1\r\nX-Smuggled: 1\r\n\r\nGET"),
    "CRLF in the authority": get(host="wiki.localhost\r\nX-Smuggled: 1"),
    "LF in a value": get("/", ("x-own", "1\nX-Smuggled: 1")),
    "NUL in a value": get("/", ("x-own", "1\0")),
    "Transfer-Encoding": get("/", ("transfer-encoding", "chunked"), method="POST"),
    "Connection": get("/", ("connection", "x-own"), ("x-own", "1")),
    "Upgrade": get("/", ("upgrade", "h2c")),
    "two lengths": get("/", ("content-length", "0"), ("content-length", "5"), method="POST"),
    "a length that lies": get("/", ("content-length", "5"), method="POST"),
    "a Host of another": get("/", ("host", "other.localhost")),
    "a capital": get("/", ("X-Own", "1")),
    "a colon in a name": get("/", ("x:own", "1")),
    "a pseudo-field behind": [*get()[:3], ("x-own", "1"), (":path", "/")],
    "two paths": get("/", (":path", "/other"))[:4] + [(":path", "/other")],
    "an absolute path": get("http://other.localhost/"),
    "a path without a slash": get("x"),
    "dot segments": get("/a/../b"),
    "user information": get(host="me@wiki.localhost"),
    "http over TLS": [(":scheme", "http") if name == ":scheme" else (name, value) for name, value in get()],
    "CONNECT": [(":method", "CONNECT"), (":authority", "wiki.localhost:443")],
}


@pytest.mark.parametrize("what", SMUGGLED)
def test_what_could_be_smuggled_never_reaches_the_origin(lab, what):
    got = []

    def script(connection):
        while head := connection.read_head():
            got.append(head)
            connection.answer(b"ok")

    engine, _ = lab.published(lab.origin(script).url)
    with Http2Client(engine) as client:
        refused = client.answer(SMUGGLED[what])
        assert refused.reset == PROTOCOL_ERROR or refused.status in (400, 501)
        assert client.answer(get("/good")).body == b"ok", "the connection lives on"
    assert [head.split(b"\r\n")[0] for head in got] == [b"GET /good HTTP/1.1"]


def test_a_head_that_is_too_large_is_answered_and_the_next_one_served(lab, nginx):
    page = nginx.write("page", b"a page")
    engine, _ = lab.published(nginx.url)
    with Http2Client(engine) as client:
        assert client.answer(get("/page", *[(f"x-{i}", "1") for i in range(300)])).status == 431
        assert client.answer(get("/page")).body == page


def test_a_window_that_never_opens_ends_its_exchange_in_time(lab, nginx):
    nginx.write("large", os.urandom(MIB))
    page = nginx.write("page", b"")
    engine, _ = lab.published(nginx.url, engine={"timeouts": {"stream_idle": "500ms"}})
    with Http2Client(engine, settings=setting(4, 0)) as client:
        stalled = client.answer(get("/large"))
        assert (stalled.body, stalled.ended) == (b"", False) and stalled.reset is not None
        assert client.answer(get("/page")).body == page
    # Whose timer it was, the engine's or the connector's: they wait for the same client.
    engine.wait_for_record(lambda r: r.get("error") == "client_too_slow", "the named reason")


@pytest.mark.parametrize("cause, frames", [
    ("head_timeout", frame(HEADERS, END_STREAM, 1, block(get()))),
    ("settings_timeout", b""),
])
def test_a_client_that_does_not_go_on_is_cut(lab, nginx, cause, frames):
    engine, _ = lab.published(nginx.url, engine={"timeouts": {"head": "300ms"}})
    with Http2Client(engine, read_settings=cause == "head_timeout") as client:
        client.send(frames)
        record = engine.wait_for_record(lambda r: r["event"] == "http2_cut", "the cut")
        client.until_ended()
    assert record["cause"] == cause


def test_an_idle_connection_is_ended_politely(lab, nginx):
    page = nginx.write("page", b"a page")
    engine, _ = lab.published(nginx.url, engine={"timeouts": {"idle": "300ms"}})
    with Http2Client(engine) as client:
        assert client.answer(get("/page")).body == page
        client.until_ended()
        assert client.goaways == [(0x7fffffff, NO_ERROR), (1, NO_ERROR)]
