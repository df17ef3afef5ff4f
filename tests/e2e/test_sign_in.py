# SPDX-License-Identifier: Apache-2.0
"""Sign-in against a real OpenID provider: nobody unknown reaches the inside, and who signed in gets where they wanted."""
import http.client
import json
import re
import socket
import ssl
from concurrent.futures import ThreadPoolExecutor

import pytest

from conftest import opened_lab
from support.provider import Visitor
from support.published import STAFF, Published

@pytest.fixture(scope="module")
def shared(authority):
    with opened_lab(authority) as lab:
        yield Published(lab).start()


@pytest.fixture
def wiki(shared):
    """What all tests use that leave it as it was."""
    shared.heads.clear()
    return shared


@pytest.fixture
def own(lab):
    return Published(lab).start()


def test_who_signs_in_ends_at_the_page_that_was_asked_for(wiki, visitor):
    page = visitor.sign_in(f"{wiki.url}/page?a=b%20c&d", "alice")
    assert (page.status, page.body, page.url) == (200, "inside /page?a=b%20c&d", f"{wiki.url}/page?a=b%20c&d")
    again = visitor.ask(f"{wiki.url}/next")
    assert (again.status, again.body) == (200, "inside /next")
    record = wiki.engine.wait_for_record(lambda r: r.get("event") == "request" and r.get("path") == "/next", "the request")
    assert record["user"] == "alice"


def test_not_one_byte_reaches_the_inside_before(wiki, visitor):
    assert visitor.ask(f"{wiki.url}/page").status == 302
    assert visitor.ask(f"{wiki.url}/page", Accept="*/*").status == 401
    assert visitor.ask(f"{wiki.url}/page", "POST", b"typed").status == 401
    assert visitor.ask(f"{wiki.url}/page", Cookie="__Host-hawser-wiki=forged").status == 302
    assert wiki.heads == []


def test_a_program_is_told_where_a_person_would_sign_in(wiki, visitor):
    answer = visitor.ask(f"{wiki.url}/api", Accept="application/json")
    assert answer.status == 401 and answer.field("WWW-Authenticate")
    assert json.loads(answer.body)["login_url"].startswith(f"{wiki.url}/.hawser/login?")


def test_our_cookies_stay_with_us_and_others_pass(wiki, visitor):
    visitor.sign_in(f"{wiki.url}/", "alice")
    visitor.cookies["wiki.localhost"]["theirs", "/"] = "kept"
    visitor.ask(f"{wiki.url}/cookies")
    head = wiki.heads[-1].lower()
    assert b"cookie: theirs=kept\r\n" in head and b"hawser-" not in head.replace(b"x-hawser", b"")


def test_a_cookie_opens_one_app_on_one_host(wiki, visitor):
    visitor.sign_in(f"{wiki.url}/", "alice")
    before = len(wiki.heads)
    stranger = Visitor(wiki.provider.authority)
    cookie = visitor.cookie("wiki.localhost", "__Host-hawser-wiki")
    for name, value in (("__Host-hawser-news", cookie), ("__Host-hawser-wiki", cookie[:-2] + "AA"), ("wiki", cookie)):
        assert stranger.ask(f"{wiki.url}/", Cookie=f"{name}={value}").status == 302
    assert len(wiki.heads) == before


def test_who_cancels_at_the_provider_reads_so(wiki, visitor):
    form = visitor.follow(visitor.ask(f"{wiki.url}/"))
    page = visitor.follow(visitor.submit(form, login="alice", go="no"))
    assert page.status == 403 and "provider_refused (access_denied)" in page.body
    assert re.search(r"Request: <code>[0-9a-f-]{36}</code>", page.body)


def test_a_page_about_a_sign_in_that_failed_leads_back_to_where_it_was_for(wiki, visitor):
    form = visitor.follow(visitor.ask(f"{wiki.url}/page?a=%3Cb"))
    sent_back = visitor.follow(visitor.submit(form, login="alice", go="no"), at_callback)
    page = visitor.ask(sent_back.location)
    assert '<a class="next" href="/page?a=%3Cb">Go to the application</a>' in page.body
    stranger = Visitor(wiki.provider.authority).ask(sent_back.location)
    assert "login_unknown" in stranger.body and 'class="next"' not in stranger.body, "nobody knows where that was for"


def at_callback(answer):
    return answer.status >= 300 and "/.hawser/callback" in answer.location


def test_a_state_of_another_browser_is_refused(wiki, visitor):
    form = visitor.follow(visitor.ask(f"{wiki.url}/"))
    sent_back = visitor.follow(visitor.submit(form, login="alice", go="yes"), at_callback)
    other = Visitor(wiki.provider.authority)
    page = other.ask(sent_back.location)
    assert page.status == 400 and "login_unknown" in page.body and not page.field("Set-Cookie")
    assert visitor.follow(visitor.ask(sent_back.location)).body == "inside /"
    replayed = visitor.ask(sent_back.location)
    assert replayed.status == 400 and "login_replayed" in replayed.body


def test_a_code_that_was_made_up_spoils_no_sign_in(wiki, visitor):
    form = visitor.follow(visitor.ask(f"{wiki.url}/"))
    sent_back = visitor.follow(visitor.submit(form, login="alice", go="yes"), at_callback)
    page = visitor.ask(re.sub(r"([?&]code=)[^&]*", r"\1made-up", sent_back.location))
    assert page.status == 403 and "code_refused" in page.body
    assert visitor.follow(visitor.ask(sent_back.location)).body == "inside /"


def test_several_tabs_sign_in_at_once(wiki, visitor):
    tabs = [visitor.follow(visitor.ask(f"{wiki.url}/tab{i}")) for i in range(3)]
    assert [visitor.follow(visitor.submit(tab, login="alice", go="yes")).body for tab in tabs] == [
        "inside /tab0", "inside /tab1", "inside /tab2"]


def test_a_provider_that_is_down_is_named(own, visitor):
    own.provider.kill()
    page = visitor.follow(visitor.ask(f"{own.url}/"))
    assert page.status == 502 and "provider_unreachable (discovery)" in page.body
    assert own.heads == []


def test_who_is_signed_in_does_not_notice_that_the_provider_is_down(own, visitor):
    visitor.sign_in(f"{own.url}/", "alice")
    own.provider.kill()
    assert visitor.ask(f"{own.url}/on").body == "inside /on"


def test_a_session_outlives_the_engine(own, visitor):
    visitor.sign_in(f"{own.url}/", "alice")
    own.engine.stop()
    own.engine.start()
    own.connector.wait_ready()
    assert visitor.ask(f"{own.url}/later").body == "inside /later"


def test_who_is_not_assigned_reads_so(wiki, visitor):
    page = visitor.sign_in(f"{wiki.url}/", "bob")
    assert page.status == 403 and "access_denied" in page.body and "<code>bob</code>" in page.body
    answer = visitor.ask(f"{wiki.url}/api", Accept="*/*")
    assert (answer.status, json.loads(answer.body)["reason"]) == (403, "access_denied")
    assert wiki.heads == []


def test_new_rules_hold_at_once_and_ask_no_provider(own, visitor):
    visitor.sign_in(f"{own.url}/", "alice")
    own.provider.stop()
    own.reload_rules([{"name": "soon", "methods": ["GET"], "effect": "deny", "shadow": True},
                      {"name": "others", "who": {"groups": ["unused"]}, "methods": ["GET"], "effect": "allow"}])
    answer = visitor.ask(f"{own.url}/again")
    assert (answer.status, answer.body) == (200, "inside /again") and "__Host-hawser-wiki=" in answer.field("Set-Cookie")
    shadow = own.engine.wait_for_record(lambda r: r.get("event") == "shadow_rule", "the shadow that decided nothing")
    assert (shadow["rule"], shadow["verdict"], shadow["user"]) == ("soon", "deny", "alice")
    own.reload_rules([{"name": "nobody", "who": {"groups": ["nobody"]}, "effect": "allow"}])
    assert visitor.ask(f"{own.url}/no").status == 403
    assert b" /no " not in b"".join(own.heads)


def test_a_revoked_session_ends_with_what_runs_in_it(own, visitor):
    visitor.sign_in(f"{own.url}/", "alice")
    with visitor.opened(f"{own.url}/endless") as download:
        assert download.read(4) == b"more"
        sessions = own.engine.ctl_json("session", "list")["sessions"]
        assert [(s["user"], s["app"]) for s in sessions] == [("alice", "wiki")]
        assert own.engine.ctl("session", "revoke", "--user", "alice") == "ended 1 session\n"
        with pytest.raises((http.client.IncompleteRead, ConnectionError, ssl.SSLError)):
            download.read()
    assert visitor.ask(f"{own.url}/").status == 302
    assert own.engine.ctl("session", "list") == "nobody is signed in\n"
    own.engine.stop()
    own.engine.start()
    assert visitor.ask(f"{own.url}/").status == 302


@pytest.mark.long
def test_a_session_ends_in_time_with_what_runs_in_it(lab, visitor):
    wiki = Published(lab, session={"max_age": "60s", "idle": "60s"}).start()
    visitor.sign_in(f"{wiki.url}/", "alice")
    with visitor.opened(f"{wiki.url}/endless") as download:
        download.fp.raw._sock.settimeout(90)
        assert download.read(4) == b"more"
        with pytest.raises((http.client.IncompleteRead, ConnectionError, ssl.SSLError)):
            download.read()
    assert visitor.ask(f"{wiki.url}/").status == 302


def test_who_signs_out_is_out(wiki, visitor):
    visitor.sign_in(f"{wiki.url}/", "alice")
    cookie = visitor.cookie("wiki.localhost", "__Host-hawser-wiki")
    assert visitor.ask(f"{wiki.url}/.hawser/logout?app=wiki").status == 302
    assert visitor.ask(f"{wiki.url}/").status == 302
    wiki.engine.wait_for_record(lambda r: r.get("event") == "session_revoked", "the end of the session")
    replayed = Visitor(wiki.provider.authority).ask(f"{wiki.url}/", Cookie=f"__Host-hawser-wiki={cookie}")
    assert replayed.status == 302


def test_no_field_makes_another_method_of_what_a_rule_let_pass(own, visitor):
    visitor.sign_in(f"{own.url}/", "alice")
    visitor.ask(f"{own.url}/any", X_HTTP_Method_Override="DELETE")
    assert b"DELETE" in own.heads[-1], "no rule looks at methods"
    own.reload_rules([{**STAFF[0], "methods": ["GET"]}])
    assert visitor.ask(f"{own.url}/reading", X_HTTP_Method_Override="DELETE").status == 200
    assert own.heads[-1].startswith(b"GET /reading") and b"DELETE" not in own.heads[-1]


def test_a_session_of_another_provider_is_none(own, visitor):
    visitor.sign_in(f"{own.url}/", "alice")
    own.reload_provider(name="partners")  # whose groups happen to have the same names
    assert visitor.ask(f"{own.url}/again").status == 302
    assert b" /again " not in b"".join(own.heads)


def test_a_reload_leaves_nobody_waiting_for_a_provider_that_is_silent(own, visitor):
    with socket.create_server(("127.0.0.1", 0)) as silent, ThreadPoolExecutor() as pool:
        silent.settimeout(20)
        own.reload_provider(issuer=f"https://127.0.0.1:{silent.getsockname()[1]}")
        answer = pool.submit(visitor.ask, f"{own.url}/.hawser/login?app=wiki")
        connection, _ = silent.accept()
        with connection:
            own.reload_provider(clock_skew="2m")
            page = answer.result(30)
    assert page.status == 400 and "login_unknown" in page.body


STRONG = [{"name": "admin", "who": {"groups": ["staff"]}, "paths": ["/admin/"], "strength": {"acr": ["urn:example:mfa"]},
           "effect": "allow"}, *STAFF]


@pytest.mark.parametrize("takes_claims", [True, False])
def test_a_stronger_sign_in_is_asked_for_where_a_rule_wants_it(lab, visitor, takes_claims):
    wiki = Published(lab, STRONG)
    wiki.provider.takes_claims = takes_claims
    wiki.start()
    visitor.sign_in(f"{wiki.url}/", "alice")
    assert visitor.ask(f"{wiki.url}/plain").status == 200
    program = visitor.ask(f"{wiki.url}/admin/x", Accept="*/*")
    assert program.status == 401 and "stronger=admin" in json.loads(program.body)["login_url"]
    page = visitor.sign_in(f"{wiki.url}/admin/x", "alice")
    assert (page.status, page.body) == (200, "inside /admin/x")


def test_a_provider_that_cannot_do_better_is_not_asked_in_circles(lab, visitor):
    rules = [{"name": "key", "who": {"groups": ["staff"]}, "strength": {"amr": ["hwk"]}, "effect": "allow"}]
    wiki = Published(lab, rules).start()
    once_more = visitor.sign_in(f"{wiki.url}/", "alice")
    page = visitor.follow(visitor.submit(once_more, login="alice", go="yes"))
    assert page.status == 403 and "token_refused (too_weak)" in page.body
    assert wiki.heads == []
