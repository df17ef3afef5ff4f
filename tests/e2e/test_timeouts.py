# SPDX-License-Identifier: Apache-2.0
"""An app's own timeouts stand in place of the engine's, on its connections too."""
import json

from support.client import RawClient
from support.origin import answer_all


def test_an_apps_head_timeout_rules_from_the_first_request(lab):
    engine, _ = lab.published("http://127.0.0.1:9", timeouts={"head": "200ms"})
    with RawClient(engine) as client:
        client.send(b"GET / HTTP/1.1\r\nHost: wiki")
        answer = client.response()
        assert (answer.status, json.loads(answer.body)["reason"]) == (408, "head_timeout")
        assert client.at_end()


def test_an_apps_idle_timeout_rules_between_requests(lab):
    origin = lab.origin(answer_all())
    engine, _ = lab.published(origin.url, timeouts={"idle": "200ms"})
    with RawClient(engine) as client:
        assert client.get().body == b"ok"
        assert client.at_end()


def test_the_engines_timeouts_rule_where_no_app_is_known(lab):
    engine, _ = lab.published("http://127.0.0.1:9", engine={"timeouts": {"head": "200ms"}}, timeouts={"head": "1h"})
    with RawClient(engine, host="wiki.localhost") as patient, RawClient(engine, host="other.localhost") as client:
        patient.send(b"GET / HTTP/1.1\r\n")
        client.send(b"GET / HTTP/1.1\r\n")
        assert client.response().status == 408
        patient.send(b"Host: other.localhost\r\n\r\n")
        assert patient.response().status == 421
