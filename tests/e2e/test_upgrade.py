# SPDX-License-Identifier: Apache-2.0
"""Upgrades: HTTP/1.1 is left for another protocol, end to end, and both directions are the peers' own."""
import os
import signal

import pytest

from support.client import Cut, RawClient
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

    engine, _ = lab.published(lab.origin(script).url)
    with RawClient(engine) as client:
        answer = client.upgrade()
        assert (answer.status, answer.body) == (403, b"no sockets here")
        assert client.get("/page").body == b"but pages"


@pytest.mark.parametrize("protocol", ["h2c", "IRC/6.9", "websocket, IRC/6.9", "not a protocol"])
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
