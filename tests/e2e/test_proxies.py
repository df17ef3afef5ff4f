# SPDX-License-Identifier: Apache-2.0
"""Proxies in front of the engine: who asked is believed from those alone that the configuration names."""
import socket
import ssl
import struct

import pytest

from support.client import RawClient
from support.origin import answer_all

SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"
LINE = b"PROXY TCP4 203.0.113.9 198.51.100.1 4711 443\r\n"
BINARY = SIGNATURE + b"\x21\x11" + struct.pack("!H4s4sHH", 12, bytes([203, 0, 113, 9]), bytes(4), 4711, 443)


def telling_origin(lab):
    """An origin that answers with the head that it got."""
    def script(connection):
        while head := connection.read_head():
            connection.answer(head)

    return lab.origin(script)


def balanced(lab, **app):
    """A listener where this machine has to speak the PROXY protocol."""
    origin = telling_origin(lab)
    edge = lab.engine([])
    listen = dict(edge.settings["listen"])
    listen["clients"] = [{"address": edge.client_port.address, "proxy_protocol_from": ["127.0.0.0/8"]}]
    edge.stop()
    edge.set(listen=listen, apps=[{"name": "wiki", "host": "wiki.localhost", "origin": origin.url, **app}])
    edge.start()
    lab.connector(edge)
    return edge


def connect(engine, header, piecewise=False):
    """A TLS connection behind a PROXY header."""
    plain = socket.create_connection(("127.0.0.1", engine.client_port.number), 10)
    plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for piece in ([bytes([b]) for b in header] if piecewise else [header]):
        plain.sendall(piece)
    context = ssl.create_default_context(cafile=str(engine.authority.certificate))
    return context.wrap_socket(plain, server_hostname="wiki.localhost", suppress_ragged_eofs=False)


def get(connection, *fields):
    lines = ["GET / HTTP/1.1", "Host: wiki.localhost", "Connection: close", *fields]
    connection.sendall("\r\n".join(lines).encode() + b"\r\n\r\n")
    received = b""
    while more := connection.recv(65536):
        received += more
    return received.decode("latin-1").lower()


@pytest.mark.parametrize("header", [LINE, BINARY], ids=["v1", "v2"])
@pytest.mark.parametrize("piecewise", [False, True])
def test_the_client_is_the_one_that_the_balancer_names(lab, header, piecewise):
    engine = balanced(lab)
    with connect(engine, header, piecewise) as client:
        seen = get(client, "X-Forwarded-For: 10.0.0.1")
    assert "\r\nx-forwarded-for: 203.0.113.9\r\n" in seen
    assert "for=203.0.113.9;" in seen
    assert engine.wait_for_record(lambda r: r["event"] == "request", "a request")["client"] == "203.0.113.9"


def test_a_balancer_that_asks_for_itself_is_the_client(lab):
    engine = balanced(lab)
    with connect(engine, SIGNATURE + b"\x20\x00\x00\x00") as client:
        assert "\r\nx-forwarded-for: 127.0.0.1\r\n" in get(client)
    with connect(engine, b"PROXY UNKNOWN\r\n") as client:
        assert "\r\nx-forwarded-for: 127.0.0.1\r\n" in get(client)


def test_a_balancer_without_its_header_is_not_served(lab):
    engine = balanced(lab)
    with pytest.raises((ssl.SSLError, OSError)):
        connect(engine, b"").close()
    with pytest.raises((ssl.SSLError, OSError)):
        connect(engine, b"PROXY TCP4 nonsense\r\n").close()
    with connect(engine, LINE) as client:
        assert " 200 ok\r\n" in get(client)


def test_nobody_else_may_say_for_whom_it_asks(lab):
    engine, _ = lab.published(telling_origin(lab).url)
    with pytest.raises((ssl.SSLError, OSError)):
        connect(engine, LINE).close()


def test_x_forwarded_for_is_believed_from_a_trusted_proxy(lab):
    engine, connector = lab.published(telling_origin(lab).url, engine={"trusted_proxies": ["127.0.0.1"]})
    with RawClient(engine) as client:
        seen = client.get("/", "X-Forwarded-For: 10.0.0.1, 203.0.113.9", "X-Forwarded-Proto: http",
                          "Forwarded: for=10.0.0.1").body.decode().lower()
    assert "\r\nx-forwarded-for: 203.0.113.9, 127.0.0.1\r\n" in seen
    assert "\r\nx-forwarded-proto: https\r\n" in seen
    assert "\r\nforwarded: for=203.0.113.9, for=127.0.0.1;host=wiki.localhost;proto=https\r\n" in seen
    for program in (engine, connector):
        assert program.wait_for_record(lambda r: r["event"] == "request", "a request")["client"] == "203.0.113.9"


def test_x_forwarded_for_of_anybody_else_is_dropped(lab):
    engine, _ = lab.published(telling_origin(lab).url, engine={"trusted_proxies": ["192.0.2.0/24"]})
    with RawClient(engine) as client:
        seen = client.get("/", "X-Forwarded-For: 203.0.113.9", "X_Forwarded.For: 203.0.113.9").body.decode().lower()
    assert "203.0.113.9" not in seen
    assert "\r\nx-forwarded-for: 127.0.0.1\r\n" in seen


@pytest.mark.parametrize("trusted, believed", [("127.0.0.1", True), ("192.0.2.0/24", False)])
def test_a_trace_is_gone_on_with_from_a_trusted_proxy_alone(lab, trusted, believed):
    trace_id = "4bf92f3577b34da6a3ce929d0e0e4736"
    engine, _ = lab.published(telling_origin(lab).url, engine={"trusted_proxies": [trusted]})
    with RawClient(engine) as client:
        seen = client.get("/", f"traceparent: 00-{trace_id}-00f067aa0ba902b7-01",
                          "tracestate: congo=t61rcWkgMzE").body.decode().lower()
    record = engine.wait_for_record(lambda r: r["event"] == "request", "a request")
    assert (f"\r\ntraceparent: 00-{trace_id}-" in seen) == believed
    assert ("\r\ntracestate: congo=t61rcwkgmze\r\n" in seen) == believed
    assert "00f067aa0ba902b7" not in seen  # the parent is us
    assert record.get("trace_id") == (trace_id if believed else None)


def test_clients_behind_a_trusted_proxy_have_rates_of_their_own(lab):
    engine, _ = lab.published(lab.origin(answer_all()).url, engine={"trusted_proxies": ["127.0.0.1"]},
                              limits={"per_client": 1})
    with RawClient(engine) as client:
        statuses = [client.get("/", f"X-Forwarded-For: 203.0.113.{i // 2}").status for i in range(6)]
    assert statuses == [200, 429] * 3


def test_responses_name_us_and_the_apps_hsts(lab):
    engine, _ = lab.published(lab.origin(answer_all(b"ok", "Via: 1.0 cache")).url, hsts="180d")
    with RawClient(engine) as client:
        response = client.get("/")
        assert response.fields["via"] == "1.1 hawser"  # of two lines the last
        assert response.fields["strict-transport-security"] == "max-age=15552000"
        assert "date" in response.fields


def test_no_spelling_of_our_fields_reaches_the_application(lab):
    engine, _ = lab.published(telling_origin(lab).url)
    names = ["X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Port", "X-Forwarded-User",
             "X-Real-IP", "X-Request-ID", "X-Hawser-User", "Forwarded", "traceparent", "tracestate"]
    with RawClient(engine) as client:
        for separator in "-_.~*'+!#$%&^`|":
            fields = [f"{spell(name).replace('-', separator)}: forged" for name in names for spell in (str, str.upper)]
            response = client.get("/", *fields)
            assert response.status == 200
            assert b"forged" not in response.body, separator


def test_trailers_assert_nothing_either(lab):
    def script(connection):
        connection.read_head()
        body = b""
        while not body.endswith(b"\r\n\r\n"):
            body += connection.read_exactly(1)
        connection.answer(body)

    engine, _ = lab.published(lab.origin(script).url)
    with RawClient(engine) as client:
        client.send(client.head("POST", "/", "Transfer-Encoding: chunked", "TE: trailers") +
                    b"1\r\nx\r\n0\r\nX-Sum: 1\r\nX_Forwarded_For: forged\r\nX-Hawser-User: forged\r\n\r\n")
        response = client.response()
    assert b"X-Sum: 1\r\n" in response.body
    assert b"forged" not in response.body
