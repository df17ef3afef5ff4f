# SPDX-License-Identifier: Apache-2.0
"""Rules about countries, by a file in MaxMind's format: who is believed about where a client is, and what reloads."""
import signal

import pytest

from support.program import BIN, run
from support.published import Published

AUSTRIA, GERMANY, NOWHERE = "192.0.2.9", "198.51.100.9", "203.0.113.9"
HOME = [{"name": "home", "who": {"anyone_signed_in": True}, "from": {"countries": ["AT"]}, "effect": "allow"}]


def write_file(path, *networks):
    assert run(BIN / "make_country_file", path, *networks).returncode == 0
    return path


@pytest.fixture
def wiki(lab):
    app = Published(lab, HOME)
    app.file = write_file(lab.folder / "countries.mmdb", f"{AUSTRIA}/32=AT", f"{GERMANY}/32=DE")
    app.engine_settings = {"geo": {"file": str(app.file)}, "trusted_proxies": ["127.0.0.1"]}
    return app.start()


def ask(visitor, app, client):
    return visitor.ask(f"{app.url}/api", Accept="*/*", X_Forwarded_For=client)


def test_the_country_of_the_client_that_a_trusted_proxy_tells_decides(wiki, visitor):
    assert ask(visitor, wiki, AUSTRIA).status == 401
    assert ask(visitor, wiki, GERMANY).status == 403
    assert ask(visitor, wiki, NOWHERE).status == 403, "an address that the file does not know is in no country"
    assert visitor.ask(f"{wiki.url}/api", Accept="*/*").status == 403
    assert wiki.heads == []


def test_a_client_that_tells_of_itself_is_not_believed(lab, visitor):
    app = Published(lab, HOME)
    file = write_file(lab.folder / "countries.mmdb", "127.0.0.0/8=AT", f"{GERMANY}/32=DE")
    app.engine_settings = {"geo": {"file": str(file)}}
    app.start()
    assert ask(visitor, app, GERMANY).status == 401, "it is where its connection comes from"


def test_a_reload_reads_the_file_anew_and_refuses_a_broken_one(wiki, visitor):
    write_file(wiki.file, f"{GERMANY}/32=AT")
    wiki.reload_rules(HOME)
    assert (ask(visitor, wiki, GERMANY).status, ask(visitor, wiki, AUSTRIA).status) == (401, 403)
    wiki.file.write_bytes(b"")
    wiki.engine.signal(signal.SIGHUP)
    refused = wiki.engine.wait_for_record(lambda r: r.get("event") == "reload_refused", "the refusal")
    assert "geo.file" in refused["reason"] and "engine.yaml:" in refused["reason"]
    assert ask(visitor, wiki, GERMANY).status == 401, "the old one stays"
    checked = run(BIN / "hawser-engine", "check", "--config", wiki.engine.config)
    assert checked.returncode == 78 and "geo.file" in checked.stderr and "which can't be used (it is empty)" in checked.stderr


def test_the_rule_that_decides_is_told_with_the_country(wiki):
    told = wiki.engine.ctl_json("access", "test", "--app", "wiki", "--ip", AUSTRIA, "--user", "ada")
    assert (told["verdict"], told["country"]) == ("allow", "AT")
    words = wiki.engine.ctl("access", "test", "--app", "wiki", "--ip", GERMANY, "--user", "ada")
    assert words.startswith("deny: no rule matches (from DE)\n") and "other places: AT" in words
