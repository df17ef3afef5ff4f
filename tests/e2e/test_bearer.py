# SPDX-License-Identifier: Apache-2.0
"""Programs with access tokens: a token of a listed issuer and audience is a sign-in, and nothing else passes for one."""
import http.client
import json
import re
import ssl
import time

import pytest

from conftest import opened_lab
from support.issuer import TokenIssuer, encoded
from support.published import STAFF, Published
from support.schema import event_faults
from support.waiting import eventually

RULES = [{"name": "reports", "who": {"groups": ["staff"]}, "paths": ["/reports/"],
          "strength": {"acr": ["urn:example:mfa"], "max_age": "1h"}, "effect": "allow"},
         *STAFF, {"name": "robots", "who": {"users": ["robot"]}, "effect": "allow"}]


def published(lab, **issuer):
    tokens = lab.add(TokenIssuer(lab.folder / "issuer", lab.authority, **issuer))
    bearer = {"issuer": tokens.url, "audience": "api://wiki", "ca_file": str(lab.authority.certificate)}
    app = Published(lab, RULES, machines={"bearer": [bearer]}, cors={"origins": ["https://other.example"]})
    app.tokens = tokens
    return app.start()


@pytest.fixture(scope="module")
def shared(authority):
    with opened_lab(authority) as lab:
        yield published(lab)


@pytest.fixture
def wiki(shared):
    shared.heads.clear()
    return shared


@pytest.fixture
def own(lab):
    return published(lab)


def ask(visitor, app, token, path="/api", **fields):
    return visitor.ask(f"{app.url}{path}", Accept="*/*", Authorization=f"Bearer {token}", **fields)


def refusal(answer):
    challenge = answer.field("WWW-Authenticate")
    assert answer.status == 401 and 'Bearer realm="wiki", error="invalid_token", error_description="' in challenge
    assert not re.search(r"\?\w+\?", challenge), "what it quotes stands in other quotes"
    reason = json.loads(answer.body)["reason"]
    assert f'"{reason}: ' in challenge
    return reason


def test_a_token_is_a_sign_in(wiki, visitor):
    token = wiki.tokens.token()
    answer = ask(visitor, wiki, token)
    assert (answer.status, answer.body, answer.field("Set-Cookie")) == (200, "inside /api", "")
    assert f"authorization: bearer {token}".lower().encode() in wiki.heads[-1].lower(), "it is the application's too"
    record = wiki.engine.wait_for_record(lambda r: r.get("path") == "/api", "the request")
    assert (record["user"], record["client_id"], record["rule"]) == ("robot", "robot-app", "robots")


def test_a_thousand_requests_ask_for_keys_once(wiki, visitor):
    token = wiki.tokens.token()
    for _ in range(20):
        assert ask(visitor, wiki, token).status == 200
    assert wiki.tokens.asked.count("/jwks") <= 1


def test_groups_and_claims_meet_the_same_rules(wiki, visitor):
    assert ask(visitor, wiki, wiki.tokens.token(sub="u-1", groups=["staff"])).status == 200
    answer = ask(visitor, wiki, wiki.tokens.token(sub="u-1", groups=["guests"]))
    assert (answer.status, json.loads(answer.body)["reason"]) == (403, "access_denied")


def test_a_stronger_sign_in_is_asked_for_in_words(wiki, visitor):
    weak = ask(visitor, wiki, wiki.tokens.token(groups=["staff"]), "/reports/x")
    challenge = weak.field("WWW-Authenticate")
    assert weak.status == 401 and json.loads(weak.body)["reason"] == "step_up"
    assert 'error="insufficient_user_authentication"' in challenge
    assert 'acr_values="urn:example:mfa", max_age="3600"' in challenge
    strong = wiki.tokens.token(groups=["staff"], acr="urn:example:mfa", auth_time=int(time.time()))
    assert ask(visitor, wiki, strong, "/reports/x").status == 200


def wrong_tokens(tokens):
    now = int(time.time())
    good = tokens.token()
    head, claims, signature = good.split(".")
    yield "expired", tokens.token(iat=now - 600, exp=now - 120)
    yield "not_yet_valid", tokens.token(nbf=now + 600)
    yield "audience_wrong", tokens.token(aud="api://hr")
    yield "issuer_wrong", tokens.token(iss="https://evil.example")
    yield "type_wrong", tokens.token(header={"typ": "JWT"})
    yield "algorithm_refused", ".".join((encoded({"alg": "none", "typ": "at+jwt"}), claims, ""))
    yield "algorithm_refused", ".".join((encoded({"alg": "HS256", "typ": "at+jwt"}), claims, signature))
    yield "extension_refused", tokens.token(header={"crit": ["b64"], "b64": False})
    yield "signature_bad", f"{head}.{claims}.{encoded(b'0' * 256)}"
    yield "signature_bad", f"{head}.{tokens.token(sub='admin').split('.')[1]}.{signature}"
    yield "key_unknown", tokens.token(header={"kid": "nobody's"})
    yield "subject_missing", tokens.token(drop=["sub"])
    yield "malformed", tokens.token(drop=["client_id"])
    yield "malformed", tokens.token(drop=["exp"])
    yield "proof_missing", tokens.token(cnf={"jkt": "0"})
    yield "malformed", "opaque"
    yield "malformed", "a.b.c"


def test_every_wrong_token_is_refused_by_name_and_nothing_reaches_the_inside(wiki, visitor):
    for reason, token in wrong_tokens(wiki.tokens):
        answer = ask(visitor, wiki, token)
        assert refusal(answer) == reason, (reason, answer.body)
    assert wiki.heads == []
    record = wiki.engine.wait_for_record(lambda r: r.get("answer") == "token_refused", "the refusal")
    assert record["reason"].startswith("expired: ")


def test_other_sites_scripts_read_what_is_wrong(wiki, visitor):
    answer = ask(visitor, wiki, "opaque", Origin="https://other.example")
    assert refusal(answer) == "malformed" and answer.field("Access-Control-Allow-Origin") == "https://other.example"


def test_a_token_of_somebody_elses_is_the_applications_where_somebody_is_signed_in(wiki, visitor):
    visitor.sign_in(f"{wiki.url}/", "alice")
    for token in ("opaque", wiki.tokens.token(iss="https://evil.example"), wiki.tokens.token(aud="api://hr")):
        assert ask(visitor, wiki, token).status == 200
        assert b"authorization: bearer " + token.encode().lower() in wiki.heads[-1].lower()


def test_a_token_of_ours_decides_whoever_is_signed_in(wiki, visitor):
    visitor.sign_in(f"{wiki.url}/", "alice")
    wiki.heads.clear()
    assert refusal(ask(visitor, wiki, wiki.tokens.token(exp=1))) == "expired"
    assert ask(visitor, wiki, wiki.tokens.token(sub="u-1")).status == 403
    assert wiki.heads == []


def test_an_app_without_issuers_takes_no_token(lab, visitor):
    app = Published(lab).start()
    tokens = lab.add(TokenIssuer(lab.folder / "issuer", lab.authority))
    answer = ask(visitor, app, tokens.token())
    assert (answer.status, json.loads(answer.body)["reason"]) == (401, "signed_out")
    visitor.sign_in(f"{app.url}/", "alice")
    assert ask(visitor, app, tokens.token()).status == 200
    assert tokens.asked == []


def test_new_keys_are_found_and_withdrawn_ones_are_not_believed(own, visitor):
    old = own.tokens.token()
    assert ask(visitor, own, old).status == 200
    own.tokens.rotate()
    new = own.tokens.token()
    eventually(lambda: ask(visitor, own, new).status == 200, "the new key is known", 20)  # it is not asked for at every token
    eventually(lambda: ask(visitor, own, old).status == 401, "the old key is not believed", 20)


def test_an_outage_of_the_issuer_stops_nobody_whose_keys_are_known(own, visitor):
    workers_know = [ask(visitor, own, own.tokens.token()).status for _ in range(8)]
    assert set(workers_know) == {200}
    token = own.tokens.token(sub="robot", jti="later")
    own.tokens.stop()
    assert ask(visitor, own, token).status == 200


def test_an_issuer_that_is_down_is_named(own, visitor):
    token = own.tokens.token()
    own.tokens.stop()
    answer = ask(visitor, own, token)
    assert (answer.status, json.loads(answer.body)["reason"]) == (503, "provider_unreachable")
    assert answer.field("Retry-After") == "5" and own.heads == []


def test_a_server_that_knows_oauth_alone_is_found(lab, visitor):
    app = published(lab, where="/.well-known/oauth-authorization-server")
    assert ask(visitor, app, app.tokens.token()).status == 200


def test_what_runs_ends_with_the_token(own, visitor):
    now = int(time.time())
    token = own.tokens.token(iat=now - 100, exp=now - 50)  # with a skew of 60 s it ends in 10 s
    with visitor.opened(f"{own.url}/endless", Authorization=f"Bearer {token}") as download:
        assert download.read(4) == b"more"
        with pytest.raises((http.client.IncompleteRead, ConnectionError, ssl.SSLError)):
            download.read()
    assert refusal(ask(visitor, own, token)) == "expired"


def test_a_real_providers_tokens_open_the_app_that_they_are_for(lab, visitor):
    rules = [{"name": "robot", "who": {"users": ["robot"]}, "effect": "allow"}]
    app = Published(lab, rules)
    app.set(machines={"bearer": [{"issuer": app.provider.issuer, "audience": "https://wiki.example/api"}]})
    app.start(("robot", {"grant_types": ["client_credentials"], "response_types": [],
                         "token_endpoint_auth_method": "client_secret_post"}))
    answer = ask(visitor, app, app.provider.token("robot", "https://wiki.example/api"))
    assert (answer.status, answer.body) == (200, "inside /api")
    elsewhere = app.provider.token("robot", "https://hr.example/api")
    assert refusal(ask(visitor, app, elsewhere)) == "audience_wrong"


def test_a_token_that_is_refused_is_an_event_with_its_reason(own, visitor):
    answer = ask(visitor, own, own.tokens.token(aud="api://hr"), "/ledger")

    def denied():
        lines = own.engine.ctl("--json", "event", "list", "--kind", "denied").splitlines()
        return lines and json.loads(lines[0])

    event = eventually(denied, "the event", 30)
    assert event["metadata"]["correlation_uid"] == answer.field("X-Request-ID")
    assert (event["status_detail"], event["user"]["name"]) == ("token_refused", "unknown")
    assert event["unmapped"]["detail"].startswith("audience_wrong: ")
    assert event["http_request"]["url"]["path"] == "/ledger"
    assert event_faults([event]) == []
