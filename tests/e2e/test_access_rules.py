# SPDX-License-Identifier: Apache-2.0
"""Access rules as an operator meets them: checked, tried out and looked over before any user comes."""
import signal

import pytest

from support.client import RawClient
from support.program import BIN, run

SECRET = "correct-horse-battery"
STAFF = {"name": "staff", "who": {"groups": ["staff"]}, "strength": {"acr": ["mfa"]}, "effect": "allow"}
VISITORS = {"name": "visitors", "effect": "deny", "message": "Use the guests' site.", "from": {"networks": ["203.0.113.0/24"]}}
TRIAL = {"name": "trial", "effect": "deny", "shadow": True}


def event(name):
    return lambda record: record.get("event") == name


@pytest.fixture
def secret_file(lab):
    file = lab.folder / "oidc-secret"
    file.write_text(SECRET + "\n")
    file.chmod(0o600)
    return file


@pytest.fixture
def engine(lab, secret_file):
    guarded = {"name": "news", "host": "news.localhost", "origin": "http://127.0.0.1:9", "sign_in": {"provider": "main"},
               "session": {"idle": "30m"}, "access": [VISITORS, TRIAL, STAFF]}
    wiki = {"name": "wiki", "host": "wiki.localhost", "origin": "http://127.0.0.1:9"}
    return lab.engine([guarded, wiki], providers=[{
        "name": "main", "issuer": "https://login.localhost", "client_id": "hawser", "client_secret_file": str(secret_file)}])


def test_the_rule_that_decides_is_told_before_any_user_comes(engine):
    ask = ("access", "test", "--app", "news", "--path", "/2026")
    assert engine.ctl(*ask, "--ip", "203.0.113.9").startswith("deny, by rule \"visitors\": Use the guests' site.\n")
    assert engine.ctl(*ask, "--ip", "::1").startswith('sign in: rule "staff"')
    told = engine.ctl_json(*ask, "--ip", "::1", "--user", "ada", "--groups", "choir,staff", "--acr", "mfa")
    assert (told["verdict"], told["rule"]) == ("allow", "staff")
    assert [step["finding"] for step in told["steps"]] == ["other_place", "matched", "matched"]
    assert engine.ctl("access", "test", "--app", "wiki", "--ip", "::1").startswith("allow: the app is passthrough")


def close_a_folder(engine):
    closed = {"name": "closed", "effect": "deny", "paths": ["/closed/"]}
    engine.set(apps=[dict(app, access=[closed, STAFF]) if app["name"] == "news" else app for app in engine.settings["apps"]])
    engine.signal(signal.SIGHUP)
    engine.wait_for_record(event("reloaded"), "the reload")


def answer_to(engine, method, path):
    with RawClient(engine, "news.localhost") as client:
        client.send(client.head(method, path))
        return client.response()


def test_what_no_rule_is_asked_about_is_told_as_the_engine_answers_it(engine):
    close_a_folder(engine)
    for method, path, status in [("GET", "//closed/", 400), ("GET", "/a%2Fb", 400), ("GET", "/closed;v=1/", 400),
                                 ("GET", "/a/../b", 400), ("get", "/", 501), ("FROB", "/", 501), ("GET", "/closed/", 403)]:
        assert answer_to(engine, method, path).status == status, (method, path)
        told = engine.ctl_json("access", "test", "--app", "news", "--ip", "127.0.0.1", "--method", method, "--path", path)
        assert (told["verdict"], told["status"]) == (("deny", 0) if status == 403 else ("refused", status)), (method, path)


def test_a_path_in_two_readings_is_remembered_for_whoever_asks(engine):
    close_a_folder(engine)
    told = engine.ctl("explain", answer_to(engine, "GET", "//closed/").fields["x-request-id"])
    assert "the path can be read in two ways" in told and "status 400" in told


def test_the_audit_lists_what_is_open_and_what_is_tried_out(engine):
    audit = engine.ctl_json("audit")
    assert [app["app"] for app in audit["passthrough"]] == ["wiki"]
    assert [(rule["app"], rule["rule"]) for rule in audit["shadow_rules"]] == [("news", "trial")]
    engine.set(apps=[app for app in engine.settings["apps"] if app["name"] == "news"])
    engine.signal(signal.SIGHUP)
    engine.wait_for_record(event("reloaded"), "the reload")
    assert engine.ctl_json("audit")["passthrough"] == []


def test_a_clients_secret_stays_in_its_file(lab, engine, secret_file):
    connector = lab.connector(engine)
    checked = run(BIN / "hawser-engine", "check", "--config", engine.config)
    assert checked.returncode == 0
    secret_file.chmod(0o644)
    refused = run(BIN / "hawser-engine", "check", "--config", engine.config)
    assert refused.returncode == 78
    assert f"chmod 0600 {secret_file}" in refused.stderr
    engine.signal(signal.SIGHUP)
    engine.wait_for_record(event("reload_refused"), "the refusal")
    engine.ctl("status")
    shown = [checked.stdout, checked.stderr, refused.stdout, refused.stderr, *engine.log.items(), *connector.log.items(),
             engine.ctl("app", "list"), engine.ctl("--json", "audit"), str(engine.metrics())]
    kept = [file.read_bytes() for state in (engine.state, connector.state) for file in state.rglob("*") if file.is_file()]
    assert len(kept) > 3
    assert not any(SECRET in text for text in shown)
    assert not any(SECRET.encode() in content for content in kept)
