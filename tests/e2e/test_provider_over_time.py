# SPDX-License-Identifier: Apache-2.0
"""What a provider's years bring: keys that change, outages, clocks that differ; and whoever would have us ask it without end."""
import json
import re
import time
import urllib.parse

import pytest

from support.scripted_place import ScriptedPlace
from support.scripted_provider import EcKey, b64, part
from support.waiting import eventually
from test_bad_provider import reason_of

KEYS_AGAIN_S = 5  # how soon the engine asks for keys again that a token names
FORM = {"Content_Type": "application/x-www-form-urlencoded"}


@pytest.fixture
def wiki(lab):
    return ScriptedPlace(lab)


def rotate(issuer, key):
    """The provider signs by another key from now on, and has no other."""
    issuer.key = key
    issuer.lies["keys"] = lambda truth, _issuer, _login: {"keys": [key.public()]}


def sign_in_until_it_works(wiki):
    """Keys are asked for again after a while; the pages until then, and the one that was meant."""
    visitor, refused, until = wiki.visitor(), [], time.monotonic() + 20
    while (page := wiki.visit(visitor, "/rotated")).status != 200:
        refused.append(page)
        assert time.monotonic() < until, page.body
        wiki.listener.ending.wait(0.3)
    return refused, page


def test_rotated_keys_sign_in_after_one_more_look_and_old_sessions_go_on(wiki):
    before = wiki.visitor()
    assert wiki.visit(before).status == 200
    assert wiki.issuer.asked["keys"] == 1
    rotate(wiki.issuer, EcKey("of-this-year"))
    refused, page = sign_in_until_it_works(wiki)
    assert page.body == "inside /rotated"
    assert {reason_of(page) for page in refused} <= {("token_refused", "key_unknown")}, "within the seconds after the first look"
    assert wiki.issuer.asked["keys"] == 2
    assert wiki.visit(before, "/on").body == "inside /on"
    assert wiki.visit(wiki.visitor()).status == 200
    assert wiki.issuer.asked["keys"] == 2, "what is known is not asked for"


def test_keys_are_kept_through_an_outage_of_their_address(wiki):
    assert wiki.visit(wiki.visitor()).status == 200
    wiki.issuer.lies["raw keys"] = lambda truth, issuer, login: b"HTTP/1.1 503 Down\r\nContent-Length: 0\r\n\r\n"
    good, wiki.issuer.key = wiki.issuer.key, EcKey("unknown")

    def asked_again():
        page = wiki.visit(wiki.visitor())
        assert reason_of(page) == ("token_refused", "key_unknown")
        return wiki.issuer.asked["keys"] > 1 or wiki.listener.ending.wait(0.3)

    eventually(asked_again, "the keys are asked for again")
    wiki.issuer.key = good
    assert wiki.visit(wiki.visitor()).status == 200, "those from before the outage are still good"


def test_a_provider_that_went_down_stops_new_sign_ins_alone(wiki):
    known = wiki.visitor()
    assert wiki.visit(known).status == 200
    wiki.issuer.lies["raw token"] = lambda truth, issuer, login: b"HTTP/1.1 503 Down\r\nContent-Length: 0\r\n\r\n"
    page = wiki.visit(wiki.visitor())
    assert (page.status, reason_of(page)) == (502, ("provider_unreachable", ""))
    assert "Try again in a moment" in page.body
    assert wiki.visit(known, "/on").body == "inside /on"
    wiki.issuer.lies.clear()
    assert wiki.visit(wiki.visitor()).status == 200


def short_lived(seconds):
    return lambda truth, issuer, login: {**truth, "exp": truth["iat"] + seconds}


@pytest.mark.parametrize("ahead_s, named", [(180, "not_yet_valid"), (-180, "expired")], ids=["ahead", "behind"])
def test_a_clock_three_minutes_off_is_refused_by_name_and_taken_once_it_is_allowed(wiki, ahead_s, named):
    wiki.issuer.clock_ahead_s = ahead_s
    wiki.issuer.lies["claims"] = short_lived(60)
    page = wiki.visit(wiki.visitor())
    assert (page.status, reason_of(page)) == (403, ("token_refused", named))
    request = re.search(r"Request: <code>([0-9a-f-]+)</code>", page.body)[1]
    record = wiki.engine.wait_for_record(lambda r: r.get("request_id") == request and r["event"] == "request", "the refusal")
    told_s = int(re.search(r"(\d+) s (?:ago|from now)", record["reason"])[1])
    assert 110 <= told_s <= 190, "by how much, so that an administrator can tell"
    assert wiki.heads == []
    wiki.reload_provider(clock_skew="5m")
    assert wiki.visit(wiki.visitor()).status == 200


def test_a_clock_half_a_minute_off_is_no_matter(wiki):
    for ahead_s in (30, -30):
        wiki.issuer.clock_ahead_s = ahead_s
        wiki.issuer.lies["claims"] = short_lived(60)
        assert wiki.visit(wiki.visitor()).status == 200


def looks_allowed(began):
    """The first, and one more each time that so many seconds are over."""
    return 2 + (time.monotonic() - began) / KEYS_AGAIN_S


def told_of_a_logout(wiki, visitor, number):
    """The answer to a logout token that nobody signed, by a key that the provider does not have."""
    now = int(time.time())
    header = {"alg": "ES256", "typ": "logout+jwt", "kid": f"made-up-{number}"}
    claims = {"iss": wiki.issuer.url, "aud": "hawser", "iat": now, "exp": now + 60, "jti": str(number), "sub": "ada",
              "events": {"http://schemas.openid.net/event/backchannel-logout": {}}}
    token = f"{part(header)}.{part(claims)}.{b64(bytes(64))}"
    return visitor.ask(f"{wiki.url}/.hawser/backchannel-logout", "POST", urllib.parse.urlencode({"logout_token": token}), **FORM)


def test_made_up_logout_tokens_make_us_ask_for_keys_no_more_than_so_often(wiki):
    began = time.monotonic()
    visitor = wiki.visitor()
    answers = [told_of_a_logout(wiki, visitor, i) for i in range(40)]
    assert 1 <= wiki.issuer.asked["keys"] <= looks_allowed(began)
    assert wiki.issuer.asked["description"] == 1
    refused = [answer for answer in answers if answer.status == 400]
    assert len(refused) == wiki.issuer.asked["keys"], "whose key was looked for since it came"
    assert all("key_unknown" in json.loads(answer.body)["error_description"] for answer in refused)


def test_a_logout_token_whose_key_could_not_be_looked_for_may_come_again(wiki):
    visitor = wiki.visitor()
    assert told_of_a_logout(wiki, visitor, 0).status == 400, "the keys were read for it"
    again = told_of_a_logout(wiki, visitor, 1)
    assert (again.status, again.field("Retry-After")) == (503, "5"), "they may be others since, and are not read at once again"
    eventually(lambda: told_of_a_logout(wiki, visitor, 2).status == 400, "they are read again", 2 * KEYS_AGAIN_S)


def test_made_up_callbacks_ask_the_provider_nothing(wiki):
    visitor = wiki.visitor()
    assert wiki.visit(visitor).status == 200
    before = dict(wiki.issuer.asked)
    for state in ("", "A", "A" * 300, "A" * 9000, "%00", wiki.issuer.logins and next(iter(wiki.issuer.logins.values())).state):
        stranger = wiki.visitor()
        page = stranger.ask(f"{wiki.url}/.hawser/callback?code=made-up&state={state}&iss={wiki.issuer.url}")
        assert page.status in (400, 414) and not page.field("Set-Cookie")
    assert wiki.issuer.asked == before


def test_a_provider_without_a_description_is_asked_for_it_no_more_than_once_a_second(wiki):
    wiki.issuer.lies["raw description"] = lambda truth, issuer, login: b"HTTP/1.1 503 Down\r\nContent-Length: 0\r\n\r\n"
    began = time.monotonic()
    for _ in range(30):
        page = wiki.visitor().ask(f"{wiki.url}/.hawser/login?app=wiki")
        assert reason_of(page) == ("provider_unreachable", "discovery")
    assert 1 <= wiki.issuer.asked["description"] <= 2 + (time.monotonic() - began)
    wiki.issuer.lies.clear()
    eventually(lambda: wiki.visit(wiki.visitor()).status == 200, "it is asked again")


def test_endpoints_that_moved_are_found_again(wiki):
    """The description is kept for an hour, unless what it names is of no use."""
    assert wiki.visit(wiki.visitor()).status == 200
    began = time.monotonic()
    wiki.issuer.moved_to = "new-token"
    refused = 0
    while wiki.visit(wiki.visitor()).status != 200:
        refused += 1
        assert time.monotonic() < began + 20
        wiki.listener.ending.wait(0.3)
    assert refused >= 1 and wiki.issuer.asked["description"] == 2
