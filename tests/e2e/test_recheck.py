# SPDX-License-Identifier: Apache-2.0
"""`session: {recheck}`: what the provider says of somebody counts soon, also for what runs, and nobody notices who may go on."""
import contextlib
import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from support.provider import Visitor
from support.published import Published
from support.waiting import DEADLINE_S, eventually
from support.websocket import WebSocketApplication, echo, websocket

SCOPES = ["openid", "email", "offline_access"]
COOKIE = "__Host-hawser-wiki"


@pytest.fixture
def publish(lab):
    def made(recheck="2s", scopes=SCOPES, **app):
        wiki = Published(lab, session={"recheck": recheck}, **app)
        wiki.provider.more_settings = {"scopes": scopes}
        return wiki.start()

    return made


@pytest.fixture
def chat(lab, publish):
    """A WebSocket application, and a function that opens one as the visitor."""
    application = lab.add(WebSocketApplication(echo))

    def made(recheck="2s", **more):
        wiki = publish(recheck, origin=application.url, **more)

        @contextlib.contextmanager
        def opened(visitor, name):
            visitor.sign_in(f"{wiki.url}/", name)
            cookie = visitor.cookie("wiki.localhost", COOKIE)
            with websocket(wiki.engine, extra_headers={"Cookie": f"{COOKIE}={cookie}"}) as client:
                client.send("hello")
                assert client.receive() == "hello"
                yield client

        return wiki, opened

    return made


def goes_on_while(wiki, visitor, wanted, what):
    """The visitor's pages open all the while until the answer is true."""
    def asked():
        assert visitor.ask(f"{wiki.url}/on").status == 200
        return wanted()

    eventually(asked, what, 3 * DEADLINE_S)


def test_a_group_that_was_taken_away_is_gone_within_recheck(publish, visitor):
    wiki = publish()
    assert visitor.sign_in(f"{wiki.url}/", "alice").status == 200
    wiki.provider.change_account("alice", {"groups": ["guests"]})
    page = eventually(lambda: (answer := visitor.ask(f"{wiki.url}/")).status == 403 and answer, "alice is out")
    assert "access_denied" in page.body and "<code>alice</code>" in page.body
    wiki.provider.change_account("alice", {"groups": ["staff"]})
    eventually(lambda: visitor.ask(f"{wiki.url}/").status == 200, "and in again, without signing in")


def test_a_refresh_token_follows_the_other(publish, visitor):
    wiki = publish("1s")
    visitor.sign_in(f"{wiki.url}/", "alice")
    goes_on_while(wiki, visitor, lambda: wiki.provider.refreshes() >= 4, "four refreshes, each with the token of the last")


def test_a_disabled_accounts_websocket_ends_and_its_session_is_over(chat, authority, visitor):
    wiki, opened = chat()
    bob = Visitor(authority)
    with opened(visitor, "alice") as alices:
        wiki.provider.change_account("alice", None)
        alices.wait_closed()
    ended = wiki.engine.wait_for_record(lambda r: r.get("event") == "session_revoked", "the end")
    assert (ended["user"], ended["reason"]) == ("alice", "invalid_grant")
    assert visitor.ask(f"{wiki.url}/").status == 302
    assert bob.sign_in(f"{wiki.url}/", "bob").status == 403, "who is not disabled is known"


def test_a_group_that_was_taken_away_ends_what_runs(chat, visitor):
    wiki, opened = chat()
    with opened(visitor, "alice") as alices:
        wiki.provider.change_account("alice", {"groups": ["guests"]})
        alices.wait_closed()
    assert visitor.ask(f"{wiki.url}/").status == 403


def test_many_requests_at_once_ask_the_provider_once(publish, authority, visitor):
    wiki = publish("8s")
    visitor.sign_in(f"{wiki.url}/", "alice")
    old = f"{COOKIE}={visitor.cookie('wiki.localhost', COOKIE)}"  # no answer's new cookie is taken

    def ask(_):
        answer = Visitor(authority).ask(f"{wiki.url}/", Cookie=old)
        return answer.status, COOKIE in answer.field("Set-Cookie")

    with ThreadPoolExecutor(20) as browser:
        def burst():
            answers = list(browser.map(ask, range(20)))
            assert {status for status, _ in answers} == {200}
            return wiki.provider.refreshes() > 0 and answers

        answers = eventually(burst, "the first refresh", 2 * DEADLINE_S)
        assert wiki.provider.refreshes() == 1
        assert all(brings_cookie for _, brings_cookie in answers) or any(brings_cookie for _, brings_cookie in burst())
        assert wiki.provider.refreshes() == 1, "an old cookie is served from the row"


def test_a_provider_that_is_down_ends_nobodys_session_at_once(chat, visitor):
    wiki, opened = chat()
    with opened(visitor, "alice") as alices:
        wiki.provider.control(down=True)
        wiki.engine.wait_for_record(lambda r: r.get("event") == "provider_failed" and r["what"] == "refresh", "the failure")
        alices.send("still here")
        assert alices.receive() == "still here"
        assert visitor.ask(f"{wiki.url}/").status == 426, "the application answers: it wants a WebSocket"
        before = wiki.provider.refreshes()
        wiki.provider.control(down=False)
        eventually(lambda: wiki.provider.refreshes() > before, "it is asked again", 2 * DEADLINE_S)
        alices.send("and here")
        assert alices.receive() == "and here"


def test_a_provider_that_stays_down_closes_the_door(chat, visitor):
    wiki, opened = chat("1s")
    with opened(visitor, "alice") as alices:
        wiki.provider.control(down=True)
        page = eventually(lambda: (answer := visitor.ask(f"{wiki.url}/")).status == 502 and answer, "the end of the grace", 40)
        assert "provider_unreachable" in page.body
        alices.wait_closed()
        program = visitor.ask(f"{wiki.url}/", Accept="application/json")
        assert (program.status, json.loads(program.body)["reason"]) == (502, "provider_unreachable")
        wiki.provider.control(down=False)
        eventually(lambda: visitor.ask(f"{wiki.url}/").status == 426, "and it opens again, without signing in", 20)


def test_without_a_refresh_token_a_session_ends_after_recheck(chat, visitor):
    wiki, opened = chat(scopes=["openid", "email"])
    warning = wiki.engine.wait_for_record(lambda r: r.get("event") == "config_warning", "the warning")
    assert "offline_access" in warning["reason"]
    with opened(visitor, "alice") as alices:
        alices.wait_closed()
    assert visitor.follow(visitor.ask(f"{wiki.url}/")).status == 426, "the provider still knows alice, who types nothing"


def test_consent_is_asked_for_where_no_refresh_token_comes_without(publish, authority, visitor):
    wiki = publish("60s")
    assert visitor.sign_in(f"{wiki.url}/page", "alice").body == "inside /page"
    wiki.engine.wait_for_record(lambda r: r.get("answer") == "consent_wanted", "once more to the provider")
    before = len(wiki.engine.log.items())
    assert Visitor(authority).sign_in(f"{wiki.url}/page", "alice").body == "inside /page"
    assert not any("consent_wanted" in str(record) for record in wiki.engine.log.items()[before:]), "it is known by now"


def test_a_revoked_session_stays_revoked_whatever_the_provider_says(publish, visitor):
    wiki = publish("1s")
    visitor.sign_in(f"{wiki.url}/", "alice")
    goes_on_while(wiki, visitor, lambda: wiki.provider.refreshes() > 0, "a refresh")
    wiki.engine.ctl("session", "revoke", "--user", "alice")
    assert visitor.ask(f"{wiki.url}/").status == 302
    assert wiki.engine.ctl("session", "list") == "nobody is signed in\n"
