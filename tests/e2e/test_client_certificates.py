# SPDX-License-Identifier: Apache-2.0
"""Programs with client certificates: asked for by server name alone, judged by the app's own authorities, never forwarded."""
import json
import re

import pytest

from conftest import opened_lab
from support.certificates import Authority
from support.client import Curl, RawClient, s_client
from support.http2 import Http2Client, get
from support.program import run
from support.published import STAFF, Published
from support.waiting import eventually

RULES = [*STAFF, {"name": "robots", "who": {"users": ["robot@example.org"]}, "effect": "allow"}]


@pytest.fixture(scope="module")
def shared(authority):
    with opened_lab(authority) as lab:
        machines, strangers = (lab.folder / name for name in ("machines", "strangers"))
        machines.mkdir()
        strangers.mkdir()
        ours, other = Authority(machines, "machines"), Authority(strangers, "machines")
        app = Published(lab, RULES, machines={"client_ca": str(ours.certificate)},
                        identity={"X-Forwarded-User": "email"}).start()
        app.robot = ours.issue("robot", "email:robot@example.org", "DNS:robot.example")
        app.cleaner = ours.issue("cleaner", "email:cleaner@example.org")
        app.nameless = ours.issue("host", "IP:192.0.2.1")
        app.foreign = other.issue("robot", "email:robot@example.org")
        app.curl = Curl(app.engine, lab.folder)
        yield app


@pytest.fixture
def wiki(shared):
    shared.heads.clear()
    return shared


def ask(app, certificate=None, path="/api", *more, **options):
    shown = ["--cert", certificate[0], "--key", certificate[1]] if certificate else []
    return app.curl(path, *shown, *more, **options)


def reason_of(answer):
    return json.loads(answer.body)["reason"]


def test_a_certificate_is_a_sign_in(wiki):
    answer = ask(wiki, wiki.robot)
    assert (answer.status, answer.body) == (200, b"inside /api") and "set-cookie" not in answer.fields
    record = wiki.engine.wait_for_record(lambda r: r.get("event") == "request" and r["status"] == 200, "the request")
    assert (record["user"], record["rule"]) == ("robot@example.org", "robots")


@pytest.mark.parametrize("version", ["--tlsv1.2 --tls-max 1.2", "--tlsv1.3"])
def test_it_is_one_in_every_version_of_tls(wiki, version):
    assert ask(wiki, wiki.robot, "/api", *version.split()).status == 200


def test_the_application_sees_the_certificate_nowhere(wiki):
    ask(wiki, wiki.robot)
    assert len(wiki.heads) == 1
    told, others = re.subn(rb"x-forwarded-user: robot@example.org\r\n", b"", wiki.heads[0], flags=re.I)
    assert others == 1 and not re.search(rb"robot|cert|BEGIN|subject", told, re.I), wiki.heads[0]


def test_without_one_a_person_signs_in_as_ever(wiki, visitor):
    assert ask(wiki).status == 401
    assert visitor.sign_in(f"{wiki.url}/page", "alice").body == "inside /page"


def test_a_certificate_meets_the_rules(wiki):
    answer = ask(wiki, wiki.cleaner)
    assert (answer.status, reason_of(answer)) == (403, "access_denied")
    assert wiki.heads == []


def test_one_of_another_authority_is_refused_by_name(wiki):
    answer = ask(wiki, wiki.foreign)
    assert (answer.status, reason_of(answer)) == (403, "certificate_of_another_authority")
    page = ask(wiki, wiki.foreign, "/", "-H", "Accept: text/html")
    assert page.status == 403 and b"certificate_of_another_authority" in page.body and b"The certificate was not accepted" in page.body
    nameless = ask(wiki, wiki.nameless)
    assert nameless.status == 200 or reason_of(nameless) == "access_denied", "its common name names it"
    assert b"".join(wiki.heads) == b""
    record = wiki.engine.wait_for_record(lambda r: r.get("answer") == "certificate_refused", "the refusal")
    assert record["reason"].startswith("certificate_of_another_authority: ")

    def told():
        events = map(json.loads, wiki.engine.ctl("--json", "event", "list", "--kind", "denied").splitlines())
        return [event for event in events if event["status_detail"] == "certificate_refused"]

    event = eventually(told, "the event", 30)[0]
    assert event["unmapped"]["detail"].startswith("certificate_of_another_authority: ")


def test_who_is_signed_in_is_let_in_whatever_certificate_is_shown(wiki, visitor):
    visitor.sign_in(f"{wiki.url}/", "alice")
    cookie = f"Cookie: __Host-hawser-wiki={visitor.cookie('wiki.localhost', '__Host-hawser-wiki')}"
    assert ask(wiki, wiki.foreign, "/api", "-H", cookie).status == 200


def test_only_the_apps_own_name_asks_and_says_by_whom(wiki):
    asked = s_client(wiki.engine, stdin="")
    assert "Acceptable client certificate CA names" in asked.stdout and "CN = machines" in asked.stdout
    for name in ("news.localhost", "unknown.localhost"):
        other = s_client(wiki.engine, host=name, stdin="")
        assert "No client certificate CA names sent" in other.stdout
        assert "Client Certificate Types" not in other.stdout and "Requested Signature Algorithms" not in other.stdout


def test_no_session_of_tls_is_kept_where_a_certificate_is_asked_for(wiki):
    assert "New, TLSv1.3" in s_client(wiki.engine, "-tls1_3").stdout
    with RawClient(wiki.engine) as client:
        client.get("/")
        assert not client.socket.session.has_ticket
    with RawClient(wiki.engine, "news.localhost") as client:
        client.get("/")
        assert client.socket.session.has_ticket, "other names keep theirs"


@pytest.mark.parametrize("opened_for, asked_for", [("news.localhost", "wiki.localhost"), ("wiki.localhost", "news.localhost")])
@pytest.mark.parametrize("with_certificate", [False, True])
def test_a_connection_for_another_name_leads_around_nothing(wiki, opened_for, asked_for, with_certificate):
    certificate = wiki.robot if with_certificate else None
    with RawClient(wiki.engine, opened_for, certificate=certificate) as client:
        client.host = asked_for
        assert client.get("/api").status == 421
    with Http2Client(wiki.engine, opened_for, certificate=certificate) as client:
        assert client.answer(get("/api", host=asked_for)).status == 421
        assert client.answer(get("/.hawser/login?app=wiki", host=asked_for)).status == 421
        assert client.answer(get("/fine", host=opened_for)).status != 421, "the connection stays good for its own name"
    assert b" /api " not in b"".join(wiki.heads)


def test_a_connection_for_no_name_at_all_leads_around_nothing(wiki):
    request = "GET /api HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n"

    def answer(host):
        shown = ["-cert", wiki.robot[0], "-key", wiki.robot[1]]
        told = Unnamed(wiki.engine, *shown).ask(request.format(host))
        return int(re.search(r"HTTP/1.1 (\d+)", told)[1])

    assert answer("wiki.localhost") == 421
    assert answer("news.localhost") == 200, "whose name asks for none"
    assert b"Host: wiki" not in b"".join(wiki.heads)


class Unnamed:
    """openssl s_client without a server name."""

    def __init__(self, engine, *arguments):
        self._engine, self._arguments = engine, arguments

    def ask(self, request):
        return run("openssl", "s_client", "-connect", f"127.0.0.1:{self._engine.client_port.number}", "-noservername", "-quiet",
                   "-ign_eof", *self._arguments, stdin=request).stdout


FOREIGN_FORM = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document",
                "Origin": "https://evil.example", "Content-Type": "application/x-www-form-urlencoded"}


def fields(**more):
    return [part for name, value in more.items() for part in ("-H", f"{name.replace('_', '-')}: {value}")]


def test_a_page_of_another_site_does_nothing_with_a_persons_certificate(wiki):
    sent = ask(wiki, wiki.robot, "/pay", "--data", "to=eve", *fields(**FOREIGN_FORM))
    assert sent.status != 200
    image = ask(wiki, wiki.robot, "/report", *fields(Sec_Fetch_Site="cross-site", Sec_Fetch_Mode="no-cors", Sec_Fetch_Dest="image"))
    assert image.status == 401
    chat = ask(wiki, wiki.robot, "/chat", "--http1.1", *fields(
        Connection="Upgrade", Upgrade="websocket", Origin="https://evil.example", Sec_WebSocket_Version="13",
        Sec_WebSocket_Key="dGhlIHNhbXBsZSBub25jZQ=="))
    assert chat.status == 401
    assert wiki.heads == [], "nothing of it reaches the application"
    link = ask(wiki, wiki.robot, "/report", *fields(Sec_Fetch_Site="cross-site", Sec_Fetch_Mode="navigate", Sec_Fetch_Dest="document"))
    assert link.status == 200, "a link is followed, as with a cookie"
    own = ask(wiki, wiki.robot, "/pay", "--data", "to=bob", *fields(Sec_Fetch_Site="same-origin", Sec_Fetch_Mode="cors"))
    assert own.status == 200


def test_a_proxys_own_certificate_is_not_its_clients(lab):
    folder = lab.folder / "machines"
    folder.mkdir()
    ours = Authority(folder, "machines")
    app = Published(lab, RULES, machines={"client_ca": str(ours.certificate)})
    robot = ours.issue("robot", "email:robot@example.org")
    app.engine_settings = {"trusted_proxies": ["127.0.0.1"]}
    app.start()
    curl = Curl(app.engine, lab.folder)
    shown = ["--cert", robot[0], "--key", robot[1]]
    assert curl("/api", *shown, "-H", "X-Forwarded-For: 192.0.2.7").status == 401
    assert curl("/api", *shown).status == 401, "though it may ask for itself, nobody can tell"
    assert app.heads == []


def test_a_certificate_of_one_connection_is_nobody_elses(wiki):
    assert ask(wiki, wiki.robot).status == 200
    assert ask(wiki).status == 401
    with Http2Client(wiki.engine, certificate=wiki.robot) as client:
        assert [client.answer(get("/api")).status for _ in range(3)] == [200, 200, 200]
    with Http2Client(wiki.engine) as client:
        assert client.answer(get("/api")).status == 401


def test_a_reload_asks_no_more_where_the_app_takes_none(lab):
    ours = lab.folder / "machines"
    ours.mkdir()
    authority = Authority(ours, "machines")
    app = Published(lab, RULES, machines={"client_ca": str(authority.certificate)}).start()
    assert "CN = machines" in s_client(app.engine).stdout
    app.reload_app(machines=None)
    assert "CN = machines" not in s_client(app.engine).stdout
