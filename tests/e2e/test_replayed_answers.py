# SPDX-License-Identifier: Apache-2.0
"""What was said once, in one browser, on one host, is worth nothing a second time or elsewhere, even where the provider
would take it."""
import urllib.parse

import pytest

from conftest import opened_lab
from support.scripted_place import ScriptedPlace
from test_bad_provider import reason_of

NEWS = {"name": "news", "host": "news.localhost"}


@pytest.fixture(scope="module")
def shared(authority):
    with opened_lab(authority) as lab:
        yield ScriptedPlace(lab, [NEWS])


@pytest.fixture
def wiki(shared):
    shared.heads.clear()
    shared.issuer.lies.clear()
    shared.issuer.takes_any_verifier = False
    return shared


def begun(wiki, visitor, host="wiki"):
    """Where the provider sends the browser whose sign-in it has begun."""
    return wiki.sent_back(visitor.follow(visitor.ask(wiki.url_of(host) + "/page"), lambda page: page.status == 200))


def with_parameter(url, name, value):
    parts = urllib.parse.urlsplit(url)
    query = {**dict(urllib.parse.parse_qsl(parts.query)), name: value}
    return urllib.parse.urlunsplit(parts._replace(query=urllib.parse.urlencode(query)))


def parameter(url, name):
    return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query))[name]


def test_an_answer_is_good_once(wiki):
    visitor = wiki.visitor()
    answer = begun(wiki, visitor)
    assert visitor.follow(visitor.ask(answer)).body == "inside /page"
    wiki.heads.clear()
    asked = wiki.issuer.asked["token"]
    again = visitor.ask(answer)
    assert (again.status, reason_of(again)) == (400, ("login_replayed", "")) and not again.field("Set-Cookie")
    assert wiki.heads == [] and wiki.issuer.asked["token"] == asked


def test_an_answer_is_for_the_browser_that_asked(wiki):
    answer = begun(wiki, wiki.visitor())
    stranger, other = wiki.visitor(), wiki.visitor()
    begun(wiki, other)  # has a sign-in of its own
    for browser in (stranger, other):
        page = browser.ask(answer)
        assert (page.status, reason_of(page)) == (400, ("login_unknown", "")) and not page.field("Set-Cookie")
    assert wiki.heads == []


def test_an_answer_is_for_the_host_that_asked(wiki):
    visitor = wiki.visitor()
    answer = begun(wiki, visitor)
    visitor.cookies["news.localhost"] = dict(visitor.cookies["wiki.localhost"])
    page = visitor.ask(answer.replace("//wiki.", "//news."))
    assert (page.status, reason_of(page)) == (400, ("login_unknown", "")) and not page.field("Set-Cookie")
    assert wiki.heads == []
    assert visitor.follow(visitor.ask(answer)).status == 200, "where it was for"


def test_a_code_of_anothers_sign_in_is_worth_nothing_here(wiki):
    """Stolen from ada, who has used it: the token that it brings is for her sign-in."""
    wiki.issuer.takes_any_verifier = True
    ada, thief = wiki.visitor(), wiki.visitor()
    hers = begun(wiki, ada)
    assert ada.follow(ada.ask(hers)).status == 200
    wiki.heads.clear()
    page = thief.ask(with_parameter(begun(wiki, thief), "code", parameter(hers, "code")))
    assert reason_of(page) == ("token_refused", "nonce_wrong") and not page.field("Set-Cookie")
    assert wiki.heads == []


def test_a_code_needs_the_verifier_of_its_own_sign_in(wiki):
    ada, thief = wiki.visitor(), wiki.visitor()
    page = thief.ask(with_parameter(begun(wiki, thief), "code", parameter(begun(wiki, ada), "code")))
    assert reason_of(page) == ("code_refused", "invalid_grant")
    assert wiki.heads == []


def test_a_token_of_an_earlier_sign_in_is_not_taken(wiki):
    assert wiki.visit(wiki.visitor()).status == 200
    earlier = wiki.issuer.said[-1]
    wiki.heads.clear()
    wiki.issuer.lies["token"] = lambda truth, issuer, login: earlier
    assert reason_of(wiki.visit(wiki.visitor())) == ("token_refused", "nonce_wrong")
    assert wiki.heads == []


def test_an_answer_for_one_app_opens_no_other(wiki):
    visitor = wiki.visitor()
    assert visitor.follow(visitor.ask(begun(wiki, visitor))).status == 200
    wiki.heads.clear()
    assert visitor.ask(wiki.url_of("news") + "/").status == 302
    assert wiki.heads == []
