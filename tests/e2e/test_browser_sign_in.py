# SPDX-License-Identifier: Apache-2.0
"""What a person sees of signing in, in a real browser with a real provider. HAWSER_PICTURES=FOLDER keeps pictures of it."""
import base64
import email
import email.policy
import hashlib
import os
import pathlib
import re

import pytest

from conftest import opened_lab
from support.browser import Browser
from support.published import STAFF, Published
from support.waiting import eventually

ROOT = pathlib.Path(__file__).resolve().parents[2]
WITHOUT_A_SPACE = "https://intranet.organisation.example/" + "guests-" * 10
STRONGER = [{"name": "admin", "who": {"groups": ["staff"]}, "paths": ["/admin/"], "strength": {"acr": ["urn:example:mfa"]},
             "effect": "allow"},
            {"name": "no guests", "paths": ["/guests/"], "effect": "deny",
             "message": f"Guests use the guests' site. {WITHOUT_A_SPACE}"},
            {"name": "office", "who": {"anyone_signed_in": True}, "paths": ["/office/"],
             "from": {"networks": ["192.0.2.0/24"]}, "effect": "allow"}, *STAFF]
PHONE = {"viewport": {"width": 360, "height": 640}}
FORM = """<!doctype html><form method=post action="%s" enctype=multipart/form-data>
<input name=words><input name=file type=file><button>send</button></form>"""


@pytest.fixture(scope="module")
def browser(tmp_path_factory, authority):
    started = Browser(tmp_path_factory.mktemp("browser"), authority)
    yield started
    started.close()


def form_for(action):
    return lambda connection, _: connection.answer((FORM % action).encode(), "200 OK", "Content-Type: text/html")


def publish(lab, **app):
    wiki = Published(lab, STRONGER, **app)
    wiki.pages["GET /form"] = form_for("/post?id=7")
    wiki.pages["GET /admin-form"] = form_for("/admin/post?id=7")
    return wiki.start()


@pytest.fixture(scope="module")
def shared(authority):
    with opened_lab(authority) as lab:
        yield publish(lab)


@pytest.fixture
def wiki(shared):
    shared.heads.clear()
    shared.bodies.clear()
    return shared


def at_provider(page, wiki):
    page.arrive(f"{wiki.provider.issuer}/interaction/")
    return page


def sign_in(page, wiki, name="alice"):
    at_provider(page, wiki).fill("input[name=login]", name)
    page.click("button[value=yes]")


def test_the_first_visit_ends_where_it_was_meant_to_fragment_and_all(wiki, browser):
    with browser.visit(f"{wiki.url}/page?a=b%20c#part-2") as page:
        sign_in(page, wiki)
        assert page.arrive(f"{wiki.url}/page") == f"{wiki.url}/page?a=b%20c#part-2"
        assert page.text() == "inside /page?a=b%20c"
        assert [head.split(b"\r\n")[0] for head in wiki.heads if b"favicon" not in head] == [b"GET /page?a=b%20c HTTP/1.1"]


def test_without_scripts_it_works_too_less_the_fragment(wiki, browser):
    with browser.visit(f"{wiki.url}/page#part-2", javaScriptEnabled=False) as page:
        sign_in(page, wiki)
        assert page.arrive(f"{wiki.url}/page").split("#")[0] == f"{wiki.url}/page"
        assert page.text() == "inside /page"


def test_two_tabs_that_sign_in_at_once_both_succeed(wiki, browser):
    with browser.visit(f"{wiki.url}/one#1") as one, browser.visit(f"{wiki.url}/two#2", beside=one) as two:
        at_provider(one, wiki)
        sign_in(two, wiki)
        assert two.arrive(f"{wiki.url}/two") == f"{wiki.url}/two#2"
        sign_in(one, wiki)
        assert one.arrive(f"{wiki.url}/one") == f"{wiki.url}/one#1"
        assert (one.text(), two.text()) == ("inside /one", "inside /two")


def test_a_stronger_sign_in_is_asked_for_on_the_way_and_only_once(wiki, browser):
    with browser.visit(f"{wiki.url}/plain") as page:
        sign_in(page, wiki)
        page.arrive(f"{wiki.url}/plain")
        page.go(f"{wiki.url}/admin/x")
        sign_in(page, wiki)
        page.arrive(f"{wiki.url}/admin/x")
        assert page.text() == "inside /admin/x"
        assert page.go(f"{wiki.url}/admin/y") == 200


SAY_YES = """() => {
  const form = document.forms[0];
  form.insertAdjacentHTML("beforeend", "<input type=hidden name=logout value=yes>");
  form.submit();
}"""


def denied(page, wiki, path):
    assert page.go(f"{wiki.url}{path}") == 403
    text = page.text()
    request_id = re.search(r"Request: ([0-9a-f-]{36})", text)[1]
    record = wiki.engine.wait_for_record(lambda r: r.get("event") == "request" and r.get("request_id") == request_id,
                                         "the page's request in the log")
    assert re.search(r"Time: \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", text)
    return text, record


def test_a_denial_says_in_words_which_step_failed_and_what_to_pass_on(wiki, browser):
    with browser.visit(f"{wiki.url}/", **PHONE) as page:
        sign_in(page, wiki, "bob")
        page.arrive(f"{wiki.url}/")
        text, record = denied(page, wiki, "/any")
        page.picture("denied-not-assigned")
        assert "has not been opened to your account" in text and "Signed in as: bob" in text
        assert "Reason: access_denied (not_assigned)" in text and record["answer"] == "access_denied"
        text, record = denied(page, wiki, "/guests/")
        page.picture("denied-by-rule")
        assert f"Guests use the guests' site. {WITHOUT_A_SPACE}" in text and record["rule"] == "no guests"
        assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth"), "a phone shows all of it"
        text, _ = denied(page, wiki, "/office/")
        page.picture("denied-other-place")
        assert "access_denied (other_place)" in text and "Your address: 127.0.0.1" in text


def test_who_is_not_assigned_may_come_back_as_somebody_else(wiki, browser):
    with browser.visit(f"{wiki.url}/") as page:
        sign_in(page, wiki, "bob")
        page.arrive(f"{wiki.url}/")
        page.click("text=Sign out, and in")
        page.arrive(f"{wiki.provider.issuer}/session/end")
        page.evaluate(SAY_YES)
        page.arrive(f"{wiki.url}/.hawser/signed-out")
        page.picture("signed-out")
        page.go(f"{wiki.url}/")
        sign_in(page, wiki, "alice")
        page.arrive(f"{wiki.url}/")
        assert page.text() == "inside /"


def test_who_cancels_at_the_provider_reads_so(wiki, browser):
    with browser.visit(f"{wiki.url}/") as page:
        at_provider(page, wiki).click("button[value=no]")
        page.arrive(f"{wiki.url}/.hawser/callback")
        page.picture("cancelled")
        assert "The sign-in provider said no" in page.text() and "provider_refused (access_denied)" in page.text()
        page.click("text=Go to the application")
        sign_in(page, wiki)
        page.arrive(f"{wiki.url}/")
        assert page.text() == "inside /"


def test_pages_speak_the_readers_language_where_the_operator_taught_it(lab, browser):
    wiki = Published(lab, STRONGER)
    wiki.engine_settings["pages"] = str(ROOT / "engine/pages.example.yaml")
    wiki.start()
    with browser.visit(f"{wiki.url}/", locale="de-AT", **PHONE) as page:
        sign_in(page, wiki, "bob")
        page.arrive(f"{wiki.url}/")
        page.picture("denied-german")
        assert "Das dürfen Sie nicht öffnen" in page.text() and "Angemeldet als: bob" in page.text()
        assert page.evaluate("() => document.documentElement.lang") == "de"
        wiki.connector.stop()
        assert page.go(f"{wiki.url}/.hawser/nothing") == 404
        assert "Hier ist nichts" in page.text()


def typed(page, lab_folder):
    """Fills in the form, with a file of 300 kB; what was chosen."""
    sent = os.urandom(300_000)
    file = pathlib.Path(lab_folder) / "chosen"
    file.write_bytes(sent)
    page.fill("input[name=words]", "half an hour's words & more")
    page.choose_file("input[type=file]", file)
    return sent


def arrived(wiki, path):
    """The only form that came, there: what was written, and the file."""
    (head, content), = wiki.bodies
    fields = email.message_from_bytes(head.partition(b"\r\n")[2], policy=email.policy.HTTP)
    form = email.message_from_bytes(f"Content-Type: {fields['content-type']}\r\n\r\n".encode() + content,
                                    policy=email.policy.HTTP)
    words, file = form.iter_parts()
    assert head.startswith(f"POST {path} ".encode()) and fields["origin"] == wiki.url
    return words.get_content().rstrip("\r\n"), file.get_content()


def test_what_was_typed_before_the_session_ended_arrives_once_and_whole(lab, browser):
    wiki = publish(lab, session={"max_age": "10s", "idle": "10s"})
    with browser.visit(f"{wiki.url}/form") as page:
        sign_in(page, wiki)
        page.arrive(f"{wiki.url}/form")
        sent = typed(page, lab.folder)
        eventually(lambda: page.evaluate("() => fetch('/').then((answer) => answer.status)") == 401, "the session is over")
        wiki.reload_app(session={"max_age": "1h", "idle": "1h"})
        page.click("button")  # and nobody need type anything: the provider still knows who it is
        page.arrive(f"{wiki.url}/post")
        assert page.text() == "inside /post?id=7"
        assert arrived(wiki, "/post?id=7") == ("half an hour's words & more", sent)
    record = wiki.engine.wait_for_record(lambda r: r.get("event") == "request" and r.get("path") == "/post" and
                                         r.get("status") == 200, "the form's request")
    assert record["protocol"] == "HTTP/2" and record["user"] == "alice"


def test_a_stronger_sign_in_keeps_what_was_typed_without_scripts_too(wiki, browser, lab):
    with browser.visit(f"{wiki.url}/admin-form", javaScriptEnabled=False, **PHONE) as page:
        sign_in(page, wiki)
        page.arrive(f"{wiki.url}/admin-form")
        sent = typed(page, lab.folder)
        page.click("button")
        sign_in(page, wiki)
        page.arrive(f"{wiki.url}/.hawser/callback")
        page.picture("form-sending")
        assert "What you had filled in was kept" in page.text() and wiki.bodies == []
        page.click("text=Send what I had filled in")
        page.arrive(f"{wiki.url}/admin/post")
        assert arrived(wiki, "/admin/post?id=7") == ("half an hour's words & more", sent)


def test_what_is_too_large_to_keep_is_told_with_a_way_to_sign_in_meanwhile(lab, browser):
    wiki = publish(lab, park={"size": "100K"})
    with browser.visit(f"{wiki.url}/admin-form", **PHONE) as page:
        sign_in(page, wiki)
        page.arrive(f"{wiki.url}/admin-form")
        typed(page, lab.folder)
        assert page.submit("button")["status"] == 413
        page.picture("form-too-large")
        assert "Your form was not sent" in page.text() and "form_too_large" in page.text() and wiki.bodies == []


def test_an_error_page_looks_like_the_others(lab, browser):
    wiki = publish(lab)
    wiki.engine.set(apps=[{**app, "timeouts": {"queue": "100ms"}} for app in wiki.engine.settings["apps"]])
    with browser.visit(f"{wiki.url}/", colorScheme="dark") as page:
        sign_in(page, wiki)
        page.arrive(f"{wiki.url}/")
        wiki.connector.stop()
        assert page.go(f"{wiki.url}/") == 503
        page.picture("error-dark")
        assert "No connector is online" in page.text() and "If you ask somebody for help" in page.text()


LISTEN = """() => {
  const chat = new WebSocket(`wss://${location.host}/chat`);
  const closed = new Promise((come) => { chat.onclose = () => come("closed"); });
  const begun = fetch("/endless").then(async (answer) => {
    const reader = answer.body.getReader();
    await reader.read();
    const rest = async () => { for (;;) if ((await reader.read()).done) return "whole"; };
    return { end: rest().catch(() => "cut") };
  });
  window.ended = Promise.all([closed, begun.then(({ end }) => end)]);
  return Promise.all([new Promise((opened, failed) => { chat.onopen = opened; chat.onerror = failed; }), begun]).then(() => true);
}"""


def test_a_logout_everywhere_ends_the_websocket_and_the_download_of_a_page(lab, browser):
    wiki = publish(lab)

    def chat(connection, head):
        key = re.search(rb"(?i)sec-websocket-key: *([^\r]+)", head)[1]
        accept = base64.b64encode(hashlib.sha1(key + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest())
        connection.send(b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                        b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n")
        connection.read_to_end()
        return False

    wiki.pages["GET /chat"] = chat
    with browser.visit(f"{wiki.url}/") as page:
        sign_in(page, wiki)
        page.arrive(f"{wiki.url}/")
        assert page.evaluate(LISTEN)
        wiki.engine.ctl("session", "revoke", "--user", "alice")
        assert page.evaluate("() => window.ended") == ["closed", "cut"]
        assert wiki.engine.ctl_json("session", "list")["sessions"] == []
