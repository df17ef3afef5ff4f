# SPDX-License-Identifier: Apache-2.0
"""Every raw request and response of the tables in tests/http, through engine and connector: what the client is told,
and what the origin received, which is written anew and never what was refused."""
import dataclasses

import pytest

from support.cases import cases
from support.client import Cut, RawClient

STATUS = {"bad_request": 400, "not_implemented": 501, "version_not_supported": 505, "target_too_long": 414,
          "head_too_large": 431, "client_gone": 400}
HOST = "wiki.example"
LONGEST_BYTEWISE = 2000


class RecordingOrigin:
    """Answers every request that is whole, and keeps (method, target, content) of it, and its field lines."""

    def __init__(self, *answer_lines):
        self.got = []
        self.lines = []  # of each request, those of its trailers included
        self.answer_lines = answer_lines

    def __call__(self, connection):
        while head := connection.read_head():
            request_line, *lines = head[:-4].decode("latin-1").split("\r\n")
            method, target, version = request_line.split(" ")
            assert version == "HTTP/1.1"
            fields = {n.lower(): v.strip() for n, _, v in (line.partition(":") for line in lines)}
            content, trailers = self.content(connection, fields)
            self.got.append((method, target, content))
            self.lines.append(lines + trailers)
            connection.answer(b"" if method == "HEAD" else b"ok", "200 OK", *self.answer_lines)

    @staticmethod
    def content(connection, fields):
        assert not ("content-length" in fields and "transfer-encoding" in fields)
        if "transfer-encoding" not in fields:
            return connection.read_exactly(int(fields.get("content-length", 0))), []
        content = b""
        while size := int(connection.read_line(), 16):
            content += connection.read_exactly(size + 2)[:-2]
        trailers = []
        while line := connection.read_line():
            trailers.append(line.decode("latin-1"))
        return content, trailers


def answers(engine, raw, bytewise):
    """All that a client gets that sends these bytes and then ends its direction."""
    with RawClient(engine, host=HOST, verified="wiki.localhost", half_closing=True) as client:
        try:
            (client.send_bytewise if bytewise else client.send)(raw)
            client.end()
        except ConnectionError:
            pass  # it was refused before it was sent to the end
        got = []
        try:
            while True:
                got.append(client.response().status)
        except Cut:
            return got


def outcome_of(case):
    """The statuses that the client is told, and what the origin gets."""
    messages, error = case.messages()
    statuses, received = [], []
    if b" http://" in case.raw.partition(b"\r\n")[0]:
        return [400], []  # the readers serve plain listeners too; this one speaks TLS
    for message in messages:
        host = message["authority"].partition(":")[0]
        if message["method"] == "CONNECT":
            statuses.append(501)
            return statuses, received
        if host != HOST:
            statuses.append(421)
            continue
        statuses.append(200)
        received.append((message["method"], message["target"], message["body"].encode("latin-1")))
    if error:
        statuses.append(STATUS[error])
    return statuses, received


@pytest.mark.parametrize("bytewise", [False, True], ids=["whole", "a_byte_a_record"])
@pytest.mark.parametrize("kind", ["lines", "targets", "hosts", "fields", "lengths", "codings", "chunks", "connections"])
def test_requests(lab, kind, bytewise):
    origin = RecordingOrigin()
    engine, _ = lab.published(lab.origin(origin).url, host=HOST)
    faults, expected_in_all = [], []
    for case in cases(kind):
        if bytewise and len(case.raw) > LONGEST_BYTEWISE:
            continue
        statuses, received = outcome_of(case)
        before = len(origin.got)
        told, got = answers(engine, case.raw, bytewise), origin.got[before:]
        expected_in_all += received
        if (told, got) != (statuses, received):
            faults.append(f"{case.name} ({case.section}): {told} {got}, expected {statuses} {received}")
    assert not faults, "\n".join(faults)
    assert origin.got == expected_in_all


def send_case(connection, raw, bytewise):
    pieces = [raw[i:i + 1] for i in range(len(raw))] if bytewise else [raw]
    for piece in pieces:
        connection.send(piece)


def told(client, case):
    """The status that a client gets (101 for an upgrade), its content, and whether that was cut."""
    try:
        if case.upgrade:
            answer = client.upgrade(path=f"/{case.name}")
        else:
            client.send(client.head(case.method, f"/{case.name}"))
            answer = client.response(to_head=case.method == "HEAD")
        content = client.receive_to_end() if answer.status == 101 else answer.body
        return answer.status, content, False
    except Cut as cut:
        return None, cut.received, True


def outcome_of_response(case):
    final, error = case.response()
    if final is None:
        return 502, None, False  # a page of ours
    if error:
        return None, (final["body"] or "").encode("latin-1"), True
    content = (final["body"] or "").encode("latin-1")
    return int(final["status"]), content, False


@pytest.mark.parametrize("bytewise", [False, True], ids=["whole", "a_byte_at_a_time"])
def test_responses(lab, bytewise):
    table = {case.name: case for case in cases("responses") if case.method != "CONNECT"}

    def script(connection):
        target = connection.read_head().decode().split(" ")[1]
        send_case(connection, table[target[1:]].raw, bytewise and len(table[target[1:]].raw) <= LONGEST_BYTEWISE)

    engine, _ = lab.published(lab.origin(script).url)
    faults = []
    for case in table.values():
        with RawClient(engine) as client:
            got, expected = told(client, case), outcome_of_response(case)
        if expected[1] is None:
            got = (got[0], None, got[2])
        as_expected = got == expected or (got[2] and expected[2] and expected[1].startswith(got[1]))  # cut anywhere
        if not as_expected:
            faults.append(f"{case.name} ({case.section}): {got}, expected {expected}")
    assert not faults, "\n".join(faults)


@dataclasses.dataclass
class Forwarded:
    """What a client sends, and what the origin must have of it: `wanted` once each, and never the text "forged"."""
    name: str
    sent: list
    wanted: list
    host: str = HOST
    trailers: list = dataclasses.field(default_factory=list)


def forged(*names):
    return [f"{name}: forged" for name in names]


def names_host(host, port=443):
    said = f'"{host}"' if ":" in host else host
    return [f"Host: {host}", f"X-Forwarded-Host: {host}", f"X-Forwarded-Port: {port}",
            f"Forwarded: for=127.0.0.1;host={said};proto=https", "X-Forwarded-Proto: https"]


FORWARDED = [
    Forwarded("plain", ["X-Mine: 1"], ["X-Mine: 1", "Via: 1.1 hawser", *names_host(HOST)]),
    Forwarded("framing_folded",
              forged("Content_Length", "content.length", "Transfer_Encoding", "TRANSFER~ENCODING", "HTTP_TE",
                     "Trailer_"),
              ["Content-Length: 0"]),
    Forwarded("routing_folded", forged("Host_", "_Host", "HTTP_HOST", "Via_", "Connection_", "HTTP_UPGRADE",
                                       "Keep_Alive", "Proxy_Connection"), names_host(HOST)),
    Forwarded("trailers_folded", ["Transfer-Encoding: chunked", "TE: trailers"],
              ["X-Sum: 1", "Transfer-Encoding: chunked"],
              trailers=["X-Sum: 1", *forged("Transfer_Encoding", "Content_Length", "X_HTTP_Method", "HTTP_HOST",
                                            "X_Original_URL", "Proxy")]),
    Forwarded("addresses_of_other_edges",
              forged("True-Client-IP", "X-Cluster-Client-IP", "Client-IP", "X-Client-IP", "X-Real-IP", "Client_IP",
                     "X-Original-Forwarded-For", "X-Forwarded", "Forwarded-For", "forwarded_for", "HTTP_CLIENT_IP"),
              ["X-Forwarded-For: 127.0.0.1"]),
    Forwarded("paths_and_hosts_of_other_edges",
              forged("X-Original-Host", "X-Original-URL", "X-Original-URI", "X-Rewrite-URL", "X_Rewrite_Url",
                     "X-Forwarded-Prefix", "X-Forwarded-Server"), names_host(HOST)),
    Forwarded("schemes_of_other_edges", forged("X-Forwarded-Ssl", "X-Forwarded-Scheme", "X-Forwarded-Protocol",
                                               "Front-End-Https", "X-URL-Scheme"), ["X-Forwarded-Proto: https"]),
    Forwarded("proxy_of_cgi", forged("Proxy", "PROXY", "proxy_", "HTTP_PROXY"), []),
    Forwarded("host_in_capitals", [], names_host(HOST), host="WIKI.Example"),
    Forwarded("host_with_empty_port", [], names_host(HOST), host="WIKI.example:"),
    Forwarded("host_with_last_dot", [], names_host(HOST), host="wiki.example."),
    Forwarded("host_with_default_port", [], names_host(HOST), host="wiki.example:443"),
    Forwarded("host_with_another_port", [], names_host("wiki.example:8443", 8443), host="Wiki.example.:8443"),
]


def forwarded_request(row):
    method = "POST" if row.trailers or "Content-Length: 0" in row.wanted else "GET"
    framing = ["Content-Length: 0"] if method == "POST" and not row.trailers else []
    head = [f"{method} /{row.name} HTTP/1.1", f"Host: {row.host}", *framing, *row.sent]
    content = ["1", "x", "0", *row.trailers, "", ""] if row.trailers else []
    return "\r\n".join([*head, "", *content] if content else [*head, "", ""]).encode()


def test_forwarded_fields(lab):
    origin = RecordingOrigin('Alt-Svc: h3=":443"', "X-Theirs: 1")
    engine, _ = lab.published(lab.origin(origin).url, host=HOST, host_header="public")
    faults = []
    with RawClient(engine, host=HOST, verified="wiki.localhost") as client:
        for row in FORWARDED:
            client.send(forwarded_request(row))
            answer = client.response()
            assert (answer.status, answer.fields["x-theirs"]) == (200, "1"), row.name
            assert "alt-svc" not in answer.fields
            assert origin.got[-1][1] == f"/{row.name}"
            lines = origin.lines[-1]
            faults += [f"{row.name}: {line} is there" for line in lines if "forged" in line]
            faults += [f"{row.name}: {want} is not there once: {lines}" for want in row.wanted
                       if lines.count(want) != 1]
    assert not faults, "\n".join(faults)
