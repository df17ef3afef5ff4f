# SPDX-License-Identifier: Apache-2.0
"""Where a program's memory is, by purpose: `hawserctl memory` and SIGUSR1."""
import contextlib
import signal

import pytest

from support.client import RawClient
from support.program import BIN, run
from support.waiting import eventually

pytestmark = pytest.mark.large  # under a sanitizer the heap is the sanitizer's

KIB = 1024


@pytest.fixture
def nginx(lab):
    nginx = lab.nginx()
    nginx.write("page", b"a page")
    return nginx


def memory_of(engine):
    """{purpose: its part}, and the whole answer."""
    answer = engine.ctl_json("memory")
    return {part["purpose"]: part for part in answer["purposes"]}, answer


def agrees(sum_bytes, resident_bytes):
    return abs(sum_bytes - resident_bytes) <= resident_bytes / 10


@contextlib.contextmanager
def idle_clients(engine, count):
    """Clients that have been answered once."""
    with contextlib.ExitStack() as clients:
        for _ in range(count):
            client = clients.enter_context(RawClient(engine))
            client.get("/page")
        yield


def test_the_parts_add_up_to_what_is_resident_and_clients_show_in_theirs(lab, nginx):
    engine, _ = lab.published(nginx.url)
    before, answer = memory_of(engine)
    assert agrees(answer["sum_bytes"], answer["resident_bytes"]), answer
    assert sum(part["bytes"] for part in answer["purposes"]) == answer["sum_bytes"]
    assert before["stacks"]["count"] == 3  # two workers' and the first thread's
    assert before["channels"]["count"] > 0
    with idle_clients(engine, 500):
        during, answer = memory_of(engine)
        assert agrees(answer["sum_bytes"], answer["resident_bytes"]), answer
        assert during["sessions"]["count"] == 500
        assert during["sessions"]["bytes"] > 500 * KIB
        assert during["tls"]["bytes"] - before["tls"]["bytes"] > 500 * KIB
    eventually(lambda: memory_of(engine)[0]["sessions"]["count"] == 0, "the clients have gone")
    after, answer = memory_of(engine)
    assert after["tls"]["bytes"] - before["tls"]["bytes"] < 100 * KIB
    assert agrees(answer["sum_bytes"], answer["resident_bytes"]), answer


def test_bodies_under_way_show_in_theirs(lab, nginx):
    with open(nginx.files / "large", "wb") as large:
        large.truncate(64 * KIB * KIB)
    engine, _ = lab.published(nginx.url)
    readers = [lab.curl(engine).start("/large", "--limit-rate", "1k", "--output", "/dev/null") for _ in range(20)]
    try:
        def shown():
            parts, answer = memory_of(engine)
            return (parts["exchanges"]["count"] == 20 and parts["bodies"]["bytes"] > 20 * 64 * KIB
                    and agrees(answer["sum_bytes"], answer["resident_bytes"]))

        eventually(shown, "20 answers on their way")
    finally:
        for reader in readers:
            reader.kill()
            reader.communicate()


def test_people_get_a_table(lab, nginx):
    engine, _ = lab.published(nginx.url)
    table = engine.ctl("memory")
    assert table.startswith("PURPOSE")
    assert "\ntls " in table and "3 threads" in table and "resident" in table.splitlines()[-1]


@pytest.mark.parametrize("wrong", [("memory", "everything"), ("memory", "--since", "1h"), ("memories",)])
def test_what_is_no_such_command_is_refused(lab, nginx, wrong):
    engine, _ = lab.published(nginx.url)
    done = run(BIN / "hawserctl", "--admin", engine.admin, *wrong)
    assert (done.returncode, done.stdout) == (2, "")


def test_a_signal_puts_it_into_the_logs_of_both_programs(lab, nginx):
    engine, connector = lab.published(nginx.url)
    for program in (engine, connector):
        program.signal(signal.SIGUSR1)
        total = program.wait_for_record(lambda record: record["event"] == "memory_sum", "where the memory is")
        parts = {record["purpose"]: record for record in program.records() if record["event"] == "memory"}
        assert agrees(total["bytes"], total["resident_bytes"]), parts
        assert sum(part["bytes"] for part in parts.values()) == total["bytes"]
        assert {"program", "stacks", "tls", "channels", "other"} <= set(parts)
        assert parts["stacks"]["count"] == 3
        assert program.alive()
    assert lab.curl(engine)("/page").body == b"a page"
