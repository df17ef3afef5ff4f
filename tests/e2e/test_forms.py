# SPDX-License-Identifier: Apache-2.0
"""Nothing typed is lost: a form whose sender has to sign in (again) is kept and arrives once, or a page says that it did not."""
import html
import http.client
import os
import re
import urllib.parse
from concurrent.futures import ThreadPoolExecutor

import pytest

from conftest import opened_lab
from support.client import RawClient
from support.provider import Visitor
from support.published import STAFF, Published
from support.waiting import eventually

# Whoever only reads needs less of a sign-in than who writes: so a live session is asked for more.
STRONGER_TO_WRITE = [{"name": "write", "who": {"groups": ["staff"]}, "methods": ["POST"],
                      "strength": {"acr": ["urn:example:mfa"]}, "effect": "allow"}, *STAFF]
NOT_ALICE = [{"name": "not alice", "who": {"users": ["alice"]}, "effect": "deny"}, *STRONGER_TO_WRITE]
TYPED = os.urandom(300_000)
MULTIPART = "multipart/form-data; boundary=abc"


@pytest.fixture(scope="module")
def shared(authority):
    with opened_lab(authority) as lab:
        yield Published(lab, STRONGER_TO_WRITE, park={"size": "400K"}).start()


@pytest.fixture
def wiki(shared):
    shared.heads.clear()
    shared.bodies.clear()
    return shared


@pytest.fixture
def own(lab):
    return Published(lab, STRONGER_TO_WRITE).start()


def post(visitor, wiki, body=TYPED, path="/post?a=b", **fields):
    return visitor.ask(f"{wiki.url}{path}", "POST", body, **{"Origin": wiki.url, "Content_Type": MULTIPART, **fields})


def again_at_the_provider(visitor, answer, name="alice"):
    """Follows the way to the provider and back, to the page that sends what was kept."""
    page = visitor.follow(answer)
    return visitor.follow(visitor.submit(page, login=name, go="yes"))


def again_at_the_provider_if_asked(visitor, answer, name="alice"):
    """As above; a provider that still knows the person does not ask."""
    page = visitor.follow(answer)
    return page if "hawser-form" in page.body else visitor.follow(visitor.submit(page, login=name, go="yes"))


def reason(page):
    return re.search(r"Reason: <code>([a-z_]+)", page.body)[1]


def test_a_form_is_kept_during_a_stronger_sign_in_and_arrives_once(wiki, visitor):
    visitor.sign_in(f"{wiki.url}/", "alice")
    kept = post(visitor, wiki, Content_Encoding="x-odd", Referer=f"{wiki.url}/form")
    assert kept.status == 303 and kept.location.startswith(f"{wiki.url}/.hawser/login?") and wiki.bodies == []
    page = again_at_the_provider(visitor, kept)
    assert page.status == 200 and f'action="{wiki.url}/post?a=b"' in page.body and wiki.bodies == []
    done = visitor.submit(page)
    assert (done.status, done.body, done.url) == (200, "inside /post?a=b", f"{wiki.url}/post?a=b")
    head, body = wiki.bodies[0]
    assert body == TYPED and head.startswith(b"POST /post?a=b HTTP/1.1\r\n")
    fields = [line.lower() for line in head.split(b"\r\n")]
    assert f"content-type: {MULTIPART}".encode() in fields and b"content-encoding: x-odd" in fields
    assert f"referer: {wiki.url}/form".encode() in fields and f"origin: {wiki.url}".encode() in fields
    assert b"_form-" not in head and b"hawser-form" not in head
    assert not any("_form-" in name for name, _ in visitor.cookies["wiki.localhost"]), "its cookie has done its work"


def test_it_is_not_sent_twice(wiki, visitor):
    visitor.sign_in(f"{wiki.url}/", "alice")
    page = again_at_the_provider(visitor, post(visitor, wiki))
    cookies = dict(visitor.cookies["wiki.localhost"])
    assert visitor.submit(page).status == 200
    visitor.cookies["wiki.localhost"] = cookies
    second = visitor.submit(page)
    assert (second.status, reason(second), len(wiki.bodies)) == (409, "form_taken", 1)


def test_a_form_of_an_expired_session_is_kept(lab, visitor):
    wiki = Published(lab, session={"max_age": "3s", "idle": "3s"}).start()
    visitor.sign_in(f"{wiki.url}/", "alice")
    eventually(lambda: visitor.ask(f"{wiki.url}/").status == 302, "the session is over")
    wiki.reload_app(session={"max_age": "1h", "idle": "1h"})
    page = visitor.follow(post(visitor, wiki))  # the provider knows who it is
    assert visitor.submit(page).status == 200
    assert [body for _, body in wiki.bodies] == [TYPED]
    wiki.engine.wait_for_metric("hawser_parked_forms", lambda count: count == 0)
    wiki.engine.wait_for_metric("hawser_parked_forms_total", lambda count: count == 2)  # kept, and sent
    assert [r["reason"] for r in wiki.engine.records() if r.get("event") == "form_parked"] == ["parked", "released"]


def test_a_form_without_a_known_length_is_kept_too(wiki, visitor):
    visitor.sign_in(f"{wiki.url}/", "alice")
    kept = post(visitor, wiki, (TYPED[i:i + 10_000] for i in range(0, len(TYPED), 10_000)))
    visitor.submit(again_at_the_provider(visitor, kept))
    assert [body for _, body in wiki.bodies] == [TYPED]


def test_a_form_without_anything_in_it_is_kept_too(wiki, visitor):
    visitor.sign_in(f"{wiki.url}/", "alice")
    assert visitor.submit(again_at_the_provider(visitor, post(visitor, wiki, b""))).status == 200
    assert wiki.heads[-1].startswith(b"POST /post?a=b ") and wiki.bodies[-1][1] == b""


def raw_post(wiki, visitor, *fields):
    cookie = visitor.cookie("wiki.localhost", "__Host-hawser-wiki")
    client = RawClient(wiki.engine)
    client.host = urllib.parse.urlsplit(wiki.url).netloc
    client.send(client.head("POST", "/post", f"Cookie: __Host-hawser-wiki={cookie}", f"Origin: {wiki.url}", "Accept: text/html",
                            *fields))
    return client


def test_one_that_is_too_large_is_told_so_before_it_is_read(wiki, visitor):
    visitor.sign_in(f"{wiki.url}/", "alice")
    with raw_post(wiki, visitor, "Content-Length: 500000", "Expect: 100-continue") as client:
        page = client.response()  # without one byte of the body, and without a 100
        assert page.status == 413 and page.fields["connection"] == "close"
        assert b"form_too_large" in page.body and b"Sign in in a new tab" in page.body
        assert client.at_end()
    assert wiki.bodies == []


def test_one_that_grows_too_large_is_refused(wiki, visitor):
    visitor.sign_in(f"{wiki.url}/", "alice")
    with raw_post(wiki, visitor, "Transfer-Encoding: chunked") as client:
        for _ in range(5):
            client.send(b"186a0\r\n" + b"a" * 100_000 + b"\r\n")
        page = client.response()
        assert page.status == 413 and b"form_too_large" in page.body
    assert wiki.bodies == []


def test_who_expects_100_continue_is_told_to_go_on(wiki, visitor):
    visitor.sign_in(f"{wiki.url}/", "alice")
    with raw_post(wiki, visitor, "Content-Length: 5", "Expect: 100-continue") as client:
        assert client.response(interim=100).status == 100
        client.send(b"typed")
        assert client.response().status == 303


def test_another_sites_form_is_not_kept(wiki, visitor):
    visitor.sign_in(f"{wiki.url}/", "alice")
    before = wiki.engine.metric("hawser_parked_forms")
    for fields in ({"Sec_Fetch_Site": "cross-site"}, {"Origin": "https://evil.example"}, {"Origin": "null"},
                   {"Origin": f"{wiki.url}.evil.example"}):
        page = post(visitor, wiki, **fields)
        assert (page.status, reason(page)) == (409, "form_foreign"), fields
    assert wiki.engine.metric("hawser_parked_forms") == before


def test_a_strangers_form_is_not_kept(wiki, visitor):
    page = post(visitor, wiki)
    assert (page.status, reason(page)) == (401, "signed_out") and page.field("WWW-Authenticate")
    assert f'href="/.hawser/login?app=wiki' in page.body and 'target="_blank"' in page.body
    program = visitor.ask(f"{wiki.url}/post", "POST", b"typed", Accept="application/json")
    assert program.status == 401 and program.field("Content-Type") == "application/problem+json"
    script = visitor.ask(f"{wiki.url}/post", "PUT", b"typed", Origin=wiki.url)
    assert script.status == 401 and script.field("Content-Type") == "application/problem+json"


def test_a_form_of_a_revoked_session_is_not_kept(wiki, visitor):
    visitor.sign_in(f"{wiki.url}/", "alice")
    wiki.engine.ctl("session", "revoke", "--user", "alice")
    eventually(lambda: visitor.ask(f"{wiki.url}/").status == 302, "the session is over")
    page = post(visitor, wiki)
    assert (page.status, reason(page)) == (401, "session_revoked")


def test_another_person_does_not_send_it_and_who_typed_it_still_may(wiki, visitor):
    visitor.sign_in(f"{wiki.url}/", "alice")
    before = wiki.engine.metric("hawser_parked_forms")
    kept = post(visitor, wiki)
    assert wiki.engine.metric("hawser_parked_forms") == before + 1
    visitor.cookies["login.localhost"].clear()
    page = again_at_the_provider(visitor, kept, "bob")
    assert (page.status, reason(page)) == (409, "form_of_other")
    assert wiki.bodies == [] and "hawser-form" not in page.body
    visitor.cookies["login.localhost"].clear()
    assert visitor.submit(again_at_the_provider(visitor, kept)).status == 200
    assert [body for _, body in wiki.bodies] == [TYPED]
    wiki.engine.wait_for_metric("hawser_parked_forms", lambda count: count == before)


def test_one_browsers_form_is_nothing_in_another(wiki, authority, visitor):
    visitor.sign_in(f"{wiki.url}/", "alice")
    page = again_at_the_provider(visitor, post(visitor, wiki))
    other = type(visitor)(authority)
    other.sign_in(f"{wiki.url}/", "alice")
    page.url = f"{wiki.url}/.hawser/callback"
    sent = other.submit(page)
    assert (sent.status, reason(sent), wiki.bodies) == (409, "form_lost", [])


def test_what_stands_for_a_form_never_reaches_the_application(wiki, authority, visitor):
    visitor.sign_in(f"{wiki.url}/", "alice")
    page = again_at_the_provider(visitor, post(visitor, wiki))
    cookie = next(key for key in visitor.cookies["wiki.localhost"] if "_form-" in key[0])
    ticket = visitor.cookies["wiki.localhost"].pop(cookie)
    without = visitor.submit(page)
    assert (without.status, reason(without)) == (409, "form_lost"), "a browser keeps no cookie for longer than it is told to"
    visitor.cookies["wiki.localhost"][cookie] = ticket
    assert visitor.submit(page).status == 200, "nothing was done to it"
    assert cookie not in visitor.cookies["wiki.localhost"]
    reloaded = visitor.submit(page)
    assert (reloaded.status, reason(reloaded)) == (409, "form_taken")
    signed_out = Visitor(authority).submit(page)
    assert (signed_out.status, reason(signed_out)) == (401, "signed_out")
    assert [body for _, body in wiki.bodies] == [TYPED]


def test_a_restart_loses_it_and_says_so(own, visitor):
    visitor.sign_in(f"{own.url}/", "alice")
    page = again_at_the_provider(visitor, post(visitor, own))
    own.engine.stop()
    own.engine.start()
    own.connector.wait_ready()
    lost = visitor.submit(page)
    assert (lost.status, reason(lost)) == (409, "form_lost")
    assert own.bodies == []


def test_what_did_not_get_through_can_be_sent_again(own, visitor):
    visitor.sign_in(f"{own.url}/", "alice")
    page = again_at_the_provider(visitor, post(visitor, own))
    own.engine.set(apps=[{**app, "timeouts": {"queue": "100ms"}} for app in own.engine.settings["apps"]])
    own.connector.stop()
    assert visitor.submit(page).status == 503
    own.connector.start()
    assert visitor.submit(page).status == 200
    assert [body for _, body in own.bodies] == [TYPED]


def test_a_small_form_beside_a_kept_one_is_its_own(wiki, visitor):
    visitor.sign_in(f"{wiki.url}/", "alice")
    page = again_at_the_provider(visitor, post(visitor, wiki))
    typed = "a=" + "b" * 42
    assert len(typed) == len("hawser-form=") + 32
    done = post(visitor, wiki, typed.encode(), Content_Type="application/x-www-form-urlencoded")
    assert (done.status, wiki.bodies[-1][1]) == (200, typed.encode())
    assert visitor.submit(page).status == 200 and wiki.bodies[-1][1] == TYPED


def test_who_has_to_sign_in_once_more_keeps_the_form(own, visitor):
    visitor.sign_in(f"{own.url}/", "alice")
    page = again_at_the_provider(visitor, post(visitor, own))
    visitor.cookies["wiki.localhost"].pop(("__Host-hawser-wiki", "/"))
    once_more = visitor.submit(page)
    assert once_more.status == 303
    assert visitor.submit(visitor.follow(once_more)).status == 200
    assert [body for _, body in own.bodies] == [TYPED]


def test_one_person_cannot_fill_the_room(own, visitor):
    """memory_limit is 64M, so that all forms have 4M and one person's 2M of it."""
    visitor.sign_in(f"{own.url}/", "alice")
    statuses = [post(visitor, own).status for _ in range(7)]
    assert statuses == [303] * 6 + [401]
    assert reason(post(visitor, own)) == "form_no_room"
    held = own.engine.metric("hawser_parked_form_bytes")
    assert 1_800_000 < held < 2 << 20


def test_one_persons_slow_forms_leave_room_for_others(lab, authority):
    """One worker has 7.5M for forms under way, and one person a form's part of it, on however many connections."""
    wiki = Published(lab, STRONGER_TO_WRITE)
    wiki.provider.accounts = {name: {"groups": ["staff"]} for name in ("alice", "bob")}
    wiki.engine_settings = {"workers": 1, "memory_limit": "120M"}
    wiki.start()

    def slow(name):
        visitor = Visitor(authority)
        visitor.sign_in(f"{wiki.url}/", name)
        client = raw_post(wiki, visitor, "Content-Length: 700000")
        client.send(b"a" * 600_000)
        return client

    def held():
        return wiki.engine.metric("hawser_body_budget_used_bytes")

    with slow("alice") as first:
        eventually(lambda: held() >= 600_000, "most of it is there")
        with slow("alice") as second:
            page = second.response()
            assert page.status == 401 and b"form_no_room" in page.body
        with slow("bob") as other:
            for client in (other, first):
                client.send(b"a" * 100_000)
                assert client.response().status == 303
    eventually(lambda: held() == 0, "all of it is given back")


def test_one_that_is_cut_by_new_rules_while_it_is_sent_is_never_sent_again(own, visitor):
    own.pages["POST /post?a=b"] = lambda connection, head: connection.read_to_end() and False  # never answers
    visitor.sign_in(f"{own.url}/", "alice")
    page = again_at_the_provider(visitor, post(visitor, own))
    cookies = dict(visitor.cookies["wiki.localhost"])
    with ThreadPoolExecutor(1) as browser:
        sending = browser.submit(visitor.submit, page)
        eventually(lambda: any(head.startswith(b"POST ") for head in own.heads), "the application has its head")
        own.reload_rules(NOT_ALICE)
        assert "revoked" in sending.result().body
    own.reload_rules(STRONGER_TO_WRITE)
    visitor.cookies["wiki.localhost"] = cookies
    second = visitor.submit(page)
    assert (second.status, reason(second)) == (409, "form_taken")
    assert sum(head.startswith(b"POST ") for head in own.heads) == 1


def test_one_whose_session_is_revoked_before_it_was_sent_waits_for_the_next_sign_in(own, visitor):
    visitor.sign_in(f"{own.url}/", "alice")
    page = again_at_the_provider(visitor, post(visitor, own))
    own.connector.stop()
    with ThreadPoolExecutor(1) as browser:
        sending = browser.submit(visitor.submit, page)
        own.engine.wait_for_metric("hawser_queued_exchanges", lambda count: count == 1)
        own.engine.ctl("session", "revoke", "--user", "alice")
        assert "revoked" in sending.result().body
    own.connector.start()
    once_more = visitor.submit(page)
    assert once_more.status == 303, "it is still there"
    assert visitor.submit(again_at_the_provider_if_asked(visitor, once_more)).status == 200
    assert [body for _, body in own.bodies] == [TYPED]


def test_rules_that_change_while_one_is_read_decide_when_it_is_sent(own, visitor):
    visitor.sign_in(f"{own.url}/", "alice")
    with raw_post(own, visitor, "Content-Length: 300000", "Content-Type: text/plain") as client:
        client.send(TYPED[:200_000])
        eventually(lambda: own.engine.metric("hawser_body_budget_used_bytes") >= 200_000, "half of it is there")
        own.reload_rules(NOT_ALICE)
        client.send(TYPED[200_000:])
        kept = client.response()
    assert kept.status == 303 and own.engine.metric("hawser_parked_forms") == 1
    page = again_at_the_provider_if_asked(visitor, visitor.ask(f"{own.url}{kept.fields['location']}"))
    denied = visitor.submit(page)
    assert (denied.status, own.bodies) == (403, [])
    own.reload_rules(STRONGER_TO_WRITE)
    assert visitor.submit(page).status == 200
    assert [body for _, body in own.bodies] == [TYPED]


def test_a_provider_that_fails_meanwhile_does_not_lose_it(own, visitor):
    visitor.sign_in(f"{own.url}/", "alice")
    login = visitor.ask(post(visitor, own).location)
    state = re.search(r"state=([^&\"]+)", login.body)[1]
    failed = visitor.ask(f"{own.url}/.hawser/callback?state={state}&error=temporarily_unavailable")
    assert failed.status == 502 and "What you had filled in is kept" in failed.body
    again = html.unescape(re.search(r'href="(/.hawser/login[^"]+)"', failed.body)[1])
    assert "stronger=write" in again
    assert visitor.submit(again_at_the_provider(visitor, visitor.ask(f"{own.url}{again}"))).status == 200
    assert [body for _, body in own.bodies] == [TYPED]


def test_another_providers_people_are_not_this_ones(own, visitor):
    """Who was signed in by another may share the `sub` with somebody else."""
    visitor.sign_in(f"{own.url}/", "alice")
    own.reload_provider(name="partners")
    page = post(visitor, own)
    assert (page.status, reason(page)) == (401, "signed_out")
    assert own.engine.metric("hawser_parked_forms") == 0
