# SPDX-License-Identifier: Apache-2.0
"""NTLM: an origin's connection on which a client's session was authenticated is that session's alone, to its end."""
import contextlib
import json
import random
import signal

import pytest

from support.client import RawClient
from support.connection_auth import NtlmOrigin, answer_message, challenge_in, message
from support.http2 import Http2Client, get
from support.waiting import eventually

CONTENT = random.Random(11).randbytes(6 << 20)


def sign_in(client, user="alice", path="/in"):
    """The handshake in three requests, and that it lets the user in."""
    assert client.get(path).fields["www-authenticate"] == "NTLM"
    offered = client.get(path, f"Authorization: {message(1)}")
    assert offered.status == 401
    entered = client.get(path, f"Authorization: {answer_message(challenge_in(offered.fields), user)}")
    assert (entered.status, entered.body) == (200, user.encode())


@pytest.fixture(name="ntlm")
def fixture_ntlm(lab):
    return NtlmOrigin(lab)


def test_a_session_has_one_connection_and_nobody_else_gets_it(lab, ntlm):
    engine, connector = lab.published(ntlm.url)
    with RawClient(engine) as alice, RawClient(engine) as bob, RawClient(engine) as stranger:
        sign_in(alice)
        sign_in(bob, "bob", "/bob")
        for _ in range(5):
            assert stranger.get("/stranger").status == 401
            assert alice.get("/in").body == b"alice"
            assert bob.get("/bob").body == b"bob"
        assert connector.metric("hawser_connector_bound_connections") == 3
    (hers,), (his,) = ntlm.of("alice"), ntlm.of("bob")
    assert (set(hers.paths), hers.handshake.kinds) == ({"/in"}, [0, 1, 3, 0, 0, 0, 0, 0])
    assert (set(his.paths), his.handshake.kinds) == ({"/bob"}, [0, 1, 3, 0, 0, 0, 0, 0])


def test_the_connection_ends_with_the_clients(lab, ntlm):
    engine, connector = lab.published(ntlm.url)
    with RawClient(engine) as alice, RawClient(engine) as bob:
        sign_in(alice)
        sign_in(bob, "bob")
        alice.socket.close()
        ntlm.ended.wait_for(lambda c: c.handshake.user == "alice", "the end of the origin's connection")
        assert bob.get().body == b"bob"
    connector.wait_for_metric("hawser_connector_bound_connections", lambda value: value == 0)


def test_an_http2_clients_exchanges_take_turns_on_it(lab, ntlm):
    engine, _ = lab.published(ntlm.url)
    with Http2Client(engine) as client, RawClient(engine) as stranger:
        assert client.answer(get("/in")).fields["www-authenticate"] == "NTLM"
        offered = client.answer(get("/in", ("authorization", message(1))))
        said = answer_message(challenge_in(offered.fields), "alice")
        assert client.answer(get("/in", ("authorization", said))).body == b"alice"
        asked = [client.request(get(f"/in/{i}")) for i in range(20)]
        assert stranger.get("/stranger").status == 401
        for number in asked:
            assert (client.answer_to(number).status, client.streams[number].body) == (200, b"alice")
    (hers,) = ntlm.of("alice")
    assert len(hers.paths) == 23 and "/stranger" not in hers.paths


def problem(response):
    return response.status, json.loads(response.body)["reason"]


def test_a_killed_connector_is_told_and_another_never_takes_its_place(lab, ntlm):
    engine, connector = lab.published(ntlm.url)
    with RawClient(engine) as alice, RawClient(engine) as anew:
        sign_in(alice)
        lab.connector(engine, "second")
        connector.kill()
        gone = alice.get("/gone")
        assert problem(gone) == (502, "connector_gone")
        assert gone.fields["connection"] == "close" and alice.at_end()
        sign_in(anew, "alice", "/anew")
    assert all("/gone" not in c.paths for c in ntlm.connections())


def test_an_http2_connection_whose_connector_is_gone_is_shut_down(lab, ntlm):
    engine, connector = lab.published(ntlm.url)
    with Http2Client(engine) as client:
        assert client.answer(get("/in")).status == 401
        lab.connector(engine, "second")
        connector.kill()
        for number in [client.request(get("/gone")), client.request(get("/gone"))]:
            assert problem(client.answer_to(number)) == (502, "connector_gone")
        client.until_ended()
        assert client.goaways


def test_behind_a_trusted_proxy_nothing_is_kept(lab, ntlm):
    """Its connections carry many people's requests: what one of them says must not hold for the next."""
    engine, connector = lab.published(ntlm.url, engine={"trusted_proxies": ["127.0.0.0/8"]})
    with RawClient(engine) as proxy:
        proxied = "X-Forwarded-For: 192.0.2.1"
        assert proxy.get("/", proxied).status == 401
        offered = proxy.get("/", proxied, f"Authorization: {message(1)}")
        said = answer_message(challenge_in(offered.fields), "alice")
        assert proxy.get("/", proxied, f"Authorization: {said}").status == 401
        assert proxy.get("/", proxied).status == 401
        assert connector.metric("hawser_connector_bound_connections") == 0
    assert [c.handshake.kinds for c in ntlm.connections()] == [[0], [1], [3], [0]]
    assert not ntlm.of("alice")


def test_a_session_of_another_worker_is_bound_as_well(lab, ntlm):
    engine, _ = lab.published(ntlm.url, engine={"faulty": True, "workers": 2})
    engine.wait_for_metric("hawser_channels", lambda count: count == 4)
    engine.fault.refuse()
    engine.fault.cut_all_but_the_newest()
    engine.wait_for_metric("hawser_channels", lambda count: count == 1)
    with contextlib.ExitStack() as stack:
        users = [f"user{i}" for i in range(12)]
        clients = {user: stack.enter_context(RawClient(engine)) for user in users}
        for user, client in clients.items():
            sign_in(client, user)
        for user, client in clients.items():
            assert client.get().body == user.encode()
        assert engine.metric("hawser_worker_hops_total") > 0, "no client came to the other worker"
        assert [len(ntlm.of(user)) for user in users] == [1] * len(users)
        for user, client in clients.items():
            client.socket.close()
            ntlm.ended.wait_for(lambda c, user=user: c.handshake.user == user, f"the end of {user}'s connection")


def test_a_reload_leaves_sessions_as_they_are(lab, ntlm):
    engine, _ = lab.published(ntlm.url)
    with RawClient(engine) as alice:
        sign_in(alice)
        engine.set(apps=[{**engine.settings["apps"][0], "hsts": "1h"}])
        engine.signal(signal.SIGHUP)
        answer = eventually(lambda: (got := alice.get()).fields.get("strict-transport-security") and got,
                            "the new configuration is in force")
        assert answer.body == b"alice"
    assert len(ntlm.of("alice")) == 1


def test_curl_speaks_ntlm_with_an_origin(lab, ntlm):
    engine, _ = lab.published(ntlm.url)
    answer = lab.curl(engine)("/page", "--ntlm", "--user", "alice:secret")
    assert (answer.status, answer.body) == (200, b"alice")
    (hers,) = ntlm.of("alice")
    assert hers.handshake.kinds == [1, 3]


def test_a_long_upload_of_a_bound_session_takes_a_channel_of_its_own(lab, ntlm):
    engine, _ = lab.published(ntlm.url)
    (lab.folder / "content").write_bytes(CONTENT)
    answer = lab.curl(engine)("/up", "--ntlm", "--user", "alice:secret", "--upload-file", lab.folder / "content")
    assert (answer.status, answer.body) == (200, b"alice")
    (hers,) = ntlm.of("alice")
    assert hers.uploads[-1] == CONTENT
    assert engine.metric("hawser_bulk_moves_total") == 1
