# SPDX-License-Identifier: Apache-2.0
"""How a connector becomes known, stays known, and is forgotten."""
import os
import stat

import pytest

from support.hawser import Connector
from support.program import BIN, run
from support.waiting import eventually


@pytest.fixture
def nginx(lab):
    nginx = lab.nginx()
    nginx.write("page", b"a page")
    return nginx


@pytest.fixture
def engine(lab, nginx):
    wiki = {"name": "wiki", "host": "wiki.localhost", "origin": nginx.url}
    return lab.engine([wiki], timeouts={"queue": "100ms"})


def fresh(lab, name="connector"):
    return lab.add(Connector(name, lab.folder / name))


def connectors(engine):
    return engine.ctl_json("connector", "list")["connectors"]


def test_an_enrolled_connector_is_listed_and_serves(lab, engine):
    lab.connector(engine)
    assert lab.curl(engine)("/page").body == b"a page"
    assert [c["state"] for c in connectors(engine)] == ["connected"]


def test_a_token_serves_once(lab, engine):
    token = engine.token()
    first, second = fresh(lab, "first"), fresh(lab, "second")
    assert first.try_enrol(token, engine.settings["advertise"]).returncode == 0
    refused = second.try_enrol(token, engine.settings["advertise"])
    assert refused.returncode != 0
    assert "token" in refused.stderr
    assert refused.stderr.count("new one") == 0 and refused.stderr.count("new token") == 1
    assert not second.state.exists(), "a folder that holds nothing is taken back"
    assert len(connectors(engine)) == 1


def test_a_revoked_token_serves_no_more(lab, engine):
    token = engine.token()
    (listed,) = engine.ctl_json("token", "list")["tokens"]
    engine.ctl("token", "revoke", listed["id"])
    assert fresh(lab).try_enrol(token, engine.settings["advertise"]).returncode != 0


def test_a_token_is_stored_as_a_hash_alone(engine):
    secret = engine.token().read_text().strip()
    stored = b"".join(f.read_bytes() for f in engine.state.iterdir() if f.is_file())
    assert secret.encode() not in stored
    assert secret[-40:].encode() not in stored


def test_a_token_comes_by_the_environment_or_standard_input_too(lab, engine):
    by_environment, by_input = fresh(lab, "one"), fresh(lab, "two")
    command = [BIN / "hawser-connector", "enrol", "--engine", engine.settings["advertise"], "--state"]
    done = run(*command, by_environment.state, env={"HAWSER_TOKEN": engine.token().read_text().strip()})
    assert done.returncode == 0, done.stderr
    done = run(*command, by_input.state, "--token-file", "-", stdin=engine.token().read_text())
    assert done.returncode == 0, done.stderr


def test_a_token_that_others_could_read_is_used_with_a_warning(lab, engine):
    private, wide = engine.token(), lab.folder / "wide-token"
    assert "warning" not in fresh(lab, "one").try_enrol(private, engine.settings["advertise"]).stderr
    wide.write_text(engine.token().read_text())
    wide.chmod(0o644)
    done = fresh(lab, "two").try_enrol(wide, engine.settings["advertise"])
    assert done.returncode == 0
    assert f"{wide} has the mode 0644" in done.stderr and "umask 077" in done.stderr


def test_a_token_of_another_engine_is_refused_before_it_is_sent(lab, engine):
    other = lab.engine([{"name": "wiki", "host": "wiki.localhost", "origin": "http://127.0.0.1:9"}], name="other")
    token = other.token()
    assert fresh(lab).try_enrol(token, engine.settings["advertise"]).returncode != 0
    assert fresh(lab, "again").try_enrol(token, other.settings["advertise"]).returncode == 0


def test_an_enrolled_folder_is_not_replaced_by_accident(lab, engine):
    connector = fresh(lab).enrol(engine)
    assert "--force" in connector.try_enrol(engine.token(), engine.settings["advertise"]).stderr


def test_what_the_state_folders_hold_is_for_their_owner_alone(lab, engine):
    connector = lab.connector(engine)
    for folder in (engine.state, connector.state):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        for file in folder.iterdir():
            if file.is_file():
                assert stat.S_IMODE(file.stat().st_mode) == 0o600, file


def test_a_key_that_others_can_read_is_refused(lab, engine):
    connector = fresh(lab).enrol(engine)
    for file in connector.state.iterdir():
        os.chmod(file, 0o644)
    connector.start(ready=False)
    assert connector.wait_exit() != 0
    assert "chmod 600" in "\n".join(connector.log.items())


def test_a_revoked_connector_loses_its_open_channels(lab, engine):
    connector = lab.connector(engine)
    assert lab.curl(engine)("/page").status == 200
    (listed,) = connectors(engine)
    engine.ctl("connector", "revoke", listed["id"])
    eventually(lambda: connectors(engine)[0]["channels"] == [], "its channels are closed")
    assert connectors(engine)[0]["state"] == "revoked"
    assert lab.curl(engine)("/page").status == 503
    assert connector.alive()
    connector.wait_for_record(
        lambda r: r.get("event") == "channel_draining" and "revoked" in r["reason"], "why its channels end")
    connector.wait_for_record(
        lambda r: r.get("event") == "channel_lost" and "connector_revoked" in r["reason"],
        "why it is not let in again")


def test_a_connector_enrolled_once_comes_back_by_itself(lab, engine):
    connector = lab.connector(engine)
    connector.stop()
    connector.start()
    assert lab.curl(engine)("/page").body == b"a page"


def test_a_certificate_is_renewed_over_the_channel_with_a_new_key(lab, engine):
    connector = fresh(lab).enrol(engine)
    before = {f.name: f.read_bytes() for f in connector.state.iterdir() if f.is_file()}
    connector.start(env={"HAWSER_TEST_RENEWAL_AGE": "0s"})
    connector.wait_for_record(lambda r: r.get("event") == "certificate_renewed", "a renewed certificate")
    after = {f.name: f.read_bytes() for f in connector.state.iterdir() if f.is_file()}
    changed = [name for name in before if before[name] != after.get(name)]
    assert any("key" in name or "credential" in name for name in changed), changed
    assert lab.curl(engine)("/page").body == b"a page"
