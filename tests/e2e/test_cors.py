# SPDX-License-Identifier: Apache-2.0
"""Scripts of other sites: what a browser lets them see of the gate's own answers, and who answers a preflight."""
import json

import pytest

from conftest import opened_lab
from support.published import STAFF, Published

OTHER, STRANGER = "https://other.example:8443", "https://evil.example"
SCRIPT = {"Accept": "*/*", "Sec_Fetch_Mode": "cors"}


def published(lab, preflight):
    return Published(lab, STAFF, cors={"origins": [OTHER], "preflight": preflight}).start()


@pytest.fixture(scope="module")
def asking(authority):
    with opened_lab(authority) as lab:
        yield published(lab, "sign_in")


@pytest.fixture(scope="module")
def allowing(authority):
    with opened_lab(authority) as lab:
        yield published(lab, "allow")


def preflight(visitor, app, origin):
    return visitor.ask(f"{app.url}/api", "OPTIONS", Origin=origin, Access_Control_Request_Method="PUT",
                       Access_Control_Request_Headers="content-type", **SCRIPT)


def cors_fields(answer):
    return {name.lower(): value for name, value in answer.fields if name.lower().startswith("access-control-")}


def test_a_listed_sites_script_reads_that_it_has_to_sign_in(asking, visitor):
    answer = visitor.ask(f"{asking.url}/api", Origin=OTHER, **SCRIPT)
    assert answer.status == 401 and json.loads(answer.body)["login_url"].startswith(asking.url)
    assert cors_fields(answer)["access-control-allow-origin"] == OTHER
    assert cors_fields(answer)["access-control-allow-credentials"] == "true"
    assert answer.field("Vary") == "Origin"
    assert asking.heads == []


def test_a_listed_sites_script_reads_that_it_may_not(asking, visitor):
    assert visitor.sign_in(f"{asking.url}/", "bob").status == 403
    answer = visitor.ask(f"{asking.url}/api", Origin=OTHER, **SCRIPT)
    assert (answer.status, json.loads(answer.body)["reason"]) == (403, "access_denied")
    assert cors_fields(answer)["access-control-allow-origin"] == OTHER


def test_other_sites_scripts_read_nothing(asking, visitor):
    answer = visitor.ask(f"{asking.url}/api", Origin=STRANGER, **SCRIPT)
    assert answer.status == 401 and cors_fields(answer) == {}


def test_what_the_application_answers_is_its_own(asking, visitor):
    visitor.sign_in(f"{asking.url}/", "alice")
    answer = visitor.ask(f"{asking.url}/api", Origin=OTHER, **SCRIPT)
    assert (answer.status, cors_fields(answer), answer.field("Vary")) == (200, {}, "")
    asking.heads.clear()


def test_a_preflight_has_to_sign_in_where_nothing_else_was_said(asking, visitor):
    assert preflight(visitor, asking, OTHER).status == 401
    assert preflight(visitor, asking, STRANGER).status == 401
    assert asking.heads == []


def test_a_preflight_is_answered_in_the_applications_place(allowing, visitor):
    answer = preflight(visitor, allowing, OTHER)
    assert (answer.status, answer.body) == (204, "")
    assert cors_fields(answer) == {
        "access-control-allow-origin": OTHER, "access-control-allow-credentials": "true",
        "access-control-allow-methods": "PUT", "access-control-allow-headers": "content-type",
        "access-control-max-age": "600"}
    refused = preflight(visitor, allowing, STRANGER)
    assert refused.status == 403 and cors_fields(refused) == {}
    assert visitor.ask(f"{allowing.url}/api", "OPTIONS", Origin=OTHER, **SCRIPT).status == 401, "no preflight"
    assert allowing.heads == []
