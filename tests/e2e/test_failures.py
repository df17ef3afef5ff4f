# SPDX-License-Identifier: Apache-2.0
"""What goes wrong is told truthfully: one status, one named reason, the request's id; and a cut never looks complete."""
import json
import signal
import socket
import threading

import pytest

from support.client import Cut, RawClient
from support.origin import answer_all


def problem(response):
    assert response.fields["content-type"] == "application/problem+json"
    told = json.loads(response.body)
    assert told["request_id"] == response.fields["x-request-id"]
    assert told["status"] == response.status
    return response.status, told["reason"]


def ask(lab, engine, path="/", **options):
    return problem(lab.curl(engine)(path, **options))


def closed_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def test_an_unknown_host(lab):
    engine, _ = lab.published("http://127.0.0.1:9")
    assert ask(lab, engine, host="other.localhost") == (421, "no_such_host")


def test_an_unknown_path(lab):
    engine, _ = lab.published("http://127.0.0.1:9/", path="/wiki/")
    assert ask(lab, engine, "/other") == (404, "no_such_path")


def test_browsers_get_a_page_and_its_reason(lab):
    engine, _ = lab.published("http://127.0.0.1:9/", path="/wiki/")
    response = lab.curl(engine)("/other", "-H", "Accept: text/html,*/*;q=0.8")
    assert response.fields["content-type"].startswith("text/html")
    assert b"no_such_path" in response.body
    assert response.fields["x-request-id"].encode() in response.body


def test_an_origin_that_refuses(lab):
    engine, _ = lab.published(f"http://127.0.0.1:{closed_port()}")
    assert ask(lab, engine) == (502, "origin_refused")


def test_an_origin_whose_name_nobody_knows(lab):
    engine, _ = lab.published("http://no-such-host.invalid:80", timeouts={"connect": "9s"})
    assert ask(lab, engine) == (502, "origin_name_unknown")


def test_an_origin_whose_certificate_is_of_an_unknown_authority(lab, authority):
    nginx = lab.nginx(certificate_and_key=authority.issue("origin", "IP:127.0.0.1"))
    engine, _ = lab.published(nginx.url)
    assert ask(lab, engine) == (502, "origin_certificate_bad")


def test_an_origin_whose_certificate_has_another_name(lab, authority):
    nginx = lab.nginx(certificate_and_key=authority.issue("origin", "DNS:other.example"))
    engine, _ = lab.published(nginx.url, origin_tls={"ca_file": str(authority.certificate)})
    assert ask(lab, engine) == (502, "origin_certificate_bad")


def test_a_bad_certificate_is_told_though_another_address_of_the_origin_refuses(lab, authority):
    """localhost is ::1 too, where nobody listens."""
    nginx = lab.nginx(certificate_and_key=authority.issue("origin", "DNS:other.example"))
    engine, _ = lab.published(nginx.url.replace("127.0.0.1", "localhost"),
                              origin_tls={"ca_file": str(authority.certificate)})
    assert ask(lab, engine) == (502, "origin_certificate_bad")


def test_an_origin_of_an_authority_that_the_app_names_is_reached(lab, authority):
    nginx = lab.nginx(certificate_and_key=authority.issue("origin", "IP:127.0.0.1"))
    page = nginx.write("page", b"a page")
    engine, _ = lab.published(nginx.url, origin_tls={"ca_file": str(authority.certificate)})
    assert lab.curl(engine)("/page").body == page


def test_an_origin_is_trusted_blindly_only_where_that_is_spelled(lab, authority):
    nginx = lab.nginx(certificate_and_key=authority.issue("origin", "DNS:other.example"))
    page = nginx.write("page", b"a page")
    engine, _ = lab.published(nginx.url, origin_tls={"verify": False})
    assert lab.curl(engine)("/page").body == page


def test_an_origin_that_the_connector_does_not_allow(lab):
    origin = lab.origin(answer_all())
    engine, _ = lab.published(origin.url, connector={"allow_origins": ["192.0.2.0/24"]})
    assert ask(lab, engine) == (502, "origin_not_allowed")
    assert not origin.connections.items()


def test_an_origin_that_takes_too_long_to_answer(lab):
    engine, _ = lab.published(lab.origin(lambda c: c.read_head() and c.read_head()).url, timeouts={"first_byte": "100ms"})
    assert ask(lab, engine) == (504, "origin_first_byte_timeout")


def test_an_origin_that_never_says_whether_it_wants_the_body(lab):
    engine, _ = lab.published(lab.origin(lambda c: c.read_head() and c.read_head()).url, timeouts={"first_byte": "100ms"})
    with RawClient(engine) as client:
        client.send(client.head("PUT", "/", "Content-Length: 4", "Expect: 100-continue"))
        assert problem(client.response()) == (504, "origin_first_byte_timeout")


def test_a_client_that_was_told_to_continue_has_its_own_time(lab):
    def script(connection):
        connection.read_head()
        connection.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        connection.answer(connection.read_exactly(4))

    engine, _ = lab.published(lab.origin(script).url, timeouts={"first_byte": "100ms"})
    with RawClient(engine) as client:
        client.send(client.head("PUT", "/", "Content-Length: 4", "Expect: 100-continue"))
        assert client.response(interim=100).status == 100
        threading.Event().wait(0.3)  # longer than an application may take
        client.send(b"four")
        assert client.response().body == b"four"


def test_a_connector_that_stands_still_ends_by_the_same_timer_and_is_named(lab):
    engine, connector = lab.published(lab.origin(answer_all()).url, timeouts={"connect": "50ms", "first_byte": "50ms"})
    connector.signal(signal.SIGSTOP)
    try:
        assert ask(lab, engine) == (504, "connector_silent")
    finally:
        connector.signal(signal.SIGCONT)


def test_an_answer_may_take_longer_than_what_may_stand_still(lab):
    def script(connection):
        connection.read_head()
        threading.Event().wait(0.4)
        connection.answer(b"late")

    engine, _ = lab.published(lab.origin(script).url, timeouts={"first_byte": "off", "stream_idle": "100ms"})
    assert lab.curl(engine)("/").body == b"late"


@pytest.mark.parametrize("answer", [
    b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok",
    b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\nok",
    b"HTTP/1.1 200 OK\r\n folded: line\r\n\r\n",
    b"HTTP/1.1 200 OK\nContent-Length: 0\n\n",
    b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
])
def test_an_answer_that_is_not_http(lab, answer):
    def script(connection):
        connection.read_head()
        connection.send(answer)
        connection.read_to_end()

    engine, _ = lab.published(lab.origin(script).url)
    assert ask(lab, engine) == (502, "origin_bad_answer")


def test_an_origin_that_closes_instead_of_answering(lab):
    engine, _ = lab.published(lab.origin(lambda connection: connection.read_head()).url)
    assert ask(lab, engine) == (502, "origin_closed")


def half_an_answer(head):
    """A script: a head, half of what it promised, then a close."""
    def script(connection):
        connection.read_head()
        connection.send(head + b"half")
    return script


@pytest.mark.parametrize("head", [
    b"HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n",
])
def test_an_origin_that_breaks_off_leaves_no_answer_that_looks_whole(lab, head):
    engine, _ = lab.published(lab.origin(half_an_answer(head)).url)
    with RawClient(engine) as client, pytest.raises(Cut) as cut:
        client.get("/")
    assert cut.value.received in (b"", b"half")


def test_a_reset_after_a_body_without_length_is_no_end(lab):
    def script(connection):
        connection.read_head()
        connection.send(b"HTTP/1.1 200 OK\r\n\r\nhalf")
        connection.reset()

    engine, _ = lab.published(lab.origin(script).url)
    with RawClient(engine) as client, pytest.raises(Cut):
        client.get("/")


def test_a_body_without_length_ends_where_the_origin_closes(lab):
    def script(connection):
        connection.read_head()
        connection.send(b"HTTP/1.1 200 OK\r\n\r\nall of it")

    engine, _ = lab.published(lab.origin(script).url)
    with RawClient(engine) as client:
        assert client.get("/").body == b"all of it"


def test_an_upload_that_the_client_breaks_off_never_looks_whole_to_the_origin(lab):
    received = []

    def script(connection):
        connection.read_head()
        received.append(connection.read_exactly(4))
        client.socket.close()
        received.append(connection.read_to_end())

    origin = lab.origin(script)
    engine, _ = lab.published(origin.url)
    client = RawClient(engine)
    client.send(client.head("PUT", "/file", "Content-Length: 8") + b"half")
    origin.connections.wait_for(lambda _: True, "a connection to the origin")
    origin.join()
    assert received[0] == b"half"
    assert received[1][0] == b""


def test_a_full_queue_is_told_at_once(lab):
    wiki = {"name": "wiki", "host": "wiki.localhost", "origin": "http://127.0.0.1:9"}
    engine = lab.engine([wiki], limits={"queue": 1}, timeouts={"queue": "9s"}, workers=1)
    with RawClient(engine) as waits:
        waits.send(waits.head())
        engine.wait_for_metric("hawser_queued_exchanges", lambda value: value == 1)
        assert ask(lab, engine) == (503, "queue_full")
