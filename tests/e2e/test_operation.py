# SPDX-License-Identifier: Apache-2.0
"""What an operator does to running programs: check, reload, drain, look."""
import contextlib
import signal
import socket
import threading

import pytest

from support.client import RawClient
from support.hawser import Engine, http_get
from support.origin import answer_all
from support.program import BIN, run
from support.schema import metrics_listed, metrics_shown
from support.waiting import eventually


@pytest.fixture
def nginx(lab):
    nginx = lab.nginx()
    nginx.write("page", b"a page")
    return nginx


def event(name):
    return lambda record: record.get("event") == name


def held_origin(lab):
    """(origin, go): an origin that answers its first request only when told."""
    go = threading.Event()

    def script(connection):
        connection.read_head()
        go.wait(10)
        connection.answer(b"late")

    return lab.origin(script), go


@contextlib.contextmanager
def request_under_way(lab, **settings):
    """(engine, connector, client, go): the client waits for its answer, b"late", until `go` is set."""
    origin, go = held_origin(lab)
    engine, connector = lab.published(origin.url, **settings)
    with RawClient(engine) as client:
        client.send(client.head())
        origin.connections.wait_for(lambda _: True, "a connection to the origin")
        yield engine, connector, client, go


def test_a_good_file_is_checked_and_a_bad_one_told_with_its_lines(lab, nginx):
    engine, _ = lab.published(nginx.url)
    assert run(BIN / "hawser-engine", "check", "--config", engine.config).returncode == 0
    engine.set(workes=2)
    checked = run(BIN / "hawser-engine", "check", "--config", engine.config)
    assert checked.returncode != 0
    assert "workes" in checked.stderr and "workers" in checked.stderr


def test_a_reload_publishes_another_app_and_drops_no_session(lab, nginx):
    engine, _ = lab.published(nginx.url)
    with RawClient(engine) as client:
        assert client.get("/page").body == b"a page"
        apps = engine.settings["apps"]
        engine.set(apps=[*apps, {"name": "news", "host": "news.localhost", "origin": nginx.url}])
        engine.signal(signal.SIGHUP)
        engine.wait_for_record(event("reloaded"), "the reload")
        assert client.get("/page").body == b"a page"
    assert lab.curl(engine)("/page", host="news.localhost").body == b"a page"


def test_a_bad_new_file_keeps_the_old_one_and_says_so(lab, nginx):
    engine, _ = lab.published(nginx.url)
    engine.set(apps=[{"name": "wiki"}])
    engine.signal(signal.SIGHUP)
    engine.wait_for_record(event("reload_refused"), "the refusal")
    assert lab.curl(engine)("/page").body == b"a page"


def test_the_engine_drains_what_is_open_and_ends_with_0(lab):
    with request_under_way(lab) as (engine, connector, client, go):
        engine.signal(signal.SIGTERM)
        connector.wait_for_record(lambda r: r.get("event") == "channel_lost" and "refused" in r["reason"],
                                  "a channel is dialled anew")
        engine.wait_for_record(event("draining"), "the drain")
        eventually(lambda: (http_get(engine.metrics_port, "/readyz") or (503,))[0] == 503, "not ready any more")
        go.set()
        assert client.response().body == b"late"
    assert engine.wait_exit() == 0


def test_an_address_that_another_engine_serves_is_refused(lab, nginx):
    first, _ = lab.published(nginx.url)
    second = lab.add(Engine("second", lab.folder / "second", lab.authority, first.settings["apps"]))
    second.set(listen={"clients": [{"address": first.client_port.address}],
                       "connectors": [{"address": second.connector_port.address}]})
    second.spawn(BIN / "hawser-engine", "run", "--config", second.config)
    assert second.wait_exit() != 0
    assert "Address already in use" in "\n".join(second.log.items())


def test_the_connector_drains_what_is_open_and_ends_with_0(lab):
    with request_under_way(lab) as (engine, connector, client, go):
        connector.signal(signal.SIGTERM)
        connector.wait_for_record(event("draining"), "the drain")
        go.set()
        assert client.response().body == b"late"
    assert connector.wait_exit() == 0


def test_one_request_is_one_line_on_both_sides_with_the_same_id(lab, nginx):
    engine, connector = lab.published(nginx.url)
    response = lab.curl(engine)("/page?secret=1")
    wanted = lambda r: r.get("event") == "request" and r.get("path") == "/page"
    at_edge = engine.wait_for_record(wanted, "the request")
    inside = connector.wait_for_record(lambda r: r.get("event") == "request", "the request")
    assert at_edge["request_id"] == inside["request_id"]
    assert at_edge["status"] == response.status == 200
    assert at_edge["response_bytes"] == len(b"a page")
    assert at_edge["connect_ms"] == inside["connect_ms"] > 0
    assert "secret" not in "\n".join(engine.log.items() + connector.log.items())


def test_both_programs_tell_that_they_live_and_count(lab, nginx):
    engine, connector = lab.published(nginx.url)
    lab.curl(engine)("/page")
    for node, counter in ((engine, "hawser_requests_total"), (connector, "hawser_connector_requests_total")):
        assert http_get(node.metrics_port, "/healthz")[0] == 200
        node.wait_for_metric(counter, lambda value: value >= 1)


def test_the_connectors_gauges_follow_its_requests(lab, nginx):
    engine, connector = lab.published(nginx.url)
    connector.wait_for_metric("hawser_connector_channels", lambda value: value == 4)
    assert lab.curl(engine)("/page").status == 200
    connector.wait_for_metric("hawser_connector_origin_idle_connections", lambda value: value == 1)
    connector.wait_for_metric("hawser_connector_app_calls_total", lambda value: value == 1)


@pytest.mark.parametrize("command", [("status",), ("app", "list"), ("connector", "list"), ("token", "list")])
def test_hawserctl_reads_well_and_has_json(lab, nginx, command):
    engine, _ = lab.published(nginx.url)
    assert engine.ctl(*command).strip()
    assert isinstance(engine.ctl_json(*command), dict)


def test_the_open_streams_of_a_channel_are_listed(lab):
    origin, go = held_origin(lab)
    engine, _ = lab.published(origin.url)

    def open_streams():
        connectors = engine.ctl_json("connector", "list")["connectors"]
        return sum(channel["open_streams"] for connector in connectors for channel in connector["channels"])

    with RawClient(engine) as client:
        client.send(client.head())
        eventually(lambda: open_streams() == 1, "the exchange is listed")
        go.set()
        assert client.response().body == b"late"
    eventually(lambda: open_streams() == 0, "nothing is open any more")


def test_requests_beside_each_other_use_every_worker(lab):
    origin = lab.origin(answer_all())
    engine, _ = lab.published(origin.url)
    clients = [RawClient(engine) for _ in range(16)]
    for client in clients:
        client.send(client.head())
    assert [client.response().body for client in clients] == [b"ok"] * 16
    for client in clients:
        client.socket.close()


def test_a_draining_engine_refuses_newcomers_at_once(lab):
    with request_under_way(lab) as (engine, _, client, go):
        engine.signal(signal.SIGTERM)
        engine.wait_for_record(event("draining"), "the drain")
        for port in (engine.client_port, engine.connector_port):
            eventually(lambda port=port: not port.accepts(), "the listener is gone")
        go.set()
        assert client.response().body == b"late"
    assert engine.wait_exit() == 0


def test_what_a_second_signal_cuts_is_the_engines_doing(lab):
    with request_under_way(lab) as (engine, _, _, go):
        engine.signal(signal.SIGTERM)
        engine.wait_for_record(event("draining"), "the drain")
        engine.signal(signal.SIGTERM)
        engine.wait_for_record(event("drain_timeout"), "the end of the drain")
        told = engine.wait_for_record(event("request"), "the request's line")
        go.set()
    assert (told["error"], told["ended_by"]) == ("draining", "engine")
    assert engine.wait_exit() == 0


def test_silent_connections_keep_no_connector_out(lab, nginx):
    engine, connector = lab.published(nginx.url)
    eventually(lambda: [r["event"] for r in engine.records()].count("channel_open") == 4, "no channel is on its way any more")
    port = engine.connector_port
    silent = [socket.create_connection((port.host, port.number), 10) for _ in range(300)]
    connector.stop()
    connector.start()
    assert lab.curl(engine)("/page").status == 200
    for held in silent:
        held.close()
    assert not [r for r in engine.records() if r.get("event") == "connector_refused"], "noise has no line each"


def test_a_request_waits_in_the_queue_once_however_often_it_is_tried(lab):
    with request_under_way(lab, engine={"timeouts": {"queue": "1s"}}) as (engine, connector, held, go):
        def channels(what):
            return [r["event"] for r in engine.records()].count(what)

        eventually(lambda: channels("channel_open") == 4, "all channels are up")
        connector.signal(signal.SIGTERM)
        eventually(lambda: channels("channel_draining") == 4, "all channels drain")
        with RawClient(engine) as client:
            client.send(client.head())
            assert client.response().status == 503
        told = engine.wait_for_record(lambda r: r.get("status") == 503, "the request's line")
        assert told["total_ms"] < 2 * 1000, "one time for all attempts"
        go.set()
        assert held.response().body == b"late"


def test_a_request_whose_connector_died_waits_for_the_next_however_old_it_is(lab):
    alone = {"timeouts": {"queue": "2s"}, "workers": 1}
    with request_under_way(lab, engine=alone) as (_, connector, client, go):
        threading.Event().wait(2.2)  # longer than a request may queue: this one did not
        connector.signal(signal.SIGKILL)
        connector.wait_exit()
        go.set()
        connector.start()
        assert client.response().status == 200


def test_a_redirect_listener_sends_to_https(lab, nginx):
    from support.ports import HeldPort
    port = HeldPort()
    wiki = {"name": "wiki", "host": "wiki.localhost", "origin": nginx.url}
    engine = lab.engine([wiki])
    engine.stop()
    engine.settings["listen"]["redirect"] = [{"address": port.address}]
    engine.set()
    engine.start()

    def ask(host):
        with socket.create_connection((port.host, port.number), 10) as peer:
            peer.sendall(f"GET /page?q=1 HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
            return peer.makefile("rb").read()

    answer = ask("wiki.localhost")
    assert answer.startswith(b"HTTP/1.1 308")
    assert f"https://wiki.localhost:{engine.client_port.number}/page?q=1".encode() in answer
    stranger = ask("elsewhere.example")
    assert stranger.startswith(b"HTTP/1.1 421") and b"Location" not in stranger
    port.close()


@pytest.mark.parametrize("listener, port", [("connectors", "connector_port"), ("metrics", "metrics_port")])
def test_noise_on_a_listener_is_counted(lab, nginx, listener, port):
    engine, _ = lab.published(nginx.url)

    def counted():
        _, text = http_get(engine.metrics_port, "/metrics")
        at = f'hawser_refused_connections_total{{listener="{listener}"}} '
        return int(text.split(at)[1].split("\n")[0])

    before = counted()
    address = getattr(engine, port)
    with socket.create_connection((address.host, address.number), 10) as peer:
        peer.sendall(b"\x00noise\r\n\r\n")
        peer.settimeout(10)
        while peer.recv(4096):
            pass
    eventually(lambda: counted() > before, "the noise is counted")


def test_every_metric_is_listed_and_every_listed_one_is_shown(lab, nginx):
    nginx.write("page", b"a page")
    engine, connector = lab.published(nginx.url)
    assert lab.curl(engine)("/page").status == 200
    for kind, program in (("engine", engine), ("connector", connector)):
        _, text = http_get(program.metrics_port, "/metrics")
        shown, listed = metrics_shown(text), metrics_listed(kind)
        assert set(shown) == set(listed)
        for name, (type_, labels) in shown.items():
            assert type_ == listed[name][0], name
            assert not labels or labels == listed[name][1], name
