# SPDX-License-Identifier: Apache-2.0
"""Identity goes inside: the application learns who is asking from the relay alone, and can check it."""
import json
import pathlib
import time

import pytest

from conftest import opened_lab
from support import published
from support.client import Cut, RawClient
from support.forged import MARK, Forger, folded
from support.http2 import END_HEADERS, END_STREAM, HEADERS, Http2Client, block, frame
from support.program import run
from support.published import Published

VERIFY = pathlib.Path(__file__).resolve().parent / "support" / "verify.js"
IDENTITY = {"X-Forwarded-User": "email", "X-Forwarded-Groups": "groups", "Remote-User": "sub", "X-Phone": "phone_number"}
FORGED_COUNT = 2000


def fields_of(head):
    """[(name, value)] of the lines of a head or trailers as they came."""
    lines = head.split(b"\r\n")
    return [tuple(part.strip().decode("latin-1") for part in line.split(b":", 1)) for line in lines if b":" in line]


def told(head):
    """{name: value} of what the head says of the person."""
    wanted = {name.lower() for name in IDENTITY}
    return {name: value for name, value in fields_of(head) if name.lower() in wanted}


class Application(Published):
    """Keeps the trailers of requests too."""

    def __init__(self, lab, **app):
        self.trailers = []
        super().__init__(lab, identity=IDENTITY, assertion=True, **app)

    def _serve(self, connection):
        connection.socket.settimeout(None)
        while head := connection.read_head():
            if b"\r\ntransfer-encoding:" in head.lower():
                while size := int(connection.read_line(), 16):
                    connection.read_exactly(size + 2)
                while line := connection.read_line():
                    self.trailers.append(line)
            self.heads.append(head)
            connection.answer(b"inside " + head.split(b" ")[1])

    def keys(self, visitor):
        return json.loads(visitor.ask(f"{self.url}/.hawser/jwks.json").body)

    def assertion(self):
        return dict(fields_of(self.heads[-1]))["X-Hawser-Assertion"]


def verified(token, keys, issuer, audience):
    settings = json.dumps({"token": token, "keys": keys, "issuer": issuer, "audience": audience})
    done = run("node", VERIFY, settings, env={"NODE_PATH": str(VERIFY.parent.parent / "node_modules")})
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def shared(authority):
    with opened_lab(authority) as lab:
        yield Application(lab).start()


@pytest.fixture
def wiki(shared):
    shared.heads.clear()
    shared.trailers.clear()
    return shared


@pytest.fixture
def own(lab):
    return Application(lab).start()


def test_the_application_is_told_who_is_asking(wiki, visitor):
    assert visitor.sign_in(f"{wiki.url}/page", "alice").body == "inside /page"
    assert told(wiki.heads[-1]) == {"X-Forwarded-User": "alice@example.com", "X-Forwarded-Groups": "staff,unused",
                                    "Remote-User": "alice"}


def test_the_fields_follow_the_mapping_without_another_sign_in(own, visitor):
    visitor.sign_in(f"{own.url}/", "alice")
    own.provider.stop()
    own.reload_app(identity={"X-Phone": "email", "Remote-User": {"claim": "groups", "values": ["staff", "admin"]}})
    answer = visitor.ask(f"{own.url}/again")
    assert answer.status == 200 and "__Host-hawser-wiki=" in answer.field("Set-Cookie")
    assert told(own.heads[-1]) == {"X-Phone": "alice@example.com", "Remote-User": "staff"}
    visitor.ask(f"{own.url}/once-more")
    assert told(own.heads[-1]) == {"X-Phone": "alice@example.com", "Remote-User": "staff"}


def test_an_app_beside_it_with_the_same_application_forges_nothing(wiki):
    forged = [f"{name}: forged" for name in ("Remote-User", "REMOTE_USER", "http_remote_user", "X.Phone", "_X-Phone_")]
    with RawClient(wiki.engine, "news.localhost") as client:
        assert client.get("/open", *forged).status == 200
        lines = ["Transfer-Encoding: chunked", "Trailer: Remote-User", *forged]
        client.send(client.head("POST", "/open", *lines) + b"2\r\nok\r\n0\r\nRemote-User: forged\r\nX-Sum: 1\r\n\r\n")
        assert client.response().status == 200
    assert len(wiki.heads) == 2 and not any(b"forged" in head for head in wiki.heads)
    assert wiki.trailers == [b"X-Sum: 1"]


def test_a_websocket_brings_them_too(wiki, visitor):
    visitor.sign_in(f"{wiki.url}/", "alice")
    visitor.ask(f"{wiki.url}/socket", Connection="Upgrade, X-Forwarded-User", Upgrade="websocket",
                X_Forwarded_User="forged", REMOTE_USER="forged")
    head = wiki.heads[-1]
    assert b"\r\nupgrade: websocket\r\n" in head.lower() and MARK.encode() not in head
    assert told(head)["X-Forwarded-User"] == "alice@example.com"


def test_the_application_can_check_who_said_so(wiki, visitor):
    visitor.sign_in(f"{wiki.url}/page", "alice")
    keys = wiki.keys(visitor)
    good = verified(wiki.assertion(), keys, wiki.url, "wiki")
    assert (good["header"]["alg"], good["header"]["typ"]) == ("ES256", "JWT")
    claims = good["claims"]
    assert (claims["sub"], claims["user"], claims["email"], claims["groups"]) == ("alice", "alice", "alice@example.com", "staff,unused")
    assert claims["exp"] - claims["iat"] == 60 and abs(claims["iat"] - time.time()) < 60
    assert claims["sid"] in [session["id"] for session in wiki.engine.ctl_json("session", "list")["sessions"]]
    assert verified(wiki.assertion(), keys, wiki.url, "news") == {"error": "ERR_JWT_CLAIM_VALIDATION_FAILED", "claim": "aud"}
    assert verified(wiki.assertion(), keys, "https://other.example", "wiki")["claim"] == "iss"
    head, payload, signature = wiki.assertion().split(".")
    assert verified(f"{head}.{payload}.{signature[::-1]}", keys, wiki.url, "wiki")["error"] == "ERR_JWS_SIGNATURE_VERIFICATION_FAILED"


def test_its_keys_are_public_and_outlive_the_engine(own, visitor):
    answer = visitor.ask(f"{own.url}/.hawser/jwks.json")
    assert answer.status == 200 and answer.field("Content-Type") == "application/jwk-set+json"
    assert answer.field("Cache-Control") == "public, max-age=300"
    assert [sorted(key) for key in json.loads(answer.body)["keys"]] == [["alg", "crv", "kid", "kty", "use", "x", "y"]]
    assert visitor.ask(f"{own.url}/.hawser/jwks.json", "HEAD").status == 200
    assert visitor.ask(f"{own.url}/.hawser/jwks.json", "POST", b"").status == 404
    own.engine.stop()
    own.engine.start()
    assert visitor.ask(f"{own.url}/.hawser/jwks.json").body == answer.body
    assert own.heads == []


def test_who_cannot_be_told_of_is_not_signed_in_and_the_log_says_what_to_do(lab, visitor, monkeypatch):
    many = [f"a group with quite a long name, number {i}".replace(",", "") for i in range(100)]
    monkeypatch.setitem(published.ACCOUNTS, "carol", {"groups": ["staff", *many], "email": "carol@example.com"})
    wiki = Application(lab).start()
    page = visitor.sign_in(f"{wiki.url}/", "carol")
    assert page.status == 403 and "too_much_to_hold" in page.body
    record = wiki.engine.wait_for_record(lambda r: r.get("answer") == "too_much_to_hold", "the refusal")
    assert "`identity.X-Forwarded-Groups` alone" in record["reason"] and "values:" in record["reason"]
    wiki.reload_app(identity={"X-Forwarded-Groups": {"claim": "groups", "values": ["staff"]}})
    assert visitor.follow(visitor.ask(f"{wiki.url}/")).status == 200
    assert told(wiki.heads[-1]) == {"X-Forwarded-Groups": "staff"}


def send_http1(wiki, forger, cookie, count):
    """How many were let in; a connection that a refusal ended is followed by another."""
    passed, client = 0, None
    for _ in range(count):
        client = client or RawClient(wiki.engine)
        client.send(forger.http1("wiki.localhost", cookie))
        try:
            status = client.response().status
        except Cut:
            status = 0
        passed += status == 200
        if status != 200:
            client.socket.close()
            client = None
    return passed


def send_http2(wiki, forger, cookie, count):
    passed, client = 0, Http2Client(wiki.engine)
    for _ in range(count):
        head = [(":method", "POST"), (":scheme", "https"), (":authority", "wiki.localhost"), (":path", "/h2"),
                ("cookie", cookie), *forger.lines(lower=True)]
        if forger.chance(0.5):
            number = client.request([(":method", "GET"), *head[1:]])
        else:
            number = client.request(head, end=False)
            client.try_send(frame(HEADERS, END_HEADERS | END_STREAM, number, block(forger.lines(lower=True))))
        passed += client.answer_to(number).status == 200
    client.close()
    return passed


def test_no_spelling_of_a_forged_field_arrives(wiki, visitor):
    visitor.sign_in(f"{wiki.url}/", "alice")
    cookie = "__Host-hawser-wiki=" + visitor.cookie("wiki.localhost", "__Host-hawser-wiki")
    forger = Forger([*IDENTITY, "X-Hawser-Assertion", "X-Hawser-User"], seed=55681)
    passed = send_http1(wiki, forger, cookie, FORGED_COUNT // 2) + send_http2(wiki, forger, cookie, FORGED_COUNT // 2)
    assert passed > FORGED_COUNT * 0.9, "most are well-formed, and let in"
    ours = {folded(name): name for name in [*IDENTITY, "X-Hawser-Assertion"]}
    true = {"X-Forwarded-User": "alice@example.com", "X-Forwarded-Groups": "staff,unused", "Remote-User": "alice"}
    keys, tokens = wiki.keys(visitor), set()
    assert len(wiki.heads) == passed + 1
    for head in wiki.heads:
        assert MARK.encode() not in head, head
        said = [(name, value) for name, value in fields_of(head) if folded(name) in ours]
        tokens.add(dict(said).pop("X-Hawser-Assertion"))
        assert sorted(name for name, _ in said) == sorted([*true, "X-Hawser-Assertion"]), head
        assert {name: value for name, value in said if name in true} == true, head
    assert not any(MARK.encode() in line for line in wiki.trailers)
    assert not any(folded(name) in ours for line in wiki.trailers for name, _ in fields_of(line)), wiki.trailers
    issuers = [wiki.url, "https://wiki.localhost"]  # as each of them was asked for
    assert all("claims" in verified(token, keys, issuers, "wiki") for token in tokens)
