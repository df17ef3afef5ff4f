# SPDX-License-Identifier: Apache-2.0
"""Large bodies: byte for byte, and in memory that grows with what is in flight, not with what is sent."""
import concurrent.futures
import hashlib
import os
import threading

import pytest

from support.load import load_rows

MIB = 1 << 20
GIB = 1 << 30


@pytest.fixture
def nginx(lab):
    return lab.nginx()


def make_large(path, size):
    """A file of that size whose every MiB differs; its SHA-256."""
    piece, digest = os.urandom(MIB), hashlib.sha256()
    with open(path, "wb") as file:
        for i in range(size // MIB):
            block = i.to_bytes(8, "big") + piece[8:]
            file.write(block)
            digest.update(block)
    return digest.hexdigest()


def sha256_of(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class Watch:
    """The most memory that programs had while something ran, in MiB."""

    def __init__(self, *programs):
        self._programs = programs
        self._end = threading.Event()
        self.most = {p.name: 0 for p in programs}
        self._thread = threading.Thread(target=self._run, daemon=True)

    def _run(self):
        while not self._end.wait(0.05):
            for program in self._programs:
                self.most[program.name] = max(self.most[program.name], program.resident_bytes() // MIB)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._end.set()
        self._thread.join()


def wait_for(process):
    assert process.wait(300) == 0, process.stderr.read()


@pytest.mark.large
@pytest.mark.parametrize("size", [128 * MIB, pytest.param(GIB, marks=pytest.mark.long)])
def test_a_download_stays_in_64_mib_of_memory(lab, nginx, size):
    digest = make_large(nginx.files / "large", size)
    engine, connector = lab.published(nginx.url)
    with Watch(engine, connector) as watch:
        wait_for(lab.curl(engine).start("/large", "--max-time", "300", "--output", lab.folder / "got"))
    assert sha256_of(lab.folder / "got") == digest
    assert max(watch.most.values()) < 64, watch.most


@pytest.mark.large
@pytest.mark.parametrize("size", [128 * MIB, pytest.param(GIB, marks=pytest.mark.long)])
def test_an_upload_stays_in_64_mib_of_memory(lab, nginx, size):
    digest = make_large(lab.folder / "large", size)
    engine, connector = lab.published(nginx.url)
    with Watch(engine, connector) as watch:
        wait_for(lab.curl(engine).start("/upload/large", "--max-time", "300", "--upload-file", lab.folder / "large"))
    assert sha256_of(nginx.uploads / "large") == digest
    assert max(watch.most.values()) < 64, watch.most


@pytest.mark.large
def test_both_ways_at_once_beside_each_other(lab, nginx):
    digest = make_large(nginx.files / "large", 16 * MIB)
    engine, _ = lab.published(nginx.url)

    def transfer(i):
        curl = lab.curl(engine)
        got = lab.folder / f"got-{i}"
        wait_for(curl.start("/large", "--output", got))
        wait_for(curl.start(f"/upload/{i}", "--upload-file", got))
        return sha256_of(nginx.uploads / str(i))

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        assert list(pool.map(transfer, range(4))) == [digest] * 4


@pytest.mark.large
@pytest.mark.long
def test_200_slow_readers_stay_in_128_mib_of_memory(lab, nginx):
    make_large(nginx.files / "large", GIB)
    engine, connector = lab.published(nginx.url)
    curl = lab.curl(engine)
    readers = [curl.start("/large", "--limit-rate", "100k", "--output", "/dev/null") for _ in range(200)]
    with Watch(engine, connector) as watch:
        threading.Event().wait(30)
    ended = [r for r in readers if r.poll() is not None]
    for reader in readers:
        reader.kill()
        reader.communicate()
    assert not ended
    assert max(watch.most.values()) < 128, watch.most


@pytest.mark.large
@pytest.mark.long
def test_1000_http2_streams_read_slowly_stay_in_128_mib_of_memory(lab, nginx):
    """10 on each of 100 connections, with the memory_limit that an engine has by default."""
    make_large(nginx.files / "large", 64 * MIB)
    engine, connector = lab.published(nginx.url, engine={"memory_limit": "512M"})
    curl = lab.curl(engine)
    readers = [curl.start("/large?[1-10]", "--no-progress-meter", "--http2", "--parallel", "--parallel-max", "10", "--limit-rate", "10k",
                          "--output", "/dev/null") for _ in range(100)]
    with Watch(engine, connector) as watch:
        engine.wait_for_metric("hawser_open_exchanges", lambda open_now: open_now == 1000)
        threading.Event().wait(15)
        assert (engine.metric("hawser_http2_sessions"), engine.metric("hawser_open_exchanges")) == (100, 1000)
    ended = [r for r in readers if r.poll() is not None]
    for reader in readers:
        reader.kill()
        reader.communicate()
    assert not ended
    assert max(watch.most.values()) < 128, watch.most


@pytest.mark.long
def test_8000_idle_clients_stay_in_250_mib_of_memory(lab, nginx):
    page = nginx.write("page", b"a page")
    engine, _ = lab.published(nginx.url)
    with Watch(engine) as watch:
        rows = load_rows(engine, "idle", "--clients", 8000, "--path", "/page", watch=[engine])
    assert lab.curl(engine)("/page").body == page
    assert rows[-1]["clients"] == 8000
    assert watch.most["engine"] < 250, watch.most


def test_a_client_that_stops_reading_delays_nobody_else(lab, nginx):
    make_large(nginx.files / "large", 64 * MIB)
    page = nginx.write("page", b"a page")
    engine, _ = lab.published(nginx.url)
    stopped = lab.curl(engine).start("/large", "--limit-rate", "1k", "--output", "/dev/null")
    try:
        for _ in range(20):
            assert lab.curl(engine)("/page").body == page
    finally:
        stopped.kill()
        stopped.communicate()
