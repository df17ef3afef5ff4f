# SPDX-License-Identifier: Apache-2.0
"""HTTP/2 with clients, the whole way: curl, nghttp and h2load, and single frames by python3-h2."""
import hashlib
import os

import pytest

MIB = 1 << 20


@pytest.fixture
def nginx(lab):
    return lab.nginx()


def sha256_of(data):
    return hashlib.sha256(data).hexdigest()


def protocols(engine):
    return {record["protocol"] for record in engine.records() if record.get("event") == "request"}


def test_a_page_comes_over_http2(lab, nginx):
    page = nginx.write("page", b"a page")
    engine, _ = lab.published(nginx.url)
    response = lab.curl(engine)("/page", "--http2")
    assert (response.status, response.body) == (200, page)
    engine.wait_for_record(lambda r: r.get("protocol") == "HTTP/2", "an HTTP/2 request")


def test_a_download_of_20_mib_is_byte_exact(lab, nginx):
    large = nginx.write("large", os.urandom(20 * MIB))
    engine, _ = lab.published(nginx.url)
    assert sha256_of(lab.curl(engine)("/large", "--http2").body) == sha256_of(large)


def test_an_upload_of_20_mib_is_byte_exact(lab, nginx):
    large = os.urandom(20 * MIB)
    (lab.folder / "large").write_bytes(large)
    engine, _ = lab.published(nginx.url)
    assert lab.curl(engine)("/upload/large", "--http2", "--upload-file", lab.folder / "large").status == 201
    assert sha256_of((nginx.uploads / "large").read_bytes()) == sha256_of(large)
