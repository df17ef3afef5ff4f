# SPDX-License-Identifier: Apache-2.0
"""The harness tells the truth: its clients see a cut as a cut, its faults do what they say."""
import socket
import types

import pytest

from support.client import Curl, Cut, RawClient, s_client
from support.origin import answer_all


@pytest.fixture
def tls_nginx(lab, authority):
    return lab.nginx(certificate_and_key=authority.issue("origin", "DNS:wiki.localhost", "IP:127.0.0.1"))


def edge_of(authority, number):
    """What the clients need of an engine, standing for any TLS server."""
    return types.SimpleNamespace(authority=authority, client_port=types.SimpleNamespace(number=number))


def test_all_three_clients_read_the_same_page(lab, authority, tls_nginx):
    page = tls_nginx.write("page", b"a page")
    edge = edge_of(authority, tls_nginx.port.number)
    assert Curl(edge, lab.folder)("/page").body == page
    with RawClient(edge) as client:
        client.send_bytewise(client.head("GET", "/page"))
        assert client.response().body == page
        assert client.get("/page", "Connection: close").body == page
        assert client.at_end()
    request = "GET /page HTTP/1.1\r\nHost: wiki.localhost\r\nConnection: close\r\n\r\n"
    assert s_client(edge, "-quiet", "-ign_eof", stdin=request).stdout.endswith("a page")


def test_a_cut_download_is_seen_as_cut_by_every_client(lab, authority, tls_nginx):
    tls_nginx.write("file", b"x" * 1_000_000)
    fault = lab.fault(tls_nginx.port)
    edge = edge_of(authority, fault.number)
    fault.cut_after(300_000)
    assert Curl(edge, lab.folder)("/file", exit_code=56).status == 200
    fault.cut_after(300_000)
    with RawClient(edge) as client, pytest.raises(Cut) as cut:
        client.get("/file")
    assert 0 < len(cut.value.received) < 300_000


def test_a_stalled_connection_goes_on_where_it_stopped(lab, authority, tls_nginx):
    page = tls_nginx.write("page", b"a page")
    fault = lab.fault(tls_nginx.port)
    with RawClient(edge_of(authority, fault.number)) as client:
        fault.stall()
        client.send(client.head("GET", "/page"))
        client.socket.settimeout(0.05)
        with pytest.raises(TimeoutError):
            client.response()
        fault.resume()
        client.socket.settimeout(10)
        assert client.response().body == page


def test_a_trickle_and_a_delay_change_no_byte(lab, authority, tls_nginx):
    page = tls_nginx.write("page", bytes(range(256)) * 4)
    fault = lab.fault(tls_nginx.port)
    fault.trickle(3)
    fault.delay(0.001)
    with RawClient(edge_of(authority, fault.number)) as client:
        assert client.get("/page").body == page


def test_an_open_connection_can_be_cut_and_a_new_one_refused(lab):
    fault = lab.fault(lab.origin(answer_all()).number)
    with socket.create_connection(("127.0.0.1", fault.number)) as peer:
        peer.settimeout(10)
        peer.sendall(b"GET / HTTP/1.1\r\n\r\n")
        assert peer.recv(100).startswith(b"HTTP/1.1 200")
        fault.cut()
        with pytest.raises(ConnectionResetError):
            peer.recv(100)
    fault.refuse()
    with socket.create_connection(("127.0.0.1", fault.number)) as peer, pytest.raises(ConnectionResetError):
        peer.recv(100)


def test_a_scripts_own_failure_fails_the_test_that_wrote_it(lab):
    def script(connection):
        assert connection.read_head().startswith(b"POST")

    origin = lab.origin(script)
    with socket.create_connection(("127.0.0.1", origin.number)) as peer:
        peer.sendall(b"GET / HTTP/1.1\r\n\r\n")
        assert peer.recv(1) == b""
    with pytest.raises(AssertionError, match="script failed"):
        origin.close()
    origin.close = lambda: None
