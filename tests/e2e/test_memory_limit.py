# SPDX-License-Identifier: Apache-2.0
"""`memory_limit` is a ceiling on resident memory: near it, step by step, less is begun."""
import pytest

from support.client import RawClient
from support.load import load
from support.origin import answer_all
from support.program import BIN

MIB = 2**20

pytestmark = pytest.mark.skipif("release" not in str(BIN), reason="a sanitizer's memory tells nothing of the program's")


def test_connections_that_nobody_uses_go_before_the_limit_is_reached(lab):
    engine, _ = lab.published(lab.origin(answer_all()).url, engine={"workers": 1, "memory_limit": "32M"})
    with RawClient(engine) as client:
        told = load(engine, "idle", "--clients", "3000", "--hold", "2s").stderr
        assert "the server ended the connection" in told
        engine.wait_for_record(lambda r: r["event"] == "memory_pressure" and r["pressure"] == "tight", "memory is tight")
        assert engine.metric("hawser_memory_steps_total") > 0
        assert engine.metric("process_resident_memory_bytes") < 32 * MIB
        engine.wait_for_record(lambda r: r["event"] == "memory_pressure" and r["pressure"] == "none", "there is room again")
        del client
    with RawClient(engine) as client:
        client.send(client.head("GET", "/"))
        assert client.response().status == 200, "whoever comes now is served"
