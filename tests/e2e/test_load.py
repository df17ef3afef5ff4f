# SPDX-License-Identifier: Apache-2.0
"""hawser-load's own promises: bounded, on loopback, and its figures are true."""
import pytest

from support.load import load_rows
from support.ports import HeldPort
from support.program import BIN, run

KIB = 1024


@pytest.fixture
def nginx(lab):
    return lab.nginx()


@pytest.fixture
def engine(lab, nginx):
    nginx.write("page", b"a page")
    return lab.published(nginx.url)[0]


def load(address, *arguments):
    return run(BIN / "hawser-load", "--connect", address, "--host", "wiki.localhost", *arguments)


def test_an_address_beyond_loopback_is_refused():
    for flags in ([], ["--beyond-loopback"]):
        done = load("192.0.2.1:443", *flags, "idle", "--clients", "1")
        assert done.returncode == 2
        assert "192.0.2.1:443 is not on this machine's loopback" in done.stderr


def test_more_clients_or_time_than_the_bounds_are_refused():
    assert load("127.0.0.1:1", "idle", "--clients", "100001").returncode == 2
    done = load("127.0.0.1:1", "idle", "--clients", "1", "--hold", "2h")
    assert done.returncode == 2
    assert "1h at most" in done.stderr


def test_that_nobody_listens_is_said():
    port = HeldPort()
    done = load(port.address, "idle", "--clients", "3")
    port.close()
    assert done.returncode == 1
    assert "no client came up" in done.stderr


def test_a_certificate_of_someone_else_is_refused(engine, tmp_path):
    certificate = tmp_path / "other.pem"
    made = run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=other",
               "-keyout", tmp_path / "key.pem", "-out", certificate)
    assert made.returncode == 0, made.stderr
    done = load(engine.client_port.address, "--ca", certificate, "idle", "--clients", "1")
    assert done.returncode == 1
    assert "no client came up" in done.stderr


def test_idle_clients_are_all_there_with_the_memory_at_each_mark(engine):
    rows = load_rows(engine, "idle", "--clients", 30, "--mark", 10, "--hold", "1s", watch=[engine])
    assert [row["clients"] for row in rows] == [0, 10, 30, 30]
    assert all(row["engine_mib"] > 1 for row in rows)


def test_slow_readers_take_no_more_than_their_rate(nginx, engine):
    with open(nginx.files / "large", "wb") as large:
        large.truncate(64 * KIB * KIB)
    row, = load_rows(engine, "read", "--clients", 5, "--path", "/large", "--rate", "100K", "--hold", "2s", watch=[engine])
    assert row["clients"] == 5
    assert row["engine_peak_mib"] >= row["engine_before_mib"]
    assert 0.5 < row["received_mib"] < 3  # 1 MiB at that rate, and some for the time that connecting takes


def test_slow_senders_send_all_that_they_promise(nginx, engine):
    row, = load_rows(engine, "send", "--clients", 5, "--path", "/upload/one", "--rate", "100K", "--body", "25K", "--hold", "2s")
    assert (row["clients"], row["answered"]) == (5, 5)
    assert (nginx.uploads / "one").stat().st_size == 25 * KIB


def test_busy_clients_are_counted_with_their_answers(engine):
    row, = load_rows(engine, "busy", "--clients", 5, "--path", "/page", "--hold", "1s")
    assert row["requests"] > 5
    assert row["not_2xx"] == 0
    assert 0 < row["p50_ms"] <= row["p99_ms"]
    row, = load_rows(engine, "busy", "--clients", 5, "--path", "/missing", "--hold", "1s")
    assert row["not_2xx"] == row["requests"] > 0


def test_connections_come_and_go(engine):
    row, = load_rows(engine, "churn", "--clients", 3, "--path", "/page", "--hold", "1s")
    assert row["connections"] > 3
    assert row["answered_per_s"] > 3
