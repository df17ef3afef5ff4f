# SPDX-License-Identifier: Apache-2.0
"""gRPC through the whole way, its own client and server at the ends."""
import queue

import grpc
import pytest

from support.grpc_peers import EchoServer, channel_to, method

DEADLINE_S = 10


@pytest.fixture
def server(lab):
    return lab.add(EchoServer())


@pytest.fixture
def channel(lab, server):
    engine, _ = lab.published(server.url)
    with channel_to(engine, lab.authority) as channel:
        yield channel


def test_a_unary_call_comes_back_with_its_metadata_and_trailers(server, channel):
    call = method(channel, "unary_unary", "Unary")
    metadata = (("x-who", "me"), ("x-raw-bin", b"\xff\x00"))
    answer, outcome = call.with_call(b"abc" * 100_000, timeout=DEADLINE_S, metadata=metadata)
    assert answer == b"cba" * 100_000
    assert outcome.code() is grpc.StatusCode.OK
    assert dict(outcome.trailing_metadata()) == {"x-checked": "yes", "x-sum-bin": b"\x00\xff"}
    assert server.calls[0]["x-who"] == "me" and server.calls[0]["x-raw-bin"] == b"\xff\x00"


def test_a_stream_of_answers_arrives_whole_and_in_order(channel):
    answers = list(method(channel, "unary_stream", "Down")(b"500", timeout=DEADLINE_S))
    assert answers == [str(number).encode() * 1000 for number in range(500)]


def test_a_stream_of_requests_arrives_whole_and_in_order(channel):
    parts = [bytes([65 + number % 26]) * 5000 for number in range(200)]
    assert method(channel, "stream_unary", "Up")(iter(parts), timeout=DEADLINE_S) == b",".join(parts)


def test_both_directions_stream_at_once(channel):
    """Each answer comes before the next request is sent."""
    requests = queue.Queue()
    answers = method(channel, "stream_stream", "Both")(iter(requests.get, None), timeout=DEADLINE_S)
    for word in (b"one", b"two", b"three"):
        requests.put(word)
        assert next(answers) == word.upper()
    requests.put(None)
    assert list(answers) == []


def test_a_failure_keeps_its_status_and_message(channel):
    with pytest.raises(grpc.RpcError) as failed:
        method(channel, "unary_unary", "Fail")(b"", timeout=DEADLINE_S)
    assert failed.value.code() is grpc.StatusCode.FAILED_PRECONDITION
    assert failed.value.details() == "no \u00e4pfel"


def test_a_method_that_is_none_is_told_by_the_server(channel):
    with pytest.raises(grpc.RpcError) as failed:
        method(channel, "unary_unary", "Nothing")(b"", timeout=DEADLINE_S)
    assert failed.value.code() is grpc.StatusCode.UNIMPLEMENTED


def test_a_call_that_is_cancelled_ends_at_the_server(server, channel):
    answers = method(channel, "unary_stream", "Hang")(b"", timeout=60)
    assert next(answers) == b"first"
    answers.cancel()
    assert server.cancelled.wait(DEADLINE_S)


def test_a_deadline_reaches_the_server_and_ends_the_call(server, channel):
    answers = method(channel, "unary_stream", "Hang")(b"", timeout=2)
    assert next(answers) == b"first"
    with pytest.raises(grpc.RpcError) as late:
        next(answers)
    assert late.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
    assert server.deadlines[0] < 2.1
    assert server.cancelled.wait(DEADLINE_S)


def test_calls_share_one_connection_to_the_server(lab, server):
    engine, connector = lab.published(server.url, connector={"workers": 1})
    with channel_to(engine, lab.authority) as channel:
        for _ in range(20):
            method(channel, "unary_unary", "Unary")(b"x", timeout=DEADLINE_S)
    requests = [r for r in connector.records() if r.get("event") == "request"]
    assert [r["origin_reused"] for r in requests].count(False) == 1
