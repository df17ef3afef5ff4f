# SPDX-License-Identifier: Apache-2.0
"""A provider that lies, one way at a time: each lie is refused by its own name, and not one byte of the request reaches a
connector; once the provider is good again, the same browser signs in."""
import re
import time

import pytest

from conftest import opened_lab
from support.certificates import Authority
from support.hawser import http_get
from support.provider import Visitor
from support.provider_lies import ROWS
from support.scripted_place import STAFF, provider_settings
from support.scripted_provider import EC, TlsListener

PAGE_DEADLINE_S = 30  # a provider is given ten seconds
RECOVERY_DEADLINE_S = 20


def reason_of(page):
    """(fault, detail) as the page says it."""
    found = re.search(r"Reason: <code>([a-z_]+)(?: \(([^)]*)\))?</code>", page.body)
    return (found[1], found[2] or "") if found else (page.status, page.body[:200])


# What such lies leave behind is nothing, so that one provider may tell all of them, one after the other.
PASSING = {"sent_back", "claims", "header", "token", "answer", "raw token"}


class Place:
    """One app, which nobody else uses, and its provider."""

    def __init__(self, table, row):
        self.row, self.table = row, table
        self.name = row.name.replace("_", "-")[:63]
        self.listener = table.listeners[row.place]
        alone = row.slow or row.place != "main" or not set(row.lies) <= PASSING
        self.issuer = self.listener.issuer(self.name if alone else "shared")

    def app(self, origin):
        return {"name": self.name, "host": "wiki.localhost", "path": f"/{self.name}/", "origin": origin.url,
                "sign_in": {"provider": self.issuer.name}, "access": STAFF}

    def visit(self, visitor, page):
        return visitor.follow(visitor.ask(f"{self.table.url}/{self.name}/{page}"))

    def dispatched(self):
        """How many exchanges of this app a connector has seen."""
        _, metrics = http_get(self.table.connector.metrics_port, "/metrics")
        return sum(map(int, re.findall(rf'hawser_connector_requests_total{{app="{self.name}",[^}}]*}} (\d+)', metrics)))

    def lie(self):
        """What the page and the log said, the exchanges that a connector saw; a good provider's page, and those since."""
        visitor = Visitor(self.table.authority, PAGE_DEADLINE_S)
        self.issuer.lies, self.issuer.key = self.row.lies, self.row.key
        logged = len(self.table.engine.log.items())
        page = self.visit(visitor, "lied")
        request = re.search(r"Request: <code>([0-9a-f-]{36})</code>", page.body)
        record = self.table.engine.wait_for_record(
            lambda r: r.get("event") == "request" and r["request_id"] == request[1], "the refusal",
            since=logged) if request else {}
        seen = self.dispatched()
        self.issuer.lies, self.issuer.key = {}, EC
        self.listener.certificate = self.table.certificate
        good = self.visit(visitor, "good")
        until = time.monotonic() + RECOVERY_DEADLINE_S  # keys are asked for again after five seconds
        while good.status != 200 and time.monotonic() < until and not self.listener.ending.wait(0.5):
            good = self.visit(visitor, "good")
        return reason_of(page), record.get("reason", ""), seen, good, self.dispatched()


def serve_for_ever(connection):
    connection.socket.settimeout(None)  # one may wait in the connector's pool for as long as the tests take
    while connection.read_head():
        connection.answer(b"inside")


class Table:
    """An engine with an app and a provider for each row."""

    def __init__(self, lab):
        self.authority = lab.authority
        self.certificate = lab.authority.issue("login", "DNS:login.localhost")
        other = Authority(lab.folder, "an authority that nobody knows")
        self.elsewhere = lab.add(TlsListener(self.certificate))
        certificates = {"main": self.certificate, "other_name": lab.authority.issue("other-name", "DNS:else.localhost"),
                        "expired": lab.authority.issue("expired", "DNS:login.localhost", days=-1),
                        "unknown": other.issue("unknown", "DNS:login.localhost")}
        self.listeners = {name: lab.add(TlsListener(certificate)) for name, certificate in certificates.items()}
        for listener in self.listeners.values():
            listener.elsewhere = self.elsewhere.base
        self.places = {row.name: Place(self, row) for row in ROWS}
        self.origin = lab.origin(serve_for_ever)
        places = self.places.values()
        providers = {place.issuer.name: provider_settings(lab, place.issuer) for place in places}
        self.engine = lab.engine([place.app(self.origin) for place in places], providers=list(providers.values()))
        self.connector = lab.connector(self.engine)
        self.url = f"https://wiki.localhost:{self.engine.client_port.number}"


@pytest.fixture(scope="module")
def table(authority):
    with opened_lab(authority) as lab:
        yield Table(lab)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_lie_is_refused_by_its_name_and_reaches_nobody(table, row):
    said, logged, seen, good, dispatched = table.places[row.name].lie()
    assert said == (row.fault, row.detail)
    assert row.words in logged
    assert seen == 0, "a byte went inside"
    assert (good.status, good.body, dispatched) == (200, "inside", 1)
    assert table.elsewhere.accepted == 0, "a redirect was followed"


def test_a_code_is_shown_to_one_of_the_providers_addresses_alone(lab):
    """Where the name has several: what the first has read is never said to another."""
    certificate = lab.authority.issue("login-twice", "DNS:login.localhost")
    first = lab.add(TlsListener(certificate))
    second = lab.add(TlsListener(certificate, address=("::1", first.number)))
    second.base = first.base
    for listener in (first, second):
        listener.issuer("shared").lies["raw token"] = lambda truth, issuer, login: lambda connection: None
    second.issuers["shared"].logins = first.issuers["shared"].logins
    engine = lab.engine([{"name": "wiki", "host": "wiki.localhost", "origin": "http://127.0.0.1:9", "access": STAFF,
                          "sign_in": {"provider": "shared"}}],
                        providers=[provider_settings(lab, first.issuers["shared"])])
    visitor = Visitor(lab.authority)
    page = visitor.follow(visitor.ask(f"https://wiki.localhost:{engine.client_port.number}/"))
    assert reason_of(page) == ("provider_unreachable", "token")
    assert first.issuers["shared"].asked["token"] + second.issuers["shared"].asked["token"] == 1
