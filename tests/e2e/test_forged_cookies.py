# SPDX-License-Identifier: Apache-2.0
"""A session's cookie is good as it was sent, to the host and app that it was for, while its key and its session last."""
import sqlite3
import ssl

import pytest

from conftest import opened_lab
from support.client import socket_to
from support.scripted_place import ScriptedPlace

COOKIE = "__Host-hawser-wiki"
NEWS = {"name": "news", "host": "news.localhost"}
ANYWHERE = {"name": "anywhere", "host": "*.localhost", "path": "/"}


@pytest.fixture(scope="module")
def shared(authority):
    with opened_lab(authority) as lab:
        yield ScriptedPlace(lab, [NEWS, ANYWHERE])


@pytest.fixture
def wiki(shared):
    shared.heads.clear()
    return shared


class Asker:
    """One connection on which many requests are made, each with a Cookie field of its own."""

    def __init__(self, wiki, authority, host="wiki.localhost"):
        context = ssl.create_default_context(cafile=authority.certificate)
        self._socket = context.wrap_socket(socket_to(wiki.engine), server_hostname=host)
        self._read = self._socket.makefile("rb")
        self._host = f"{host}:{wiki.engine.client_port.number}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._read.close()
        self._socket.close()

    def statuses(self, cookies):
        """The statuses of so many requests, sent at once."""
        head = f"GET /forged HTTP/1.1\r\nHost: {self._host}\r\nAccept: text/html\r\nCookie: "
        heads = [f"{head}{cookie}\r\n\r\n" for cookie in cookies]
        self._socket.sendall("".join(heads).encode("latin-1"))
        return [self._status() for _ in cookies]

    def _status(self):
        status, length = int(self._read.readline().split(b" ")[1]), 0
        while (line := self._read.readline()) != b"\r\n":
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        self._read.read(length)
        return status


def signed_in(wiki, host="wiki", cookie=COOKIE):
    """The value of a fresh session's cookie."""
    visitor = wiki.visitor()
    assert wiki.visit(visitor, host=host).status == 200
    wiki.heads.clear()
    return visitor.cookie(f"{host}.localhost", cookie)


def is_text_of_a_field(character):
    return 0x21 <= character <= 0x7e and chr(character) not in ';,"\\'


def test_no_bit_of_it_may_be_another(wiki, authority):
    value = signed_in(wiki)
    flipped = [value[:at] + chr(ord(value[at]) ^ 1 << bit) + value[at + 1:] for at in range(len(value)) for bit in range(7)
               if is_text_of_a_field(ord(value[at]) ^ 1 << bit)]
    assert len(flipped) > 5 * len(value)
    with Asker(wiki, authority) as asker:
        for begin in range(0, len(flipped), 50):
            assert set(asker.statuses([f"{COOKIE}={forged}" for forged in flipped[begin:begin + 50]])) == {302}
        assert wiki.heads == []
        assert asker.statuses([f"{COOKIE}={value}"]) == [200], "as it was sent"


@pytest.mark.parametrize("spell", [
    lambda name, value: f"{name}={value}=", lambda name, value: f"{name}={value}==", lambda name, value: f"{name}={value}A",
    lambda name, value: f"{name}={value[:-1]}", lambda name, value: f"{name}={value.swapcase()}",
    lambda name, value: f"{name}={value.replace('-', '+').replace('_', '/')}=", lambda name, value: f'{name}="{value}"',
    lambda name, value: f"{name}=%{ord(value[0]):02x}{value[1:]}", lambda name, value: f"{name}={'A' * 1025}",
    lambda name, value: f"{name}=", lambda name, value: name, lambda name, value: f"{name}={value * 5}",
    lambda name, value: f"{name}={value}; {name}={value}", lambda name, value: f"{name}=x; {name}={value}",
    lambda name, value: f"{name}={value}; {name}=x", lambda name, value: f"{name.lower()}={value}",
    lambda name, value: f"={name}={value}", lambda name, value: f"__Secure-hawser-wiki={value}",
    lambda name, value: f"hawser-wiki={value}", lambda name, value: f"{name}-={value}"],
    ids=["padded", "padded twice", "longer", "shorter", "capitals", "ordinary base64", "quoted", "percent", "1025 bytes", "empty",
         "without a value", "five times", "twice", "behind another", "before another", "small letters", "without a name",
         "secure", "no prefix", "another name"])
def test_no_other_spelling_is_taken(wiki, authority, spell):
    value = signed_in(wiki)
    if spell(COOKIE, value) == f"{COOKIE}={value}=" and "-" not in value and "_" not in value:
        value = signed_in(wiki)
    with Asker(wiki, authority) as asker:
        assert asker.statuses([spell(COOKIE, value)]) == [302]
    assert wiki.heads == []


def test_what_two_fields_say_differently_is_not_taken(wiki, authority):
    value = signed_in(wiki)
    with Asker(wiki, authority) as asker:
        assert asker.statuses([f"{COOKIE}={value}\r\nCookie: {COOKIE}=other"]) == [302]
        assert asker.statuses([f"a=b\r\nCookie: {COOKIE}={value}"]) == [200]


def test_another_apps_is_none_under_this_name(wiki, authority):
    news = signed_in(wiki, "news", "__Host-hawser-news")
    with Asker(wiki, authority) as asker:
        assert asker.statuses([f"{COOKIE}={news}", f"__Host-hawser-news={news}"]) == [302, 302]
    assert wiki.heads == []


def test_one_of_another_host_of_the_same_app_is_none(wiki, authority):
    other = signed_in(wiki, "other", "__Host-hawser-anywhere")
    with Asker(wiki, authority, "other.localhost") as asker:
        assert asker.statuses([f"__Host-hawser-anywhere={other}"]) == [200]
    wiki.heads.clear()
    with Asker(wiki, authority, "localhost") as asker:
        assert 200 not in asker.statuses([f"__Host-hawser-anywhere={other}"])
    with Asker(wiki, authority) as asker:
        assert asker.statuses([f"__Host-hawser-anywhere={other}"]) == [302]
    assert wiki.heads == []


def test_one_that_was_signed_out_is_none(wiki, authority):
    visitor = wiki.visitor()
    wiki.visit(visitor)
    value = visitor.cookie("wiki.localhost", COOKIE)
    assert visitor.ask(f"{wiki.url}/.hawser/logout?app=wiki").status == 200
    wiki.engine.wait_for_record(lambda r: r.get("event") == "session_revoked", "the end of the session")
    wiki.heads.clear()
    with Asker(wiki, authority) as asker:
        assert asker.statuses([f"{COOKIE}={value}"]) == [302]
    assert wiki.heads == []


def test_one_of_a_key_that_has_left_the_ring_is_none(lab, authority):
    wiki = ScriptedPlace(lab)
    value = signed_in(wiki)
    wiki.engine.stop()
    with sqlite3.connect(next(wiki.engine.state.glob("*.db"))) as state:
        assert state.execute("DELETE FROM entries WHERE key = CAST('access/keys' AS BLOB)").rowcount == 1
    wiki.engine.start()
    wiki.connector.wait_ready()
    with Asker(wiki, authority) as asker:
        assert asker.statuses([f"{COOKIE}={value}"]) == [302]
    assert wiki.heads == []
    assert wiki.visit(wiki.visitor()).status == 200
