# SPDX-License-Identifier: Apache-2.0
"""A second opinion: the connector sees for itself who is asking, by its own configuration."""
import json
import ssl
import urllib.request

import pytest

from support.provider import Visitor
from support.published import Published

IDENTITY = {"X-Forwarded-User": "email", "X-Forwarded-Groups": "groups"}


class Doubting(Published):
    """An app whose connector is told by connector.yaml whom to believe."""

    def __init__(self, lab, **app):
        super().__init__(lab, **{"verify_identity": True, "identity": IDENTITY, "assertion": True, **app})

    def entry(self, **keys):
        return {"issuer": self.provider.issuer, "client_ids": ["wiki"], "ca_file": str(self.provider.authority.certificate),
                **keys}

    def believe(self, *entries):
        """Starts with these entries of `verify_identity`; [] for none."""
        return self.start(verify_identity=list(entries))

    def published_keys(self):
        context = ssl.create_default_context(cafile=self.provider.authority.certificate)
        with urllib.request.urlopen(f"https://127.0.0.1:{self.provider.port.number}/jwks", context=context) as answer:
            return answer.read()

    def refusal(self):
        record = self.connector.wait_for_record(lambda r: r.get("error") == "identity_unverified", "the refusal")
        return record["reason"]


def told(head):
    lines = [line.split(": ", 1) for line in head.decode("latin-1").split("\r\n") if ": " in line]
    return {name: value for name, value in lines if name in IDENTITY}


def test_the_connector_lets_in_whom_it_knows_from_the_provider(lab, visitor):
    wiki = Doubting(lab)
    wiki.believe(wiki.entry())
    page = visitor.sign_in(f"{wiki.url}/page", "alice")
    assert (page.status, page.body) == (200, "inside /page")
    assert told(wiki.heads[-1]) == {"X-Forwarded-User": "alice@example.com", "X-Forwarded-Groups": "staff,unused"}
    assert b"X-Hawser-Assertion: " in wiki.heads[-1]
    for number in range(20):  # on both workers, over all channels
        other = Visitor(wiki.provider.authority)
        other.cookies = visitor.cookies
        assert other.ask(f"{wiki.url}/{number}").status == 200


def test_who_is_known_stays_known_through_the_providers_outage(lab, visitor):
    wiki = Doubting(lab)
    wiki.believe(wiki.entry())
    visitor.sign_in(f"{wiki.url}/", "alice")
    for number in range(20):  # so that both workers of the connector have the keys
        assert visitor.ask(f"{wiki.url}/{number}").status == 200
    wiki.provider.kill()
    assert visitor.ask(f"{wiki.url}/on").body == "inside /on"


def test_keys_that_the_operator_pinned_need_no_provider(lab, visitor):
    wiki = Doubting(lab)
    keys = lab.folder / "keys.json"
    wiki.before_connector = lambda: keys.write_bytes(wiki.published_keys())
    wiki.believe(wiki.entry(keys_file=str(keys), ca_file=None))
    assert visitor.sign_in(f"{wiki.url}/", "alice").status == 200


def test_pinned_keys_of_another_prove_nobody(lab, visitor):
    wiki = Doubting(lab)
    keys = lab.folder / "keys.json"
    other = {"kty": "EC", "crv": "P-256", "kid": "k", "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
             "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}
    keys.write_text(json.dumps({"keys": [other]}))
    wiki.believe(wiki.entry(keys_file=str(keys)))
    page = visitor.sign_in(f"{wiki.url}/", "alice")
    assert page.status == 403 and "identity_unverified" in page.body and "connector" in page.body
    assert "key_unknown" in wiki.refusal() and wiki.heads == []


@pytest.mark.parametrize("entries, reason", [
    ([], "has no `verify_identity`"),
    ([{"client_ids": ["news"]}], "no issuer and client"),
    ([{"issuer": "https://elsewhere.localhost"}], "no issuer and client"),
    ([{"user_claim": "email"}], "another user"),
    ([{"origins": ["10.0.0.0/8"]}], "for none of the clients"),
])
def test_what_the_connector_does_not_believe_reaches_no_origin(lab, visitor, entries, reason):
    wiki = Doubting(lab)
    wiki.believe(*[wiki.entry(**keys) for keys in entries])
    page = visitor.sign_in(f"{wiki.url}/", "alice")
    assert page.status == 403 and "identity_unverified" in page.body
    assert reason in wiki.refusal() and wiki.heads == []


def test_a_guarded_origin_needs_no_word_of_the_engine(lab, visitor):
    wiki = Doubting(lab, verify_identity=False)
    wiki.believe(wiki.entry())
    assert visitor.sign_in(f"{wiki.url}/", "alice").status == 403
    assert visitor.ask(f"https://news.localhost:{wiki.engine.client_port.number}/").status == 403, "passthrough"
    assert "showed no ID token" in wiki.refusal() and wiki.heads == []


def test_fields_of_the_connectors_own_need_no_word_of_the_engine_either(lab, visitor):
    wiki = Doubting(lab, identity={"X-Forwarded-User": "sub"})
    wiki.believe(wiki.entry(identity={"Remote-User": "email", "X-Forwarded-User": "email"}))
    visitor.sign_in(f"{wiki.url}/", "alice")
    visitor.ask(f"{wiki.url}/again", Remote_User="admin", X_Forwarded_User="admin")
    head = wiki.heads[-1]
    assert b"Remote-User: alice@example.com\r\n" in head and b"X-Forwarded-User: alice@example.com\r\n" in head
    assert b"admin" not in head


def test_the_id_token_stays_outside(lab, visitor):
    wiki = Doubting(lab, assertion=False)
    wiki.believe(wiki.entry())
    visitor.sign_in(f"{wiki.url}/", "alice")
    logs = [*wiki.engine.log.items(), *wiki.connector.log.items()]
    assert b"eyJ" not in b"".join(wiki.heads) and not any("eyJ" in line for line in logs)
