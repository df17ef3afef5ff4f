# SPDX-License-Identifier: Apache-2.0
"""A real browser's way through: what a page does straight to its application, it does through Hawser."""
import email
import email.policy
import hashlib
import http
import os
import threading

import pytest

from support.browser import Browser
from support.waiting import DEADLINE_S
from support.websocket import WebSocketApplication

MIB = 1 << 20
FILES = 200


@pytest.fixture(scope="module")
def browser(tmp_path_factory, authority):
    started = Browser(tmp_path_factory.mktemp("browser"), authority)
    yield started
    started.close()


def html(connection, text):
    connection.answer(text.encode(), "200 OK", "Content-Type: text/html")


def serving(pages, page="<!doctype html>"):
    """A script of an origin: {the beginning of a request line: what answers it}; everything else is `page`."""
    def script(connection):
        while head := connection.read_head():
            answer = next((pages[line] for line in pages if head.startswith(line.encode() + b" ")), None)
            if answer is None:
                html(connection, page)
            elif answer(connection, head) is False:
                return
    return script


FETCH_ALL = """async (count) => {
  const hex = (bytes) => Array.from(new Uint8Array(bytes), (b) => b.toString(16).padStart(2, "0")).join("");
  const get = async (i) => hex(await crypto.subtle.digest("SHA-256", await (await fetch(`/files/${i}`)).arrayBuffer()));
  performance.setResourceTimingBufferSize(count + 10);
  const digests = await Promise.all([...Array(count).keys()].map(get));
  const fetched = performance.getEntriesByType("resource").filter((e) => e.initiatorType === "fetch");
  return { digests, protocols: fetched.map((e) => e.nextHopProtocol) };
}"""


def test_200_small_files_come_over_one_http2_connection(lab, browser):
    nginx = lab.nginx(locations="location = /page { default_type text/html; return 200 '<!doctype html>'; }")
    (nginx.files / "files").mkdir()
    files = [nginx.write(f"files/{i}", os.urandom(500 + 20 * i)) for i in range(FILES)]
    engine, _ = lab.published(nginx.url)
    with browser.open(engine, "/page") as page:
        got = page.evaluate(FETCH_ALL, FILES)
        assert engine.metrics()["hawser_http2_sessions"] == 1
    assert got["digests"] == [hashlib.sha256(file).hexdigest() for file in files]
    assert got["protocols"] == ["h2"] * FILES


LISTEN = """() => {
  window.events = [];
  window.source = new EventSource("/events");
  window.source.onmessage = (event) => window.events.push(event.data);
  return new Promise((opened) => { window.source.onopen = () => opened(performance.now() > 0); });
}"""
NEXT_EVENT = """(count) => new Promise((come) => {
  const look = () => window.events.length >= count ? come(window.events) : window.source.addEventListener("message", look);
  look();
})"""


def test_an_event_stream_arrives_event_by_event(lab, browser):
    words = [threading.Event() for _ in range(5)]

    def events(connection, _):
        connection.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
        for number, word in enumerate(words):
            assert word.wait(DEADLINE_S)
            event = b"data: event %d\n\n" % number
            connection.send(b"%x\r\n%s\r\n" % (len(event), event))
        connection.read_to_end()
        return False

    engine, _ = lab.published(lab.origin(serving({"GET /events": events})).url)
    with browser.open(engine) as page:
        assert page.evaluate(LISTEN), "the stream is open before its first event"
        for number, word in enumerate(words):
            word.set()  # and not before the page has seen the one before
            assert page.evaluate(NEXT_EVENT, number + 1) == [f"event {i}" for i in range(number + 1)]
    record = engine.wait_for_record(lambda r: r.get("path") == "/events", "the stream's request")
    assert record["protocol"] == "HTTP/2"


CHAT = """async () => {
  const chat = new WebSocket(`wss://${location.host}/chat`);
  chat.binaryType = "arraybuffer";
  const heard = [];
  const closed = new Promise((done) => { chat.onclose = (e) => done([e.code, e.reason, e.wasClean]); });
  await new Promise((opened, failed) => { chat.onopen = opened; chat.onerror = failed; });
  const bytes = crypto.getRandomValues(new Uint8Array(60000)); // which no extension makes smaller
  for (const message of ["hello, wörld", bytes]) {
    const answer = new Promise((come) => { chat.onmessage = (e) => come(e.data); });
    chat.send(message);
    heard.push(await answer);
  }
  chat.send("bye");
  const same = heard[1].byteLength === bytes.length && new Uint8Array(heard[1]).every((b, i) => b === bytes[i]);
  return { text: heard[0], same, closed: await closed };
}"""


def test_a_websocket_of_a_page_goes_over_its_http2_connection(lab, browser):
    async def page_or_chat(path, _):
        return None if path == "/chat" else (http.HTTPStatus.OK, [("Content-Type", "text/html")], b"<!doctype html>")

    async def echo_until_bye(connection):
        async for message in connection:
            if message == "bye":
                return await connection.close(4001, "as you say")
            await connection.send(message)

    application = lab.add(WebSocketApplication(echo_until_bye, process_request=page_or_chat))
    engine, _ = lab.published(application.url)
    with browser.open(engine) as page:
        assert page.evaluate(CHAT) == {"text": "hello, wörld", "same": True, "closed": [4001, "as you say", True]}
    record = engine.wait_for_record(lambda r: r.get("path") == "/chat", "the WebSocket's request")
    assert (record["protocol"], record["status"], record["request_bytes"] > 60_000) == ("HTTP/2", 200, True)


FORM = """<!doctype html><form method=post action=/posted enctype=multipart/form-data>
<input name=words value="a word &amp; another"><input name=file type=file><button>send</button></form>"""


@pytest.mark.large
def test_a_form_with_a_file_of_some_mebibytes_arrives_byte_exact(lab, browser):
    sent = os.urandom(3 * MIB)
    (lab.folder / "chosen").write_bytes(sent)
    posted = []

    def take(connection, head):
        message = email.message_from_bytes(head.partition(b"\r\n")[2], policy=email.policy.HTTP)
        posted.append((message["content-type"], connection.read_exactly(int(message["content-length"]))))
        html(connection, "thank you")

    engine, _ = lab.published(lab.origin(serving({"POST /posted": take}, FORM)).url)
    with browser.open(engine) as page:
        page.choose_file("input[type=file]", lab.folder / "chosen")
        assert page.submit("button") == {"status": 200, "body": "thank you"}
    kind, content = posted[0]
    form = email.message_from_bytes(f"Content-Type: {kind}\r\n\r\n".encode() + content, policy=email.policy.HTTP)
    words, file = form.iter_parts()
    assert words.get_content().rstrip("\r\n") == "a word & another"
    assert (file.get_filename(), file.get_content()) == ("chosen", sent)


UPLOAD = """async (size) => {
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size; at += 65536) crypto.getRandomValues(bytes.subarray(at, at + 65536));
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const answer = await fetch("/put", { method: "PUT", body: bytes });
  return [Array.from(digest, (b) => b.toString(16).padStart(2, "0")).join(""), await answer.text()];
}"""


@pytest.mark.large
def test_an_upload_by_a_script_arrives_byte_exact(lab, browser):
    def take(connection, head):
        message = email.message_from_bytes(head.partition(b"\r\n")[2], policy=email.policy.HTTP)
        html(connection, hashlib.sha256(connection.read_exactly(int(message["content-length"]))).hexdigest())

    engine, _ = lab.published(lab.origin(serving({"PUT /put": take})).url)
    with browser.open(engine) as page:
        sent, arrived = page.evaluate(UPLOAD, 4 * MIB)
    assert sent == arrived


DOWNLOAD = """() => fetch("/file").then((answer) => answer.arrayBuffer())
  .then((whole) => `${whole.byteLength} bytes`, (fault) => fault.name)"""


@pytest.mark.parametrize("framing, begun", [
    ("Content-Length: 600000", b"x" * 300_000),
    ("Transfer-Encoding: chunked", b"%x\r\n%s\r\n" % (300_000, b"x" * 300_000)),
], ids=["length", "chunked"])
def test_a_download_that_the_origin_cuts_is_an_error_and_no_short_success(lab, browser, framing, begun):
    def cut(connection, _):
        connection.send(f"HTTP/1.1 200 OK\r\n{framing}\r\n\r\n".encode() + begun)
        return False

    engine, _ = lab.published(lab.origin(serving({"GET /file": cut})).url)
    with browser.open(engine) as page:
        assert page.evaluate(DOWNLOAD) == "TypeError"  # as fetch calls a network error
        assert page.evaluate("() => fetch('/').then((answer) => answer.status)") == 200, "the connection lives on"
