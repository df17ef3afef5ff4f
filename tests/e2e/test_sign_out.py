# SPDX-License-Identifier: Apache-2.0
"""The way out: here, at the provider, and when the provider tells that somebody has left elsewhere."""
import json
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
