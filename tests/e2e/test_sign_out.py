# SPDX-License-Identifier: Apache-2.0
"""The way out: here, at the provider, and when the provider tells that somebody has left elsewhere."""
import html
import json
import re
import sqlite3
import threading
import urllib.parse

import pytest

from support.provider import Visitor
from support.published import Published
from support.waiting import eventually

FORM = {"Content_Type": "application/x-www-form-urlencoded"}


@pytest.fixture
def wiki(lab):
    return Published(lab).start()


def sessions(wiki):
    return len(wiki.engine.ctl_json("session", "list")["sessions"])


def test_who_signs_out_goes_by_the_provider_and_ends_at_our_page(wiki, visitor):
    visitor.sign_in(f"{wiki.url}/", "alice")
    asked = visitor.ask(f"{wiki.url}/.hawser/logout?app=wiki")
    assert asked.status == 302 and asked.location.startswith(wiki.provider.issuer)
    assert dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(asked.location).query))["client_id"] == "wiki"
    assert sessions(wiki) == 0, "it is over here whatever the person does at the provider"
    ended = visitor.follow(visitor.submit(visitor.follow(asked), logout="yes"))
    assert (ended.status, ended.url.split("?")[0]) == (200, f"{wiki.url}/.hawser/signed-out")
    assert "Signed out" in ended.body
    assert "<form" in visitor.follow(visitor.ask(f"{wiki.url}/")).body, "the provider asks who it is again"


def test_a_logout_at_the_provider_ends_the_session_and_what_runs_in_it(wiki, authority, visitor):
    visitor.sign_in(f"{wiki.url}/", "alice")
    other = Visitor(authority)
    other.sign_in(f"{wiki.url}/", "alice")
    cut = threading.Event()

    def download():
        with visitor.opened(f"{wiki.url}/endless") as response:
            try:
                response.read()
            finally:
                cut.set()

    running = threading.Thread(target=lambda: pytest.raises(Exception, download), daemon=True)
    running.start()
    eventually(lambda: any(head.startswith(b"GET /endless") for head in wiki.heads), "the download runs")
    page = visitor.follow(visitor.ask(f"{wiki.provider.issuer}/session/end"))
    visitor.submit(page, logout="yes")
    assert cut.wait(10), "the download goes on"
    running.join(10)
    assert visitor.ask(f"{wiki.url}/").status == 302
    assert other.ask(f"{wiki.url}/").status == 200, "another browser's session is not meant"


def sign_in_again(wiki, visitor):
    return visitor.follow(visitor.ask(f"{wiki.url}/.hawser/login?app=wiki&to=/again"))


class Download:
    """A response that does not end by itself, with the visitor's present cookies."""

    def __init__(self, wiki, visitor):
        self._opened = visitor.opened(f"{wiki.url}/endless")
        self._response = self._opened.__enter__()
        assert self._response.read(4) == b"more"

    def wait_for_cut(self):
        with pytest.raises(Exception):
            self._response.read()
        self._opened.__exit__(None, None, None)


def cookie_of(visitor):
    return "__Host-hawser-wiki=" + visitor.cookie("wiki.localhost", "__Host-hawser-wiki")


def status_with(wiki, authority, cookie):
    return Visitor(authority).ask(f"{wiki.url}/page", Cookie=cookie).status


def test_signing_out_ends_all_that_the_browser_had_of_the_app(wiki, authority, visitor):
    elsewhere = Visitor(authority)
    elsewhere.sign_in(f"{wiki.url}/", "alice")
    visitor.sign_in(f"{wiki.url}/", "alice")
    first, running = cookie_of(visitor), Download(wiki, visitor)
    assert sign_in_again(wiki, visitor).body == "inside /again"
    second = cookie_of(visitor)
    assert first != second
    assert status_with(wiki, authority, first) == 200, "other tabs may be about to use it"
    visitor.ask(f"{wiki.url}/.hawser/logout?app=wiki")
    running.wait_for_cut()
    assert [status_with(wiki, authority, cookie) for cookie in (first, second)] == [302, 302]
    assert elsewhere.ask(f"{wiki.url}/page").status == 200, "another browser's session is not meant"
    assert sessions(wiki) == 1


def test_tabs_that_sign_in_at_once_all_end_with_one_of_them(wiki, authority, visitor):
    visitor.sign_in(f"{wiki.url}/", "alice")
    at_provider = [visitor.follow(visitor.ask(f"{wiki.url}/.hawser/login?app=wiki&to=/{tab}"),
                                  until=lambda answer: "/callback?" in answer.location) for tab in range(3)]
    same = dict(visitor.cookies["wiki.localhost"])
    cookies = []
    for answer in at_provider:
        visitor.cookies["wiki.localhost"] = dict(same)
        visitor.follow(answer)
        cookies.append(cookie_of(visitor))
    assert [status_with(wiki, authority, cookie) for cookie in cookies] == [200, 200, 200]
    visitor.ask(f"{wiki.url}/.hawser/logout?app=wiki")
    assert [status_with(wiki, authority, cookie) for cookie in cookies] == [302, 302, 302]
    assert sessions(wiki) == 0


def test_another_persons_sign_in_ends_what_the_one_before_left_behind(wiki, authority, visitor):
    visitor.sign_in(f"{wiki.url}/", "alice")
    alices = [cookie_of(visitor)]
    sign_in_again(wiki, visitor)
    alices.append(cookie_of(visitor))
    running = Download(wiki, visitor)
    del visitor.cookies["login.localhost"]
    page = visitor.follow(visitor.submit(sign_in_again(wiki, visitor), login="bob", go="yes"))
    assert page.status == 403, "he is signed in, and may not"
    running.wait_for_cut()
    assert [status_with(wiki, authority, cookie) for cookie in alices] == [302, 302]
    ended = [r for r in wiki.engine.records() if r.get("event") == "session_revoked"]
    assert [(r["user"], r["reason"]) for r in ended] == [("alice", "superseded")] * 2
    events = [json.loads(line) for line in wiki.engine.ctl("--json", "event", "list", "--kind", "revoked").splitlines()]
    assert [(e["user"]["name"], e["status_detail"]) for e in events] == [("alice", "superseded")] * 2


def test_a_session_that_came_from_another_login_cookie_ends(wiki, authority, visitor):
    visitor.sign_in(f"{wiki.url}/", "alice")
    first = cookie_of(visitor)
    del visitor.cookies["wiki.localhost"][("__Host-hawser-_login", "/")]
    sign_in_again(wiki, visitor)
    assert status_with(wiki, authority, first) == 302, "nobody could sign out of it any more"
    assert visitor.ask(f"{wiki.url}/page").status == 200


@pytest.mark.parametrize("body, name", [
    ("", "malformed"), ("logout_token=", "malformed"), ("logout_token=a.b.c", "malformed"),
    ("logout_token=eyJhbGciOiJub25lIn0.eyJpc3MiOiJhIn0.", "")])
def test_what_is_no_logout_token_ends_nothing(wiki, visitor, body, name):
    visitor.sign_in(f"{wiki.url}/", "alice")
    answer = Visitor(wiki.provider.authority).ask(f"{wiki.url}/.hawser/backchannel-logout", "POST", body, **FORM)
    assert answer.status == 400 and answer.field("Cache-Control") == "no-store"
    assert name in json.loads(answer.body)["error_description"]
    assert sessions(wiki) == 1


def test_a_form_that_is_too_long_is_refused(wiki, visitor):
    target = f"{wiki.url}/.hawser/backchannel-logout"
    assert visitor.ask(target, "POST", "logout_token=" + "a" * 17_000, **FORM).status == 413
    assert visitor.ask(target, "POST", "logout_token=" + "a" * 16_000, **FORM).status == 400


def test_another_sites_link_signs_nobody_out(wiki, visitor):
    visitor.sign_in(f"{wiki.url}/", "alice")
    visitor.ask(f"{wiki.url}/.hawser/logout?app=wiki", Sec_Fetch_Site="cross-site")
    assert sessions(wiki) == 1


def test_an_older_browsers_link_is_judged_by_the_page_that_it_names(wiki, visitor):
    visitor.sign_in(f"{wiki.url}/", "alice")
    for fields in ({"Referer": "https://evil.example/"}, {"Origin": "https://evil.example"}, {"Origin": "null"},
                   {"Referer": f"{wiki.url}.evil.example/"}):
        assert "still signed in" in visitor.ask(f"{wiki.url}/.hawser/logout?app=wiki", **fields).body, fields
    assert sessions(wiki) == 1
    assert visitor.ask(f"{wiki.url}/.hawser/logout?app=wiki", Referer=f"{wiki.url}/page").status == 302
    assert sessions(wiki) == 0


def test_who_is_told_to_be_still_signed_in_can_sign_out_there(wiki, visitor):
    visitor.sign_in(f"{wiki.url}/", "alice")
    page = visitor.ask(f"{wiki.url}/.hawser/logout?app=wiki", Sec_Fetch_Site="cross-site")
    way_out = html.unescape(re.search(r'<a class="next" href="([^"]+)">Sign out</a>', page.body)[1])
    assert visitor.ask(wiki.url + way_out, Sec_Fetch_Site="same-origin").status == 302
    assert sessions(wiki) == 0


def test_a_link_of_another_site_leaves_the_browser_its_cookie(wiki, visitor):
    visitor.sign_in(f"{wiki.url}/", "alice")
    page = visitor.ask(f"{wiki.url}/.hawser/logout?app=wiki", Sec_Fetch_Site="cross-site")
    assert "still signed in" in page.body and not page.field("Set-Cookie")
    assert visitor.ask(f"{wiki.url}/on").body == "inside /on"


def test_a_sign_out_that_the_state_does_not_take_is_told_and_may_be_tried_again(wiki, visitor):
    visitor.sign_in(f"{wiki.url}/", "alice")
    other_program = sqlite3.connect(wiki.engine.state / "state.db", isolation_level=None)
    other_program.execute("BEGIN IMMEDIATE")
    page = visitor.ask(f"{wiki.url}/.hawser/logout?app=wiki")
    assert page.status == 500 and "still signed in" in page.body and not page.field("Set-Cookie")
    assert visitor.ask(f"{wiki.url}/on").body == "inside /on", "as it says"
    other_program.execute("ROLLBACK")
    other_program.close()
    assert visitor.ask(f"{wiki.url}/.hawser/logout?app=wiki").status == 302
    assert visitor.ask(f"{wiki.url}/").status == 302
    assert sessions(wiki) == 0
