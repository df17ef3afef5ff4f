# SPDX-License-Identifier: Apache-2.0
"""What an auditor finds: events, their chain, and the story of one request."""
import getpass
import json
import os
import signal
import sqlite3
import subprocess
import threading

import pytest

from support.program import BIN, run
from support.provider import Visitor
from support.published import STAFF, Published
from support.schema import event_faults
from support.waiting import DEADLINE_S, Record, eventually

RULES = [{"name": "nobody at night", "who": {"groups": ["night"]}, "effect": "deny"},
         {"name": "vault", "who": {"users": ["nobody"]}, "paths": ["/vault/"], "effect": "allow"},
         {"name": "no vault", "paths": ["/vault/"], "effect": "deny", "message": "The vault is shut."}, *STAFF]


@pytest.fixture
def wiki(lab):
    return Published(lab, access=RULES).start()


def events(wiki, *arguments):
    return [json.loads(line) for line in wiki.engine.ctl("--json", "event", "list", *arguments).splitlines()]


def of_kind(wiki, kind, count=1):
    """Those of that kind, once they tell of so many."""
    def enough():
        found = events(wiki, "--kind", kind)
        return found if sum(event.get("count", 1) for event in found) >= count else None

    return eventually(enough, f"{count} of {kind}", 30)


def test_a_sign_in_and_a_logout_are_events_and_an_allowed_request_is_none(wiki, visitor):
    assert visitor.sign_in(f"{wiki.url}/page", "alice").status == 200
    for _ in range(5):
        assert visitor.ask(f"{wiki.url}/page").status == 200
    visitor.ask(f"{wiki.url}/.hawser/logout?app=wiki")
    out = of_kind(wiki, "signed_out")[0]
    signed_in = of_kind(wiki, "signed_in")[0]
    assert (signed_in["class_uid"], signed_in["status"]) == (3002, "Success")
    assert signed_in["service"]["name"] == "wiki" and signed_in["src_endpoint"]["ip"] == "127.0.0.1"
    assert (out["activity_name"], out["status_detail"]) == ("Logoff", "by_person")
    assert out["session"]["uid"] == signed_in["session"]["uid"]
    assert out["user"] == signed_in["user"]
    of_visitor = [event for event in events(wiki) if event["unmapped"]["kind"] != "administered"]
    assert len(of_visitor) == 2, "an ordinary allowed request is no event"
    assert event_faults(events(wiki)) == []


def test_a_denial_that_is_repeated_is_counted(wiki, visitor):
    visitor.sign_in(f"{wiki.url}/", "alice")
    for _ in range(50):
        assert visitor.ask(f"{wiki.url}/vault/gold").status == 403
    assert wiki.engine.stop() == 0, "what is still being counted is written at the end"
    lines = wiki.engine.records()
    wiki.engine.start()
    denied = events(wiki, "--kind", "denied")
    assert sum(event.get("count", 1) for event in denied) == 50
    assert len(denied) <= 2, "of the first second, and of the rest"
    first = denied[0]
    assert (first["policy"]["name"], first["status_detail"]) == ("no vault", "denied_by_rule")
    assert first["user"]["name"] != "unknown"
    assert first["http_request"]["url"]["path"] == "/vault/gold"
    line = next(record for record in lines if record["event"] == "decision")
    assert (line["rule"], line["verdict"], line["path"], line["names"]) == ("no vault", "deny", "/vault/gold", "staff")
    assert event_faults(denied) == []


def test_who_is_denied_by_no_rule_is_told_at_which_step(wiki, visitor):
    assert visitor.sign_in(f"{wiki.url}/", "bob").status == 403
    denied = of_kind(wiki, "denied")[0]
    assert (denied["status_detail"], denied["unmapped"]["detail"]) == ("no_rule_matched", "not_assigned")
    assert denied["message"].endswith("(not_assigned)")
    assert event_faults([denied]) == []


def test_a_sign_in_that_fails_is_an_event_with_its_reason(wiki, visitor):
    answer = visitor.ask(f"{wiki.url}/.hawser/callback?state=made-up&code=x")
    assert answer.status >= 400
    failed = of_kind(wiki, "sign_in_failed")[0]
    assert (failed["status"], failed["status_detail"]) == ("Failure", "login_unknown")
    assert failed["user"] == {"name": "unknown", "type": "Unknown", "type_id": 0}
    assert failed["metadata"]["correlation_uid"] == answer.field("X-Request-ID")


def test_an_administrators_acts_name_who_did_them(wiki, visitor):
    visitor.sign_in(f"{wiki.url}/", "alice")
    wiki.engine.ctl("session", "revoke", "--app", "wiki")
    revoked = of_kind(wiki, "revoked")[0]
    assert revoked["actor"]["user"]["uid"] == str(os.geteuid())
    assert revoked["actor"]["user"]["name"] == getpass.getuser()
    assert revoked["status_detail"] == "by_administrator"
    wiki.engine.config.write_text("nonsense: [")
    wiki.engine.signal(signal.SIGHUP)
    wiki.engine.wait_for_record(lambda r: r.get("event") == "reload_refused", "the refusal")
    acts = {event["status_detail"]: event for event in of_kind(wiki, "administered", 6)}
    assert {"keys_rotated", "signing_keys_rotated", "token_created", "connector_enrolled", "sessions_revoked", "configuration_reloaded"} <= set(acts)
    assert acts["sessions_revoked"]["actor"]["user"]["uid"] == str(os.geteuid())
    assert acts["configuration_reloaded"]["status"] == "Failure"
    assert acts["connector_enrolled"]["actor"] == {"app_name": "hawser-engine"}
    assert event_faults(events(wiki)) == []


def test_whoever_follows_sees_events_as_they_happen(wiki, visitor):
    seen = Record()
    program = subprocess.Popen([BIN / "hawserctl", "--admin", wiki.engine.admin, "--json", "event", "follow", "--kind",
                                                                    "signed_in"], stdout=subprocess.PIPE, text=True,
                                   # a shell's background job, and what it starts, does not hear it otherwise
                                   preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))


    def read():
        for line in program.stdout:
            seen.add(json.loads(line))
        seen.close()

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    try:
        visitor.sign_in(f"{wiki.url}/", "alice")
        seen.wait_for(lambda event: True, "the first sign-in")
        Visitor(wiki.provider.authority).sign_in(f"{wiki.url}/", "alice")
        seen.wait_for(lambda event: True, "the second one", since=1)
    finally:
        program.send_signal(signal.SIGINT)
        program.wait(DEADLINE_S)
        reader.join(DEADLINE_S)
        program.stdout.close()


def verified(wiki):
    return run(BIN / "hawserctl", "--admin", wiki.engine.admin, "event", "verify")


def test_the_chain_goes_on_over_a_restart_and_tells_what_was_done_to_the_file(wiki, visitor):
    visitor.sign_in(f"{wiki.url}/", "alice")
    of_kind(wiki, "signed_in")
    before = events(wiki)
    assert wiki.engine.stop() == 0
    wiki.engine.start()
    visitor.ask(f"{wiki.url}/.hawser/logout?app=wiki")
    of_kind(wiki, "signed_out")
    assert events(wiki)[:len(before)] == before
    whole = verified(wiki)
    assert (whole.returncode, "the chain is whole" in whole.stdout) == (0, True), whole.stdout + whole.stderr
    assert wiki.engine.stop() == 0
    with sqlite3.connect(wiki.engine.state / "state.db") as database:
        database.execute("UPDATE entries SET value = CAST(replace(CAST(value AS TEXT), 'signed_in', 'signed_up') AS BLOB)"
                         " WHERE CAST(key AS TEXT) LIKE 'events/%' AND CAST(value AS TEXT) LIKE '%signed_in%'")
    database.close()
    wiki.engine.start()
    broken = verified(wiki)
    number = next(event["metadata"]["sequence"] for event in before if event["unmapped"]["kind"] == "signed_in")
    assert broken.returncode == 1
    assert f"BROKEN at event {number}:" in broken.stdout


def test_the_story_of_a_request_tells_why_it_got_what_it_got(wiki, visitor):
    visitor.sign_in(f"{wiki.url}/", "alice")
    allowed = visitor.ask(f"{wiki.url}/page?secret=1")
    denied = visitor.ask(f"{wiki.url}/vault/gold")
    failed = visitor.ask(f"{wiki.url}/.hawser/callback?state=made-up&code=x")

    def story(answer):
        return wiki.engine.ctl_json("explain", answer.field("X-Request-ID"))

    def is_page(record):
        return record.get("event") == "request" and record.get("path") == "/page"

    assert allowed.status == 200
    page_id = wiki.engine.wait_for_record(is_page, "the page's line")["request_id"]  # as the application got it, too
    told = wiki.engine.ctl_json("explain", page_id)["stories"][0]
    assert (told["verdict"], told["rule"], told["status"], told["ended_by"]) == ("allow", "staff", 200, "complete")
    assert (told["path"], told["client"], told["names"]) == ("/page", "127.0.0.1", ["staff"])
    assert [step["finding"] for step in told["steps"]] == ["other_person", "other_path", "other_path", "matched"]
    told = story(denied)["stories"][0]
    assert (told["verdict"], told["rule"], told["status"]) == ("deny", "no vault", 403)
    assert [step["finding"] for step in told["steps"]] == ["other_person", "other_person", "matched"]
    assert eventually(lambda: story(denied)["events"], "the denial's event")[0]["policy"]["name"] == "no vault"
    told = eventually(lambda: (story(failed)["events"] and story(failed)), "the failure's event")
    assert told["stories"][0]["answer"] == "login_unknown"
    assert told["events"][0]["status_detail"] == "login_unknown"
    words = wiki.engine.ctl("explain", denied.field("X-Request-ID"))
    assert 'deny, by rule "no vault"' in words and "RULE" in words and "EVENTS" in words
    wiki.reload_rules(STAFF)
    assert wiki.engine.ctl_json("explain", page_id)["stories"][0]["rules_changed"] is True
    assert "has changed since" in wiki.engine.ctl("explain", page_id)


def test_a_request_that_nobody_remembers_is_said_to_be_so(wiki):
    unknown = run(BIN / "hawserctl", "--admin", wiki.engine.admin, "explain", "018bcfe5-6800-7000-8000-000000000001")
    assert (unknown.returncode, "request_unknown" in unknown.stderr) == (1, True)
    no_id = run(BIN / "hawserctl", "--admin", wiki.engine.admin, "explain", "abc")
    assert (no_id.returncode, "bad_id" in no_id.stderr) == (1, True)
