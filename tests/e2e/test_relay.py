# SPDX-License-Identifier: Apache-2.0
"""One published application, a real nginx behind it: what a client sends arrives, what it asks for comes back."""
import hashlib
import os

import pytest

from support.client import RawClient, s_client

MIB = 1 << 20


@pytest.fixture
def nginx(lab):
    return lab.nginx()


@pytest.fixture
def engine(lab, nginx):
    edge, _ = lab.published(nginx.url)
    return edge


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def test_a_page_comes_through(lab, nginx, engine):
    page = nginx.write("index.html", b"<h1>wiki</h1>\n")
    response = lab.curl(engine)("/")
    assert (response.status, response.body) == (200, page)
    assert response.fields["content-type"] == "text/html"


@pytest.mark.large
def test_a_large_file_comes_through_byte_for_byte(lab, nginx, engine):
    file = nginx.write("large", os.urandom(32 * MIB))
    response = lab.curl(engine)("/large")
    assert response.status == 200
    assert sha256(response.body) == sha256(file)


@pytest.mark.large
def test_an_upload_arrives_byte_for_byte(lab, nginx, engine):
    sent = os.urandom(32 * MIB)
    (lab.folder / "sent").write_bytes(sent)
    response = lab.curl(engine)("/upload/file", "--upload-file", lab.folder / "sent")
    assert response.status == 201
    assert sha256((nginx.uploads / "file").read_bytes()) == sha256(sent)


def test_an_upload_of_unknown_length_arrives_byte_for_byte(lab, nginx, engine):
    sent = os.urandom(MIB + 1)
    (lab.folder / "sent").write_bytes(sent)
    response = lab.curl(engine)("/upload/file", "-H", "Transfer-Encoding: chunked", "--upload-file", lab.folder / "sent")
    assert response.status == 201
    assert sha256((nginx.uploads / "file").read_bytes()) == sha256(sent)


def test_an_empty_upload_arrives(lab, nginx, engine):
    (lab.folder / "sent").touch()
    assert lab.curl(engine)("/upload/empty", "--upload-file", lab.folder / "sent").status == 201
    assert (nginx.uploads / "empty").read_bytes() == b""


def test_head_has_the_length_and_no_body(lab, nginx, engine):
    nginx.write("file", b"x" * 12345)
    with RawClient(engine) as client:
        client.send(client.head("HEAD", "/file"))
        response = client.response(to_head=True)
        assert (response.status, response.fields["content-length"]) == (200, "12345")
        assert client.get("/file").body == b"x" * 12345


def test_a_range_comes_through(lab, nginx, engine):
    nginx.write("file", bytes(range(100)))
    response = lab.curl(engine)("/file", "--range", "10-19")
    assert (response.status, response.body) == (206, bytes(range(10, 20)))


def test_what_the_origin_does_not_have_is_its_own_404(lab, engine):
    response = lab.curl(engine)("/missing")
    assert response.status == 404
    assert b"nginx" in response.body


def test_a_host_that_nobody_published_is_421(lab, engine):
    response = lab.curl(engine)("/", host="other.localhost")
    assert response.status == 421
    assert response.fields["content-type"].startswith("application/problem+json")


def test_a_path_that_nobody_published_is_404_from_the_engine(lab, nginx):
    engine, _ = lab.published(nginx.url, path="/wiki/")
    response = lab.curl(engine)("/other", "-H", "Accept: text/html")
    assert response.status == 404
    assert response.fields["content-type"].startswith("text/html")
    assert b"nginx" not in response.body


def test_a_published_path_is_replaced_by_the_origins(lab, nginx):
    page = nginx.write("page", b"a page")
    engine, _ = lab.published(nginx.url + "/", path="/wiki/")
    assert lab.curl(engine)("/wiki/page").body == page


def test_without_a_connector_it_is_503_with_a_time_to_come_back(lab, nginx):
    wiki = {"name": "wiki", "host": "wiki.localhost", "group": "default", "origin": nginx.url, "access": "passthrough"}
    engine = lab.engine([wiki], timeouts={"queue": "100ms"})
    response = lab.curl(engine)("/")
    assert response.status == 503
    assert int(response.fields["retry-after"]) > 0


def test_one_connection_serves_request_after_request(lab, nginx, engine):
    nginx.write("file", b"content")
    with RawClient(engine) as client:
        for _ in range(20):
            assert client.get("/file").body == b"content"


def test_pipelined_requests_are_answered_in_their_order(lab, nginx, engine):
    names = [f"file-{i}" for i in range(10)]
    for name in names:
        nginx.write(name, name.encode() * 100)
    with RawClient(engine) as client:
        client.send(b"".join(client.head("GET", f"/{name}") for name in names))
        assert [client.response().body for _ in names] == [name.encode() * 100 for name in names]


def test_a_request_in_records_of_one_byte_is_understood(lab, nginx, engine):
    with RawClient(engine) as client:
        client.send_bytewise(client.head("PUT", "/upload/file", "Content-Length: 5") + b"bytes")
        assert client.response().status == 201
    assert (nginx.uploads / "file").read_bytes() == b"bytes"


def test_connection_close_is_obeyed(lab, nginx, engine):
    nginx.write("file", b"content")
    with RawClient(engine) as client:
        assert client.get("/file", "Connection: close").body == b"content"
        assert client.at_end()


@pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3"])
def test_both_versions_of_tls_are_spoken_to_clients(lab, nginx, engine, version):
    nginx.write("file", b"content of the file")
    request = "GET /file HTTP/1.1\r\nHost: wiki.localhost\r\nConnection: close\r\n\r\n"
    done = s_client(engine, version, "-quiet", "-ign_eof", stdin=request)
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("content of the file")
