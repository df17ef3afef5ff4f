# SPDX-License-Identifier: Apache-2.0
"""Every raw request and response of the tables in tests/http, through engine and connector: what the client is told,
and what the origin received, which is written anew and never what was refused."""
import pytest

from support.cases import cases
from support.client import Cut, RawClient

STATUS = {"bad_request": 400, "not_implemented": 501, "version_not_supported": 505, "target_too_long": 414,
          "head_too_large": 431, "client_gone": 400}
HOST = "wiki.example"
LONGEST_BYTEWISE = 2000


class RecordingOrigin:
    """Answers every request that is whole, and keeps (method, target, content) of it."""

    def __init__(self):
        self.got = []

    def __call__(self, connection):
        while head := connection.read_head():
            request_line, *lines = head[:-4].decode("latin-1").split("\r\n")
            method, target, version = request_line.split(" ")
            assert version == "HTTP/1.1"
            fields = {n.lower(): v.strip() for n, _, v in (line.partition(":") for line in lines)}
            self.got.append((method, target, self.content(connection, fields)))
            connection.answer(b"" if method == "HEAD" else b"ok")

    @staticmethod
    def content(connection, fields):
        assert not ("content-length" in fields and "transfer-encoding" in fields)
        if "transfer-encoding" not in fields:
            return connection.read_exactly(int(fields.get("content-length", 0)))
        content = b""
        while size := int(connection.read_line(), 16):
            content += connection.read_exactly(size + 2)[:-2]
        while connection.read_line():
            pass
        return content


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
