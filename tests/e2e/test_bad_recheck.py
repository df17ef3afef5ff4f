# SPDX-License-Identifier: Apache-2.0
"""A provider that is asked again whether it still vouches for somebody, and lies or falls silent: a lie ends the session by
name, an outage does not, and neither is believed."""
import collections

import pytest

from conftest import opened_lab
from support.provider import Visitor
from support.provider_lies import TOKEN_ROWS, half, http, huge
from support.scripted_place import STAFF, provider_settings
from support.scripted_provider import EcKey, TlsListener
from support.waiting import eventually

# Of those that a sign-in refuses: all but what a refreshed token need not have, and what a session holds from its beginning.
TOKEN_LIES = {row.name: row for row in TOKEN_ROWS if row.fault == "token_refused" and row.detail != "nonce_wrong"
              and row.name not in ("kid_unknown", "kid_of_a_key_for_encryption")}
USER_INFO_ALONE = {"answer": lambda truth, issuer, login: {name: truth[name] for name in truth if name != "id_token"}}
ENDS = {
    **{name: (row.lies, row.key, row.detail) for name, row in TOKEN_LIES.items()},
    "another_person": ({"claims": lambda truth, issuer, login: {**truth, "sub": "eve"}}, None, "subject_wrong"),
    "grant_refused": ({"raw token": lambda *_: http("400 Bad Request", '{"error": "invalid_grant"}')}, None, "invalid_grant"),
    "user_info_of_another_person": ({**USER_INFO_ALONE, "userinfo": lambda truth, *_: {**truth, "sub": "eve"}}, None,
                                    "subject_wrong"),
    "user_info_of_nobody": ({**USER_INFO_ALONE, "userinfo": lambda *_: {"groups": ["staff"]}}, None, "subject_wrong"),
    "user_info_refused": ({**USER_INFO_ALONE, "raw userinfo": lambda *_: http("401 Unauthorized", "")}, None, "userinfo"),
}
GOES_ON = {
    "down": {"raw token": lambda *_: http("503 Down", "")},
    "huge": {"raw token": lambda truth, issuer, login: lambda connection: huge(connection, truth, issuer)},
    "cut": {"raw token": lambda truth, issuer, login: lambda connection: half(connection, truth, issuer)},
    "refused_for_no_known_reason": {"raw token": lambda *_: http("400 Bad Request", '{"error": "not_today"}')},
    "busy": {"raw token": lambda *_: http("429 Too Many Requests", '{"error": "access_denied"}')},
    "our_client_unknown": {"raw token": lambda *_: http("401 Unauthorized", '{"error": "invalid_client"}')},
    "html": {"raw token": lambda *_: http("200 OK", "<html></html>", content_type="text/html")},
    "user_info_down": {**USER_INFO_ALONE, "raw userinfo": lambda *_: http("503 Down", "")},
    "user_info_refused_for_no_known_reason": {**USER_INFO_ALONE, "raw userinfo": lambda *_: http("400 Bad Request", "")},
    "user_info_no_json": {**USER_INFO_ALONE, "raw userinfo": lambda *_: http("200 OK", "<html></html>")},
    "user_info_huge": {**USER_INFO_ALONE, "raw userinfo": lambda truth, issuer, login: lambda connection: huge(
        connection, truth, issuer)},
}

ROTATED = "another_key"
ONE_PERSONS = "one_persons"
TOLD_BY_USER_INFO = "told_by_user_info"


def path_of(name):
    return name.replace("_", "-")


class Rechecked:
    """An app for each lie. Those that end a session share a provider; an outage of one is no other's."""

    def __init__(self, lab):
        self.authority = lab.authority
        listener = lab.add(TlsListener(lab.authority.issue("login", "DNS:login.localhost")))
        self.issuers = {name: listener.issuer("shared" if name in ENDS else path_of(name)) for name in (*ENDS, *GOES_ON, ONE_PERSONS, TOLD_BY_USER_INFO, ROTATED)}
        origin = lab.origin(self._serve)
        apps = [{"name": path_of(name), "host": "wiki.localhost", "path": f"/{path_of(name)}/", "origin": origin.url,
                 "sign_in": {"provider": issuer.name}, "access": STAFF, "session": {"recheck": "1s"}}
                for name, issuer in self.issuers.items()]
        providers = {issuer.name: provider_settings(lab, issuer, scopes=["openid", "offline_access"])
                     for issuer in self.issuers.values()}
        self.engine = lab.engine(apps, providers=list(providers.values()))
        self.connector = lab.connector(self.engine)
        self.url = f"https://wiki.localhost:{self.engine.client_port.number}"

    @staticmethod
    def _serve(connection):
        connection.socket.settimeout(None)
        while connection.read_head():
            connection.answer(b"inside")

    def signed_in(self, name):
        """A visitor, and the page that is asked for again and again."""
        visitor, page = Visitor(self.authority), f"{self.url}/{path_of(name)}/"
        self.issuers[name].lies.clear()
        assert visitor.follow(visitor.ask(page)).body == "inside"
        return visitor, page


@pytest.fixture(scope="module")
def rechecked(authority):
    with opened_lab(authority) as lab:
        yield Rechecked(lab)


@pytest.mark.parametrize("name", ENDS)
def test_a_lie_about_somebody_ends_the_session(rechecked, name):
    visitor, page = rechecked.signed_in(name)
    lies, key, reason = ENDS[name]
    issuer = rechecked.issuers[name]
    logged, good = len(rechecked.engine.log.items()), issuer.key
    issuer.lies, issuer.key = dict(lies), key or good
    try:
        eventually(lambda: visitor.ask(page).status == 302, "the session is over")
    finally:
        issuer.lies, issuer.key = {}, good
    ended = rechecked.engine.wait_for_record(
        lambda r: r.get("event") == "session_revoked" and r["app"] == path_of(name), "the end of the session", since=logged)
    assert ended["reason"] == reason
    assert visitor.follow(visitor.ask(page)).body == "inside", "who is vouched for again signs in again"


@pytest.mark.parametrize("name", GOES_ON)
def test_an_outage_ends_no_session_and_is_not_believed(rechecked, name):
    visitor, page = rechecked.signed_in(name)
    issuer = rechecked.issuers[name]
    before = issuer.asked["refresh"] + issuer.asked["token"]
    issuer.lies = dict(GOES_ON[name])

    def asked():
        assert visitor.ask(page).body == "inside"
        return issuer.asked["refresh"] + issuer.asked["token"] > before

    eventually(asked, "the provider is asked again")
    failed = rechecked.engine.wait_for_record(
        lambda r: r.get("event") == "provider_failed" and r["provider"] == issuer.name, "what the operator reads")
    assert failed["what"] in ("refresh", "userinfo")
    assert visitor.ask(page).body == "inside"
    issuer.lies = {}
    assert visitor.ask(page).body == "inside"


def test_where_no_id_token_comes_user_info_tells_who_somebody_is_now(rechecked):
    visitor, page = rechecked.signed_in(TOLD_BY_USER_INFO)
    issuer = rechecked.issuers[TOLD_BY_USER_INFO]
    groups = {"groups": ["guests"]}
    issuer.lies = {**USER_INFO_ALONE, "userinfo": lambda *_: {"sub": "ada", **groups}}
    eventually(lambda: visitor.ask(page).status == 403, "who is in the group no more is out")
    groups["groups"] = ["staff"]
    eventually(lambda: visitor.ask(page).body == "inside", "and in again, without signing in")
    del groups["groups"]
    before = issuer.asked["userinfo"]

    def asked_twice():
        assert visitor.ask(page).body == "inside", "what it does not tell stays as it was"
        return issuer.asked["userinfo"] >= before + 2

    eventually(asked_twice, "it is asked again and again")


def test_what_a_provider_says_of_one_person_keeps_nobody_else_from_being_asked_about(rechecked):
    one, page = rechecked.signed_in(ONE_PERSONS)
    issuer = rechecked.issuers[ONE_PERSONS]
    ones = set(issuer.logins)
    other, _ = rechecked.signed_in(ONE_PERSONS)
    about = collections.Counter()

    def refresh(truth, _issuer, login):
        about["one" if login.code in ones else "other"] += 1
        return ("400 Bad Request", {"error": "not_today"}) if login.code in ones else truth

    issuer.lies["refresh"] = refresh

    def both_asked():
        assert one.ask(page).body == "inside", "neither yes nor no ends no session"
        assert other.ask(page).body == "inside"
        return about["one"] and about["other"] > 2 * about["one"]

    eventually(both_asked, "the other is asked about again and again, whatever is said of the one")


def test_a_provider_that_just_began_to_use_another_key_ends_no_session(rechecked):
    visitor, page = rechecked.signed_in(ROTATED)
    issuer, key = rechecked.issuers[ROTATED], EcKey("of-today")
    issuer.key, issuer.lies["keys"] = key, lambda truth, *_: {"keys": [key.public()]}

    def read_anew():
        assert visitor.ask(page).body == "inside", "also while the keys were read a moment ago"
        return issuer.asked["keys"] > 1

    eventually(read_anew, "the keys are read anew")
    assert visitor.ask(page).body == "inside"
