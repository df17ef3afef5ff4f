# SPDX-License-Identifier: Apache-2.0
"""Origins that speak HTTP/2: nginx, with TLS (ALPN) and without (prior knowledge)."""
import concurrent.futures
import hashlib
import os
import ssl

import pytest

from support.http2 import GOAWAY, HEADERS, PREFACE, RST_STREAM, SETTINGS, Http2Client, frame, get

MIB = 1 << 20
HTTP_1_1_REQUIRED = bytes([0, 0, 0, 13])


def h2c(lab, **app):
    nginx = lab.nginx(http2=True)
    return nginx, *lab.published(nginx.url, **app)


def over_tls(lab, authority, **app):
    nginx = lab.nginx(certificate_and_key=authority.issue("origin", "IP:127.0.0.1"), http2=True,
                      locations="location = /protocol { return 200 $server_protocol; }")
    return nginx, *lab.published(nginx.url, origin_tls={"ca_file": str(authority.certificate)}, **app)


def sha256_of(data):
    return hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize("version", ["--http1.1", "--http2"])
def test_a_page_a_404_and_a_head(lab, version):
    nginx, engine, _ = h2c(lab)
    page = nginx.write("page", b"a page")
    curl = lab.curl(engine)
    assert (curl("/page", version).status, curl("/page", version).body) == (200, page)
    assert curl("/page", version).fields["via"] == "2 hawser"
    assert curl("/none", version).status == 404
    head = curl("/page", version, "--head")
    assert head.status == 200 and b"content-length: 6" in head.body.lower()
    assert '"GET /page HTTP/2.0" 200' in (nginx.folder / "access.log").read_text()


def test_a_download_of_20_mib_is_byte_exact(lab):
    nginx, engine, _ = h2c(lab)
    large = nginx.write("large", os.urandom(20 * MIB))
    assert sha256_of(lab.curl(engine)("/large").body) == sha256_of(large)


@pytest.mark.parametrize("length", ["known", "unknown"])
def test_an_upload_of_20_mib_is_byte_exact(lab, length):
    nginx, engine, _ = h2c(lab)
    large = os.urandom(20 * MIB)
    (lab.folder / "large").write_bytes(large)
    chunked = ["--header", "Transfer-Encoding: chunked"] if length == "unknown" else []
    assert lab.curl(engine)("/upload/large", "--upload-file", lab.folder / "large", *chunked).status == 201
    assert sha256_of((nginx.uploads / "large").read_bytes()) == sha256_of(large)


def test_300_requests_at_once_are_all_served(lab):
    """More than the origin takes on one connection."""
    nginx, engine, _ = h2c(lab)
    pages = {f"/{i}": nginx.write(str(i), os.urandom(5_000 + i)) for i in range(100)}

    def fetch():
        with Http2Client(engine) as client:
            asked = {client.request(get(path)): path for path in pages}
            client.until(lambda: all(client.streams[number].over for number in asked))
            return [(client.streams[n].status, client.streams[n].body) == (200, pages[p]) for n, p in asked.items()]

    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        outcomes = [right for run in [pool.submit(fetch) for _ in range(3)] for right in run.result()]
    assert outcomes == [True] * 300


def test_alpn_chooses_http2_where_the_app_allows_it(lab, authority):
    _, engine, _ = over_tls(lab, authority, http2=True)
    assert lab.curl(engine)("/protocol").body == b"HTTP/2.0"


def test_alpn_stays_with_http1_where_it_does_not(lab, authority):
    _, engine, _ = over_tls(lab, authority)
    assert lab.curl(engine)("/protocol").body == b"HTTP/1.1"


def test_an_origin_without_http2_is_served_by_http1(lab, authority):
    nginx = lab.nginx(certificate_and_key=authority.issue("origin", "IP:127.0.0.1"))
    nginx.write("page", b"a page")
    engine, _ = lab.published(nginx.url, http2=True, origin_tls={"ca_file": str(authority.certificate)})
    curl = lab.curl(engine)
    assert [curl("/page").status for _ in range(3)] == [200, 200, 200]


def resets(stream):
    return frame(RST_STREAM, stream=stream, payload=HTTP_1_1_REQUIRED)


def goes_away(stream):
    """It has not looked at the stream."""
    return frame(GOAWAY, payload=bytes(4) + HTTP_1_1_REQUIRED)


def goes_away_after(stream):
    """It may have."""
    return frame(GOAWAY, payload=stream.to_bytes(4, "big") + HTTP_1_1_REQUIRED)


def requires_http1(certificate_and_key, seen, says):
    """Says HTTP_1_1_REQUIRED of what comes by HTTP/2, and answers what comes by HTTP/1.1."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate_and_key)
    context.set_alpn_protocols(["h2", "http/1.1"])

    def script(connection):
        connection.socket = context.wrap_socket(connection.socket, server_side=True)
        seen.append(connection.socket.selected_alpn_protocol())
        if seen[-1] != "h2":
            while head := connection.read_head():
                length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0] or 0)
                connection.answer(connection.read_exactly(length) or b"a page")
            return
        connection.read_exactly(len(PREFACE))
        connection.send(frame(SETTINGS))
        header = connection.read_exactly(9)
        while header[3] != HEADERS:
            connection.read_exactly(int.from_bytes(header[:3], "big"))
            header = connection.read_exactly(9)
        connection.send(says(int.from_bytes(header[5:], "big")))
        if says is goes_away_after:
            connection.socket.close()
        else:
            connection.read_to_end()

    return script


@pytest.mark.parametrize("says", [resets, goes_away, goes_away_after])
def test_an_origin_that_requires_http1_for_a_request_gets_it(lab, authority, says):
    seen = []
    origin = lab.origin(requires_http1(authority.issue("origin", "IP:127.0.0.1"), seen, says))
    engine, _ = lab.published(origin.url.replace("http:", "https:"), http2=True,
                              origin_tls={"ca_file": str(authority.certificate)})
    assert lab.curl(engine)("/page").body == b"a page"
    assert seen == ["h2", "http/1.1"]


def test_what_may_have_been_processed_is_not_sent_again_unless_it_may_be_repeated(lab, authority):
    seen = []
    origin = lab.origin(requires_http1(authority.issue("origin", "IP:127.0.0.1"), seen, goes_away_after))
    engine, _ = lab.published(origin.url.replace("http:", "https:"), http2=True,
                              origin_tls={"ca_file": str(authority.certificate)})
    assert lab.curl(engine)("/page", "-X", "POST").status == 502
    assert seen == ["h2"]


def test_an_origin_that_speaks_http1_alone_is_told_apart_from_h2c(lab):
    nginx = lab.nginx()
    engine, _ = lab.published(nginx.url.replace("http://", "h2c://"))
    answer = lab.curl(engine)("/page")
    assert answer.status == 502


def test_a_restarted_origin_serves_the_next_request(lab):
    nginx, engine, _ = h2c(lab)
    nginx.write("page", b"a page")
    curl = lab.curl(engine)
    assert curl("/page").status == 200
    nginx.stop()
    nginx.start()
    assert curl("/page").status == 200


def test_a_request_with_upgrade_goes_on_without_it(lab):
    nginx, engine, _ = h2c(lab)
    nginx.write("page", b"a page")
    answer = lab.curl(engine)("/page", "--http1.1", "--header", "Connection: Upgrade", "--header", "Upgrade: websocket",
                              "--header", "Sec-WebSocket-Version: 13", "--header",
                              "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==")
    assert (answer.status, answer.body) == (200, b"a page")
