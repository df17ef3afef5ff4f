# SPDX-License-Identifier: Apache-2.0
"""slowhttptest's four attacks: what holds on for too long is ended, in bounded memory, and others notice nothing."""
import contextlib
import os
import subprocess

import pytest

from support.waiting import eventually

pytestmark = pytest.mark.long

MIB = 1 << 20
HOST = "localhost"  # of which the resolver knows, and so slowhttptest
CONNECTIONS = 200
SECONDS = 20
TIMEOUTS = {"handshake": "3s", "head": "3s", "idle": "3s", "stream_idle": "3s", "drain": "1s"}


@pytest.fixture
def nginx(lab):
    nginx = lab.nginx()
    nginx.write("page", b"a page")
    nginx.write("large", os.urandom(4 * MIB))
    return nginx


@contextlib.contextmanager
def attack(engine, path, *arguments):
    process = subprocess.Popen(
        ["slowhttptest", "-c", str(CONNECTIONS), "-r", "100", "-l", str(SECONDS), "-p", "5", *arguments,
         "-u", f"https://{HOST}:{engine.client_port.number}{path}"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def serve_others_meanwhile(lab, engine, process):
    """Asks for a page again and again until the attack is over; the most memory that the engine had, and how it went."""
    curl, most_bytes = lab.curl(engine), 0
    while True:
        assert curl("/page", host=HOST).body == b"a page"
        most_bytes = max(most_bytes, engine.resident_bytes())
        with contextlib.suppress(subprocess.TimeoutExpired):
            said, _ = process.communicate(timeout=0.1)
            return most_bytes, said


def failed(engine, reason):
    return engine.metrics().get(f'hawser_errors_total{{reason="{reason}"}}', 0)


SLOW = {
    "headers": ("/page", ("-H", "-i", "1", "-x", "10"), {}, "head_timeout"),
    "a body with pauses": ("/upload/x", ("-B", "-t", "PUT", "-s", "100000", "-i", "5"), {}, "client_too_slow"),
    "a body without an end": ("/upload/x", ("-B", "-t", "PUT", "-s", "100000", "-i", "1", "-x", "10"), {"total": "6s"},
                              "total_timeout"),
    "reading": ("/large", ("-X", "-w", "512", "-y", "1024", "-n", "1", "-z", "32"), {}, "client_too_slow"),
}


@pytest.mark.parametrize("what", SLOW)
def test_what_is_too_slow_is_ended_while_others_are_served(lab, nginx, what):
    path, arguments, timeouts, reason = SLOW[what]
    engine, _ = lab.published(nginx.url, engine={"timeouts": TIMEOUTS}, host=HOST, timeouts=timeouts)
    with attack(engine, path, *arguments) as process:
        most_bytes, said = serve_others_meanwhile(lab, engine, process)
    assert failed(engine, reason) >= CONNECTIONS, (engine.metrics(), said)
    assert "service available:" in said and "NO" not in said.split("service available:")[-1], said
    assert most_bytes < 128 * MIB
    eventually(lambda: engine.metric("hawser_open_exchanges") == engine.metric("hawser_client_sessions") == 0,
               "nothing is left of it")


def test_many_ranges_cost_no_more_than_one_answer(lab, nginx):
    engine, _ = lab.published(nginx.url, engine={"timeouts": TIMEOUTS}, host=HOST)
    with attack(engine, "/large", "-R", "-a", "5", "-b", "1000") as process:
        most_bytes, said = serve_others_meanwhile(lab, engine, process)
    asked = [r for r in engine.records() if r["event"] == "request" and r["path"] == "/large" and r["method"] == "HEAD"]
    assert len(asked) >= CONNECTIONS, said
    assert {r["status"] for r in asked} <= {200, 206, 400, 416}, said
    assert most_bytes < 64 * MIB
    eventually(lambda: engine.metric("hawser_client_sessions") == 0, "nothing is left of it")
