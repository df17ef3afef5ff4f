# SPDX-License-Identifier: Apache-2.0
"""hawser-load's own promises: bounded, on loopback, and its figures are true."""
import json
import threading

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


def test_requests_at_a_pace_are_as_many_as_were_due(engine):
    row, = load_rows(engine, "busy", "--clients", 4, "--path", "/page", "--rate", 50, "--hold", "2s")
    assert 0 < row["requests"] < 500  # 100 are due; without a pace they would be thousands
    assert row["not_2xx"] == 0


def test_a_request_at_a_pace_counts_from_when_it_was_due(lab):
    def slow(connection):
        while connection.read_head():
            threading.Event().wait(0.2)  # of each answer: what is due meanwhile has to wait
            connection.answer(b"late")
    slow_engine = lab.published(lab.origin(slow).url)[0]
    row, = load_rows(slow_engine, "busy", "--clients", 1, "--path", "/page", "--rate", 50, "--hold", "2s")
    assert row["waiting"] > 0
    assert row["p99_ms"] > 400  # its own answer alone would take 200


def test_small_exchanges_go_on_beside_bulk(nginx, engine):
    with open(nginx.files / "large", "wb") as large:
        large.truncate(4 * KIB * KIB)
    row, = load_rows(engine, "mixed", "--clients", 2, "--path", "/page", "--rate", 50, "--downloads", 2, "--down-path", "/large",
                     "--uploads", 2, "--up-path", "/upload/two", "--body", "256K", "--hold", "2s")
    assert row["requests"] > 0
    assert row["not_2xx"] == 0
    assert row["down_mib"] > 0
    assert row["up_mib"] > 0
    assert (nginx.uploads / "two").stat().st_size == 256 * KIB


def test_bulk_without_a_path_is_refused():
    done = load("127.0.0.1:1", "mixed", "--clients", "1", "--path", "/", "--downloads", "1")
    assert done.returncode == 2
    assert "--downloads needs --down-path" in done.stderr


def test_connections_come_and_go(engine):
    row, = load_rows(engine, "churn", "--clients", 3, "--path", "/page", "--hold", "1s")
    assert row["connections"] > 3
    assert row["connections_per_s"] > 3
    assert row["resumed"] == 0


@pytest.mark.parametrize("resume", [False, True])
def test_handshakes_alone_are_full_unless_they_are_to_resume(engine, resume):
    row, = load_rows(engine, "churn", "--clients", 3, "--hold", "1s", *(["--resume"] if resume else []))
    assert row["connections"] > 3
    if resume:
        assert row["resumed"] > row["connections"] / 2  # who began before the count is in one of them alone
    else:
        assert row["resumed"] == 0


def test_heads_without_an_end_are_cut_off_and_come_again(lab, nginx):
    engine = lab.published(nginx.url, engine={"timeouts": {"head": "1s"}})[0]
    row, = load_rows(engine, "heads", "--clients", 5, "--path", "/page", "--again", "--hold", "4s")
    assert row["most"] == 5
    assert row["gone"] > 5
    assert row["answered"] == 0


def test_a_long_beginning_of_a_head_comes_at_once(engine):
    done = load(engine.client_port.address, "heads", "--clients", "1", "--path", "/page", "--first", "80K", "--hold", "1s")
    assert done.returncode == 1  # over the engine's limit of heads
    assert "1 clients failed" in done.stderr


def test_stalled_streams_take_one_window_and_no_more(nginx, engine):
    with open(nginx.files / "large", "wb") as large:
        large.truncate(KIB * KIB)
    row, = load_rows(engine, "streams", "--clients", 3, "--streams", 5, "--window", "32K", "--path", "/large", "--hold", "2s")
    assert (row["clients"], row["streams"], row["stream_answers"], row["stream_not_2xx"]) == (3, 15, 15, 0)
    assert 15 * 32 * KIB <= row["received_mib"] * KIB * KIB < 15 * 40 * KIB  # the windows, and heads and frames


def test_streams_that_end_are_asked_for_again(engine):
    row, = load_rows(engine, "streams", "--clients", 1, "--streams", 5, "--path", "/page", "--again", "--hold", "2s")
    assert row["stream_answers"] > 5
    row, = load_rows(engine, "streams", "--clients", 1, "--streams", 5, "--path", "/missing", "--hold", "1s")
    assert row["stream_not_2xx"] == row["stream_answers"] == 5


def test_a_probe_tells_how_long_it_was_without_answers(engine):
    row, = load_rows(engine, "probe", "--path", "/page", "--hold", "2s")
    assert 0 < row["answered"] <= row["asked"]
    assert (row["not_2xx"], row["lost_connections"]) == (0, 0)
    row, = load_rows(engine, "probe", "--path", "/missing", "--hold", "1s")
    assert row["not_2xx"] == row["answered"] > 0
    assert row["longest_gap_ms"] >= 1000


def test_a_probe_comes_again_whatever_happens():
    port = HeldPort()
    done = load(port.address, "--json", "probe", "--path", "/", "--hold", "1s")
    port.close()
    assert done.returncode == 0, done.stderr
    row, = json.loads(done.stdout)
    assert row["answered"] == 0
    assert row["lost_connections"] > 1
