# SPDX-License-Identifier: Apache-2.0
"""Whoever signs in ends at the host that they came to, however the way back is spelled, by a browser's own reading."""
import html
import json
import pathlib
import re

import pytest

from conftest import opened_lab
from support.program import run
from support.scripted_place import ScriptedPlace

WHERE = pathlib.Path(__file__).resolve().parent / "support/where.js"

# Values of `to`, as they stand in the URL.
SPELLINGS = [
    "//evil.example", "///evil.example", "////evil.example", "/%5Cevil.example", "/%5C%5Cevil.example", "%5C%5Cevil.example",
    "%5C/evil.example", "/%2F%2Fevil.example", "%2F%2Fevil.example", "%2f%2fevil.example%2f..", "/%252F%252Fevil.example",
    "/%255Cevil.example", "%252F%252Fevil.example", "/%09/evil.example", "/%0A/evil.example", "/%0D/evil.example",
    "%09//evil.example", "/%0D%0ALocation:%20https://evil.example", "/%00/evil.example", "%20//evil.example",
    "%20https://evil.example", "https:evil.example", "https:/evil.example", "https://evil.example", "HTTPS://EVIL.EXAMPLE",
    "https:%5C%5Cevil.example", "http://evil.example", "ftp://evil.example", "javascript:alert(1)", "java%09script:alert(1)",
    "JavaScript://%0Aalert(1)", "data:text/html,x", "vbscript:x", "evil.example", ".evil.example", "@evil.example",
    ":@evil.example", ":443@evil.example", "/@evil.example", "//wiki.localhost@evil.example", "//evil.example@wiki.localhost",
    "/..//evil.example", "/.//evil.example", "/%2e%2e//evil.example", "/../.hawser/logout?app=wiki", "/./.hawser/logout",
    "/.hawser/logout?app=wiki", "/%2ehawser/logout?app=wiki", "/.hawser%2Flogout", "/.%68awser/login?app=wiki",
    "/%23//evil.example", "%23//evil.example", "?//evil.example", "/?//evil.example", "/a%23@evil.example",
    "%E3%80%82evil.example", "/%E3%80%82evil.example", "%EF%BC%8F%EF%BC%8Fevil.example", "/%EF%BC%8Fevil.example",
    "/%E2%81%84evil.example", "/%C0%AF%C0%AFevil.example", "/%FFevil.example", "/%EF%BB%BF/evil.example",
    "%EF%BB%BF//evil.example", "/" + "a" * 5000, "/%", "%", "", "+//evil.example", "/+/evil.example", "%2Fpage&to=//evil.example",
    "//[::1]", "//0x7f000001", "//evil%E3%80%82example", "/%3Cscript%3Ealert(1)%3C/script%3E", "/%22%3E%3Ca%20href=//evil",
]


@pytest.fixture(scope="module")
def wiki(authority):
    with opened_lab(authority) as lab:
        yield ScriptedPlace(lab)


def ways_back(wiki, visitor, spelling, fragment):
    """Every URL by which the answer to a finished sign-in leads on: of the redirect, or of the page that restores a fragment."""
    begun = visitor.ask(f"{wiki.url}/.hawser/login?app=wiki&to={spelling}")
    assert begun.status == 200, (spelling, begun.status)
    if fragment:  # as the page's script says it
        note = re.search(r'document\.cookie="([^=]+)=1;', begun.body)[1]
        visitor.cookies.setdefault("wiki.localhost", {})[note, "/"] = "1"
    done = visitor.ask(wiki.sent_back(begun))
    assert "__Host-hawser-wiki=" in done.field("Set-Cookie"), (spelling, done.status, done.body)
    assert len(done.field("Location").splitlines()) <= 1, f"{spelling} made a field of its own"
    links = re.findall(r'<a [^>]*href="([^"]+)"', done.body) + re.findall(r'content="0; url=([^"]+)"', done.body)
    scripts = [json.loads(text) for text in re.findall(r'location\.replace\(("[^"]*")', done.body)]
    return [done.field("Location")] * (done.status == 302) + [html.unescape(link) for link in links] + scripts


@pytest.mark.parametrize("fragment", [False, True], ids=["redirect", "page"])
def test_no_way_back_leaves_the_host(wiki, fragment):
    visitor = wiki.visitor()
    ways = [(spelling, way) for spelling in SPELLINGS for way in ways_back(wiki, visitor, spelling, fragment)]
    assert len(ways) == len(SPELLINGS) * (3 if fragment else 1)
    read = json.loads(run("node", WHERE, stdin=json.dumps([[f"{wiki.url}/.hawser/callback", way] for _, way in ways])).stdout)
    led_away = [(spelling, url) for (spelling, _), url in zip(ways, read) if not url.startswith(f"{wiki.url}/")]
    assert not led_away
    ours = [(spelling, url) for (spelling, _), url in zip(ways, read) if url.startswith(f"{wiki.url}/.hawser")]
    assert not ours, "pages of ours, which do something"
