# SPDX-License-Identifier: Apache-2.0
"""What RFC 9110 asks of an intermediary beyond passing messages on: expectations, schemes, interim responses, hops."""
import pytest

from support.client import RawClient
from support.http2 import Http2Client, get


@pytest.fixture
def recorded(lab):
    """An engine whose origin answers each request without content by a page, and the heads that it got."""
    heads = []

    def script(connection):
        while head := connection.read_head():
            heads.append(head.decode("latin-1").lower())
            connection.answer(b"a page")

    engine, _ = lab.published(lab.origin(script).url)
    return engine, heads


# --- expectations (10.1.1)


@pytest.mark.parametrize("expectation", ["100-continue", "200-ok"])
def test_an_http_1_0_client_has_no_expectations(lab, expectation):
    got = []

    def script(connection):
        got.append(connection.read_head().lower())
        got.append(connection.read_exactly(4))
        connection.answer(b"stored")

    engine, _ = lab.published(lab.origin(script).url)
    with RawClient(engine) as client:
        fields = f"Host: {client.host}\r\nContent-Length: 4\r\nExpect: {expectation}\r\n\r\n"
        client.send(f"PUT / HTTP/1.0\r\n{fields}data".encode())
        assert client.response(interim=100).status == 200
    assert b"expect" not in got[0]
    assert got[1] == b"data"


@pytest.mark.parametrize("fields", [[], ["Content-Length: 0"]])
def test_an_expectation_without_content_goes_no_further(recorded, fields):
    engine, heads = recorded
    with RawClient(engine) as client:
        client.send(client.head("POST", "/", "Expect: 100-continue", *fields))
        assert client.response(interim=100).status == 200
    assert "expect" not in heads[0]


def test_an_unknown_expectation_is_refused_with_or_without_content(recorded):
    engine, heads = recorded
    with RawClient(engine) as client:
        assert client.get("/", "Expect: 200-ok").status == 417
    assert not heads


# --- the scheme of an absolute target (RFC 9112 3.2.2)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_http_is_not_what_a_tls_connection_speaks(recorded, method):
    engine, heads = recorded
    with RawClient(engine) as client:
        client.send(client.head(method, f"HTTP://{client.host}/"))
        assert client.response(to_head=method == "HEAD").status == 400
        assert client.get(f"https://{client.host}/").status == 200
    assert len(heads) == 1


# --- interim responses (15.2)


def hinting(connection):
    connection.read_head()
    connection.send(b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\nSet-Cookie: early=1\r\n"
                    b"Strict-Transport-Security: max-age=0\r\n\r\n")
    connection.answer(b"page")


def test_an_interim_response_sets_no_cookie_and_no_hsts(lab):
    engine, _ = lab.published(lab.origin(hinting).url, hsts="180d")
    with RawClient(engine) as client:
        client.send(client.head())
        assert client.response(interim=103).fields == {"link": "</a.css>"}
        assert client.response().fields["strict-transport-security"] == "max-age=15552000"


def test_an_interim_response_over_http_2_neither(lab):
    engine, _ = lab.published(lab.origin(hinting).url, hsts="180d")
    with Http2Client(engine) as client:
        stream = client.answer(get())
    assert [dict(head) for head in stream.interim] == [{":status": "103", "link": "</a.css>"}]


# --- Max-Forwards (7.6.2)


@pytest.mark.parametrize("method", ["OPTIONS", "TRACE"])
def test_each_hop_counts(recorded, method):
    engine, heads = recorded
    with RawClient(engine) as client:
        client.send(client.head(method, "/", "Max-Forwards: 3"))
        assert client.response().status == 200
        assert client.get("/", "Max-Forwards: 0").status == 200  # means nothing there
    assert "\r\nmax-forwards: 2\r\n" in heads[0]
    assert "\r\nmax-forwards: 0\r\n" in heads[1]


@pytest.mark.parametrize("method, status, allow", [("OPTIONS", 204, None), ("TRACE", 405, "OPTIONS")])
def test_the_last_hop_is_answered_here(recorded, method, status, allow):
    engine, heads = recorded
    with RawClient(engine) as client:
        client.send(client.head(method, "/", "Max-Forwards: 0", "Cookie: secret=1"))
        answer = client.response()
        assert (answer.status, answer.body, answer.fields.get("allow")) == (status, b"", allow)
        assert client.get().status == 200
    assert len(heads) == 1


@pytest.mark.parametrize("fields", [["Max-Forwards: x"], ["Max-Forwards: 1", "Max-Forwards: 1"]])
def test_hops_that_cannot_be_counted_are_refused(recorded, fields):
    engine, heads = recorded
    with RawClient(engine) as client:
        client.send(client.head("OPTIONS", "/", *fields))
        assert client.response().status == 400
    assert not heads


# --- 426 (15.5.22)


def requiring(connection):
    connection.read_head()
    connection.answer(b"newer, please", "426 Upgrade Required", "Connection: Upgrade", "Upgrade: h2c, irc/6.9, WebSocket")


def test_what_an_origin_requires_is_told_as_far_as_the_app_allows_it(lab):
    engine, _ = lab.published(lab.origin(requiring).url, upgrades=["websocket", "IRC/6.9"])
    with RawClient(engine) as client:
        answer = client.get()
        assert (answer.status, answer.body) == (426, b"newer, please")
        assert (answer.fields["connection"], answer.fields["upgrade"]) == ("Upgrade", "irc/6.9, WebSocket")


def test_what_an_origin_requires_is_nothing_where_the_app_allows_none(lab):
    engine, _ = lab.published(lab.origin(requiring).url, upgrades=[])
    with RawClient(engine) as client:
        assert not {"connection", "upgrade"} & client.get().fields.keys()


def test_over_http_2_an_origin_requires_nothing(lab):
    engine, _ = lab.published(lab.origin(requiring).url)
    with Http2Client(engine) as client:
        stream = client.answer(get())
    assert (stream.status, stream.body) == (426, b"newer, please")
    assert "upgrade" not in dict(stream.fields)
