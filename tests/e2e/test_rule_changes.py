# SPDX-License-Identifier: Apache-2.0
"""New rules hold for what runs already: a download or a WebSocket that they do not allow ends, and nobody else's does."""
import contextlib
import http.client
import ssl

import pytest

from support.provider import Visitor
from support.published import STAFF, Published
from support.websocket import WebSocketApplication, echo, websocket

ALICE_AND_BOB = [*STAFF, {"name": "guests", "who": {"groups": ["guests"]}, "effect": "allow"}]
NOT_ALICE = [{"name": "not alice", "who": {"users": ["alice"]}, "effect": "deny"}, *ALICE_AND_BOB]


class Download:
    """An endless one that has begun."""

    def __init__(self, response):
        self._response = response
        assert response.status == 200 and response.read(4) == b"more"

    def wait_cut(self):
        with pytest.raises((http.client.IncompleteRead, ConnectionError, ssl.SSLError)):
            self._response.read()

    def runs(self):
        self._response.fp.raw._sock.settimeout(0)
        try:
            return bool(self._response.read(1))
        except (BlockingIOError, ssl.SSLWantReadError):
            return True


@pytest.fixture
def wiki(lab):
    return Published(lab, ALICE_AND_BOB).start()


@pytest.fixture
def downloads(wiki, authority):
    """download(name) begins one of that person's, download("nobody") one of an app that is open to all."""
    with contextlib.ExitStack() as stack:
        def begin(name):
            person = Visitor(authority)
            if name == "nobody":
                return Download(stack.enter_context(person.opened(wiki.url.replace("wiki", "news") + "/endless")))
            person.sign_in(f"{wiki.url}/", name)
            return Download(stack.enter_context(person.opened(f"{wiki.url}/endless")))

        yield begin


def cut_by_rules(wiki):
    record = wiki.engine.wait_for_record(lambda r: r.get("event") == "request" and r.get("path") == "/endless", "the cut")
    return record["error"], record["reason"], record["user"]


def test_a_deny_rule_ends_what_runs_of_those_it_names(wiki, downloads):
    alices, bobs, nobodys = downloads("alice"), downloads("bob"), downloads("nobody")
    wiki.reload_rules(NOT_ALICE)
    alices.wait_cut()
    assert cut_by_rules(wiki) == ("revoked", "the access rules changed", "alice")
    assert bobs.runs() and nobodys.runs()


def test_a_group_that_no_rule_names_any_more_is_out(wiki, downloads):
    alices, bobs = downloads("alice"), downloads("bob")
    wiki.reload_rules(STAFF)
    bobs.wait_cut()
    assert alices.runs()


def test_other_groups_of_the_same_people_are_looked_up_and_keep_what_runs(wiki, downloads):
    alices, bobs = downloads("alice"), downloads("bob")
    wiki.reload_rules([{"name": "others", "who": {"groups": ["unused"]}, "effect": "allow"}])  # alice is in it
    bobs.wait_cut()
    assert alices.runs()


def test_an_app_that_is_gone_ends_what_ran_behind_its_rules(wiki, downloads):
    alices, nobodys = downloads("alice"), downloads("nobody")
    wiki.reload_without_it()
    alices.wait_cut()
    assert nobodys.runs()


def test_what_was_open_to_all_and_has_rules_now_ends(lab, authority):
    wiki = Published(lab, ALICE_AND_BOB).start()
    wiki.reload_app(access="passthrough", sign_in=None)
    with Visitor(authority).opened(f"{wiki.url}/endless") as response:
        download = Download(response)
        wiki.reload_app(access=STAFF, sign_in={"provider": "main"})
        download.wait_cut()


def test_who_was_let_in_by_rules_stays_where_all_are(wiki, downloads):
    alices = downloads("alice")
    wiki.reload_app(access="passthrough", sign_in=None)
    assert alices.runs()


def test_another_provider_ends_what_the_first_one_vouched_for(wiki, downloads):
    alices = downloads("alice")
    wiki.reload_provider(name="partners")  # whose groups happen to have the same names
    alices.wait_cut()


def test_a_part_that_becomes_another_guarded_app_ends_what_ran_there(lab, authority):
    wiki = Published(lab, ALICE_AND_BOB).start()
    wiki.reload_app(access="passthrough", sign_in=None)
    with Visitor(authority).opened(f"{wiki.url}/endless") as response:
        download = Download(response)
        wiki.reload_with({"name": "part", "host": "wiki.localhost", "path": "/endless/", "origin": "http://127.0.0.1:9",
                          "sign_in": {"provider": "main"}, "access": STAFF})
        download.wait_cut()


def test_a_reload_that_changes_no_rule_ends_nothing(wiki, downloads):
    alices, bobs = downloads("alice"), downloads("bob")
    wiki.reload_app(hsts="180d")
    wiki.reload_rules(ALICE_AND_BOB)
    assert alices.runs() and bobs.runs()


def test_a_websocket_ends_and_others_stay(lab, authority):
    application = lab.add(WebSocketApplication(echo))
    wiki = Published(lab, ALICE_AND_BOB, origin=application.url).start()

    def opened(name):
        person = Visitor(authority)
        person.sign_in(f"{wiki.url}/", name)
        cookie = person.cookie("wiki.localhost", "__Host-hawser-wiki")
        return websocket(wiki.engine, extra_headers={"Cookie": f"__Host-hawser-wiki={cookie}"})

    with opened("alice") as alices, opened("bob") as bobs:
        for each in (alices, bobs):
            each.send("hello")
            assert each.receive() == "hello"
        wiki.reload_rules(NOT_ALICE)
        alices.wait_closed()
        bobs.send("still here")
        assert bobs.receive() == "still here"
