# SPDX-License-Identifier: Apache-2.0
"""Upgrades: HTTP/1.1 is left for another protocol, end to end, and both directions are the peers' own."""
import os
import signal

import pytest

from support.client import Cut, RawClient
from support.http2 import DATA, END_STREAM, NO_ERROR, Http2Client, frame, get
from support.websocket import WebSocketApplication, echo, websocket

MIB = 1024 * 1024


def switching(connection, *fields, protocol="websocket", with_bytes=b""):
    """The origin's side of an agreement; what it was asked."""
    head = connection.read_head()
    lines = ["HTTP/1.1 101 Switching Protocols", "Connection: Upgrade", f"Upgrade: {protocol}", *fields]
    connection.send("\r\n".join(lines).encode() + b"\r\n\r\n" + with_bytes)
    return head


@pytest.fixture
def echoing(lab):
    engine, _ = lab.published(lab.add(WebSocketApplication(echo, max_size=None)).url)
    return engine


def test_a_websocket_echoes_text_bytes_and_pings(echoing):
    with websocket(echoing, "/chat?room=1") as chat:
        chat.send("hello")
        assert chat.receive() == "hello"
        chat.send(b"\x00\xff")
        assert chat.receive() == b"\x00\xff"
        chat.ping()


def test_a_large_message_comes_back_whole(echoing):
    message = os.urandom(8 * MIB)
    with websocket(echoing, max_size=None) as chat:
        chat.send(message)
        assert chat.receive(30) == message


def test_the_closing_handshake_keeps_its_code_and_reason(lab):
    engine, _ = lab.published(lab.add(WebSocketApplication(lambda connection: connection.close(4000, "enough"))).url)
    with websocket(engine) as chat:
        assert chat.wait_closed() == (4000, "enough")


def test_subprotocols_are_agreed_on_by_the_peers(lab):
    application = lab.add(WebSocketApplication(echo, subprotocols=["chat.v2"]))
    engine, _ = lab.published(application.url, host_header="public")
    with websocket(engine, subprotocols=["chat.v1", "chat.v2"]) as chat:
        assert chat.connection.subprotocol == "chat.v2"


def test_sockets_beside_each_other_keep_apart(echoing):
    with websocket(echoing) as first, websocket(echoing) as second, websocket(echoing) as third:
        for name, chat in (("first", first), ("second", second), ("third", third)):
            chat.send(name)
        assert [chat.receive() for chat in (third, second, first)] == ["third", "second", "first"]


def test_the_origin_is_asked_for_the_same_protocol_alone(lab):
    asked = []
    origin = lab.origin(lambda connection: asked.append(switching(connection)))
    engine, _ = lab.published(origin.url)
    with RawClient(engine) as client:
        answer = client.upgrade("WebSocket", "/", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==")
        assert answer.status == 101
        assert (answer.fields["connection"], answer.fields["upgrade"]) == ("Upgrade", "WebSocket")
    origin.join()
    head = asked[0].decode().lower()
    assert "\r\nconnection: upgrade\r\n" in head
    assert "\r\nupgrade: websocket\r\n" in head
    assert "\r\nsec-websocket-key: dghlihnhbxbszsbub25jzq==\r\n" in head
    assert "content-length" not in head and "transfer-encoding" not in head


def test_what_comes_with_the_101_is_not_lost(lab):
    def script(connection):
        switching(connection, with_bytes=b"first words")
        assert connection.read_exactly(5) == b"hello"

    engine, _ = lab.published(lab.origin(script).url)
    with RawClient(engine) as client:
        assert client.upgrade().status == 101
        assert client.receive_exactly(11) == b"first words"
        client.send(b"hello")


def test_what_the_client_sends_with_its_request_is_not_lost(lab):
    def script(connection):
        switching(connection)
        connection.send(connection.read_exactly(5))

    engine, _ = lab.published(lab.origin(script).url)
    with RawClient(engine) as client:
        client.send(client.head("GET", "/", "Connection: Upgrade", "Upgrade: websocket") + b"eager")
        assert client.response(interim=101).status == 101
        assert client.receive_exactly(5) == b"eager"


def test_cookies_of_the_101_are_kept(lab):
    def script(connection):
        switching(connection, "Set-Cookie: a=1; Path=/")

    engine, _ = lab.published(lab.origin(script).url)
    with RawClient(engine) as client:
        assert client.upgrade().fields["set-cookie"] == "a=1; Path=/"


def test_an_origin_that_has_said_all_still_hears_the_rest(lab):
    heard = []

    def script(connection):
        switching(connection)
        connection.send(b"my last words")
        connection.socket.shutdown(1)
        heard.append(connection.read_to_end())

    origin = lab.origin(script)
    engine, _ = lab.published(origin.url)
    with RawClient(engine) as client:
        client.upgrade()
        assert client.receive_to_end() == b"my last words"
        client.send(b"and mine")
        client.socket.unwrap()
    origin.join()
    assert heard == [(b"and mine", True)]


def test_an_origin_that_breaks_off_is_no_end(lab):
    def script(connection):
        switching(connection)
        connection.send(b"half a")
        assert connection.read_exactly(3) == b"got"
        connection.reset()

    engine, _ = lab.published(lab.origin(script).url)
    with RawClient(engine) as client:
        client.upgrade()
        assert client.receive_exactly(6) == b"half a"
        client.send(b"got")
        with pytest.raises(Cut):
            client.receive_to_end()


def test_a_client_that_goes_takes_the_origins_connection_with_it(lab):
    gone = []

    def script(connection):
        switching(connection)
        gone.append(connection.read_to_end())

    origin = lab.origin(script)
    engine, _ = lab.published(origin.url)
    with RawClient(engine) as client:
        client.upgrade()
    origin.join()
    assert gone == [(b"", False)]


def test_a_refusal_is_an_ordinary_answer_on_a_connection_that_lives(lab):
    def script(connection):
        connection.read_head()
        connection.answer(b"no sockets here", "403 Forbidden")
        connection.read_head()
        connection.answer(b"but pages")

    engine, _ = lab.published(lab.origin(script).url, connector={"workers": 1})
    with RawClient(engine) as client:
        answer = client.upgrade()
        assert (answer.status, answer.body) == (403, b"no sockets here")
        assert client.get("/page").body == b"but pages"


@pytest.mark.parametrize("protocol", ["h2c", "IRC/6.9", "h2c, IRC/6.9", "not a protocol"])
def test_what_the_app_does_not_allow_is_a_plain_request(lab, protocol):
    heads = []

    def script(connection):
        heads.append(connection.read_head().lower())
        connection.answer(b"a page")

    engine, _ = lab.published(lab.origin(script).url)
    with RawClient(engine) as client:
        assert client.upgrade(protocol).body == b"a page"
    assert b"upgrade" not in heads[0]


def test_a_protocol_that_the_app_allows_by_name(lab):
    engine, _ = lab.published(lab.origin(lambda connection: switching(connection, protocol="irc/6.9")).url,
                              upgrades=["IRC/6.9"])
    with RawClient(engine) as client:
        assert client.upgrade("IRC/6.9").status == 101


@pytest.mark.parametrize("fields", [["Upgrade: h2c, websocket, IRC/6.9"], ["Upgrade: h2c", "Upgrade: IRC/6.9, websocket"]])
def test_the_first_of_the_offered_that_the_app_allows_is_asked_for(lab, fields):
    asked = []
    origin = lab.origin(lambda connection: asked.append(switching(connection)))
    engine, _ = lab.published(origin.url)
    with RawClient(engine) as client:
        client.send(client.head("GET", "/", "Connection: Upgrade", *fields))
        answer = client.response(interim=101)
        assert (answer.status, answer.fields["upgrade"]) == (101, "websocket")
    origin.join()
    assert asked[0].lower().count(b"upgrade: ") == 1


@pytest.mark.parametrize("fields", [[], ["Content-Length: 0"]])
def test_a_post_without_content_may_be_an_upgrade_too(lab, fields):
    asked = []

    def script(connection):
        asked.append(switching(connection, protocol="tcp"))
        connection.send(connection.read_exactly(5))

    engine, _ = lab.published(lab.origin(script).url, upgrades=["websocket", "tcp"])
    with RawClient(engine) as client:
        client.send(client.head("POST", "/attach", "Connection: Upgrade", "Upgrade: websocket, tcp", *fields))
        answer = client.response(interim=101)
        assert (answer.status, answer.fields["upgrade"]) == (101, "tcp")
        client.send(b"hello")
        assert client.receive_exactly(5) == b"hello"
    assert asked[0].startswith(b"POST /attach ")


@pytest.mark.parametrize("fields, content", [(["Upgrade: websocket"], b""), (["Upgrade: tcp", "Content-Length: 3"], b"abc")])
def test_a_post_for_a_websocket_or_with_content_is_a_plain_request(lab, fields, content):
    heads = []

    def script(connection):
        heads.append(connection.read_head().lower())
        assert connection.read_exactly(len(content)) == content
        connection.answer(b"a page")

    engine, _ = lab.published(lab.origin(script).url, upgrades=["websocket", "tcp"])
    with RawClient(engine) as client:
        client.send(client.head("POST", "/", "Connection: Upgrade", *fields) + content)
        assert client.response(interim=101).body == b"a page"
    assert b"upgrade" not in heads[0]


def test_an_app_may_forbid_every_upgrade(lab):
    engine, _ = lab.published(lab.add(WebSocketApplication(echo)).url, upgrades=[])
    with RawClient(engine) as client:
        assert client.upgrade().status == 426


def test_a_101_with_another_protocol_is_a_bad_answer(lab):
    engine, _ = lab.published(lab.origin(lambda connection: switching(connection, protocol="other")).url)
    with RawClient(engine) as client:
        assert client.upgrade().status == 502


def test_a_101_that_nobody_asked_for_is_a_bad_answer(lab):
    engine, _ = lab.published(lab.origin(switching).url)
    with RawClient(engine) as client:
        assert client.get().status == 502


def test_silence_ends_it_at_its_own_limit(lab):
    ended = []

    def script(connection):
        switching(connection)
        ended.append(connection.read_to_end())

    origin = lab.origin(script)
    engine, _ = lab.published(origin.url, timeouts={"upgraded_idle": "700ms"})
    with RawClient(engine) as client:
        assert client.upgrade().status == 101
        client.send(b"x")
        with pytest.raises(Cut):
            client.receive_to_end()
    origin.join()
    assert ended == [(b"x", False)]


def test_the_log_tells_what_went_both_ways(lab, echoing):
    with websocket(echoing) as chat:
        chat.send("hello")
        chat.receive()
    line = echoing.log.wait_for(lambda text: '"event":"request"' in text, "the request's line")
    assert '"status":101' in line


def test_a_drain_waits_for_it_and_then_cuts(lab):
    application = lab.add(WebSocketApplication(echo))
    engine, _ = lab.published(application.url, engine={"timeouts": {"drain": "1s"}})
    with websocket(engine) as chat:
        chat.send("before")
        assert chat.receive() == "before"
        engine.process.send_signal(signal.SIGTERM)
        engine.wait_for_line("draining")
        chat.send("during")
        assert chat.receive() == "during"
        assert chat.wait_closed()[0] == 1006  # cut, not closed


# --- over HTTP/2 (RFC 8441)


def connect(path="/", *more, protocol="websocket"):
    return [(":protocol", protocol), *get(path, ("sec-websocket-version", "13"), *more, method="CONNECT")]


def masked(payload, opcode=1):
    """A short WebSocket message of a client, its mask all zeros."""
    return bytes([0x80 | opcode, 0x80 | len(payload), 0, 0, 0, 0]) + payload


def test_http_2_offers_websockets(echoing):
    with Http2Client(echoing) as client:
        assert client.settings[8] == 1, "ENABLE_CONNECT_PROTOCOL"


def test_websockets_over_http_2_share_a_connection(echoing):
    with Http2Client(echoing) as client:
        chats = [client.request(connect(f"/chat?room={room}"), end=False) for room in "abc"]
        for chat in chats:
            client.until(lambda: client.streams[chat].status)
            answer = client.streams[chat]
            assert answer.status == 200
            assert not {"connection", "upgrade", "sec-websocket-accept"} & answer.fields.keys()
        for chat in reversed(chats):
            client.send(frame(DATA, 0, chat, masked(b"to %d" % chat)))
        for chat in chats:
            wanted = b"to %d" % chat
            client.until(lambda: client.streams[chat].body == bytes([0x81, len(wanted)]) + wanted)
            client.send(frame(DATA, 0, chat, masked(b"\x03\xe8", opcode=8)))
            client.until(lambda: client.streams[chat].over)
            assert client.streams[chat].body.endswith(b"\x88\x02\x03\xe8")
            assert client.streams[chat].ended


def test_a_large_message_over_http_2_comes_back_whole(lab):
    message = os.urandom(2 * MIB)

    def script(connection):
        switching(connection, protocol="raw")
        connection.send(connection.read_exactly(len(message)))
        assert connection.read_to_end() == (b"", True)

    origin = lab.origin(script)
    engine, _ = lab.published(origin.url, upgrades=["raw"])
    with Http2Client(engine) as client:
        stream = client.request(connect(protocol="raw"), end=False)
        client.until(lambda: client.streams[stream].status == 200)
        client.send_content(stream, message)
        client.until(lambda: len(client.streams[stream].body) == len(message))
        assert client.streams[stream].body == message
        client.send(frame(DATA, END_STREAM, stream))
        client.until(lambda: client.streams[stream].ended)
    origin.join()


def test_the_origin_is_asked_as_http_1_1_asks(lab):
    asked = []
    origin = lab.origin(lambda connection: asked.append(switching(connection)))
    engine, _ = lab.published(origin.url)
    with Http2Client(engine) as client:
        refused = client.answer_to(client.request(connect("/a?b", ("sec-websocket-key", "own"), ("x-own", "1")), end=False))
        assert refused.status == 502, "the answer to the key is missing"
    origin.join()
    head = asked[0].decode()
    assert head.startswith("GET /a?b HTTP/1.1\r\n")
    lines = head.lower().split("\r\n")
    assert {"connection: upgrade", "upgrade: websocket", "sec-websocket-version: 13", "x-own: 1"} <= set(lines)
    keys = [line for line in lines if line.startswith("sec-websocket-key:")]
    assert len(keys) == 1 and len(keys[0]) == len("sec-websocket-key: ") + 24


@pytest.mark.parametrize("answer, status", [
    (b"HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno", 403),
    (b"HTTP/1.1 302 Found\r\nLocation: /login\r\nContent-Length: 0\r\n\r\n", 302),
    (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\npage!", 502),
    (b"HTTP/1.1 204 No Content\r\n\r\n", 502),
    (b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
     b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n", 502),
])
def test_no_answer_but_agreement_opens_the_stream(lab, answer, status):
    def script(connection):
        while connection.read_head():
            connection.send(answer)

    engine, _ = lab.published(lab.origin(script).url)
    with Http2Client(engine) as client:
        refused = client.answer_to(client.request(connect(), end=False))
        assert refused.status == status
        assert refused.ended or refused.reset == NO_ERROR
        if status < 500:
            assert refused.body == answer.partition(b"\r\n\r\n")[2]


@pytest.mark.parametrize("protocol", ["websocket", "connect-udp", "h2c"])
def test_a_protocol_that_the_app_does_not_name_is_refused(lab, protocol):
    origin = lab.origin(lambda connection: None)
    engine, _ = lab.published(origin.url, upgrades=[])
    with Http2Client(engine) as client:
        assert client.answer_to(client.request(connect(protocol=protocol), end=False)).status == 501
    assert origin.connections.items() == []


def test_a_reset_of_the_stream_cuts_the_origin(lab):
    def script(connection):
        connection.read_head()
        connection.send(b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: raw\r\n\r\n")
        ends.append(connection.read_to_end()[0])

    ends = []
    origin = lab.origin(script)
    engine, _ = lab.published(origin.url, upgrades=["raw"])
    with Http2Client(engine) as client:
        stream = client.request(connect(protocol="raw"), end=False)
        client.until(lambda: client.streams[stream].status == 200)
        client.reset(stream)
        origin.join()
    assert ends == [b""]
