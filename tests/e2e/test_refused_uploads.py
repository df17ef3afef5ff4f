# SPDX-License-Identifier: Apache-2.0
"""Whoever sends something that is not wanted hears why, over HTTP/2 too, where the answer comes before the content is through."""
import pytest

from conftest import opened_lab
from support.published import Published

BODIES = {"nothing": b"", "a few bytes": b"a=b&c=d", "64 KiB": bytes(65_536), "300 kB": bytes(300_000)}
NOT_FROM_HERE = [{"name": "not from here", "from": {"networks": ["127.0.0.0/8"]}, "effect": "deny"}]
ATTEMPTS = 20


@pytest.fixture(scope="module")
def shared(authority):
    with opened_lab(authority) as lab:
        app = Published(lab)
        origin = {"origin": "http://127.0.0.1:9"}
        app.add_app({"name": "denied", "host": "wiki.localhost", "path": "/denied/", "sign_in": {"provider": "main"},
                     "access": NOT_FROM_HERE, **origin})
        app.add_app({"name": "small", "host": "other.localhost", "path": "/small/", "access": "passthrough",
                     "limits": {"body": "1K"}, **origin})
        app.lab = lab
        yield app.start()


REFUSALS = [("wiki.localhost/page", 401), ("wiki.localhost/denied/page", 403), ("other.localhost/page", 404),
            ("other.localhost/small/page", 413), ("localhost/page", 421)]


def is_refused(body, status):
    return status != 413 or len(BODIES[body]) > 1024  # what is within the limit is none too many


@pytest.mark.parametrize("url, status, body", [(url, status, body) for url, status in REFUSALS for body in BODIES
                                               if is_refused(body, status)])
def test_curl_gets_every_refusal_of_what_it_sends(shared, url, status, body):
    host, _, path = url.partition("/")
    sent = shared.lab.folder / "sent"
    sent.write_bytes(BODIES[body])
    curl = shared.lab.curl(shared.engine)
    got = [curl(f"/{path}", "--http2", "--data-binary", f"@{sent}", host=host).status for _ in range(ATTEMPTS)]
    assert got == [status] * ATTEMPTS
    assert shared.heads == [] and shared.bodies == []
