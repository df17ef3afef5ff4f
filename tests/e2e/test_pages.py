# SPDX-License-Identifier: Apache-2.0
"""The pages that people read, as an operator changes them."""
import pathlib
import signal

import pytest

from support.program import BIN, run

EXAMPLE = pathlib.Path(__file__).resolve().parents[2] / "engine/pages.example.yaml"


@pytest.fixture
def engine(lab):
    return lab.engine([{"name": "wiki", "host": "wiki.localhost", "origin": "http://127.0.0.1:9"}])


def nothing_here(lab, engine, language="en"):
    return lab.curl(engine)("/.hawser/nothing", "-H", f"Accept-Language: {language}", "-H", "Accept: text/html").body.decode()


def reload(engine, event="reloaded"):
    seen = len(engine.log.items())
    engine.signal(signal.SIGHUP)
    return engine.wait_for_record(lambda r: r.get("event") == event, event, since=seen)


def test_what_the_program_prints_can_be_changed_and_used(lab, engine):
    printed = run(BIN / "hawser-engine", "pages").stdout
    template = engine.folder / "pages.yaml"
    template.write_text(printed.replace("There is nothing here", "Nothing <here>").replace("<main>", "<main class=ours>"))
    engine.set(pages="pages.yaml")
    assert run(BIN / "hawser-engine", "check", "--config", engine.config).returncode == 0
    reload(engine)
    page = nothing_here(lab, engine)
    assert "<h1>Nothing &lt;here&gt;</h1>" in page and "<main class=ours>" in page


def test_a_wrong_template_is_refused_by_line_and_key_and_the_old_one_stays(lab, engine):
    template = engine.folder / "pages.yaml"
    template.write_text("languages:\n  en:\n    nothing_here.titel: Nothing\n")
    engine.set(pages="pages.yaml")
    checked = run(BIN / "hawser-engine", "check", "--config", engine.config)
    assert checked.returncode == 78
    assert f"{template}:3:5: languages.en.nothing_here.titel" in checked.stderr and "`nothing_here.title`" in checked.stderr
    assert str(template) in reload(engine, "reload_refused")["reason"]
    assert "There is nothing here" in nothing_here(lab, engine)


def test_each_reader_gets_the_language_that_the_browser_asks_for(lab, engine):
    engine.set(pages=str(EXAMPLE))
    reload(engine)
    assert 'lang="de"' in nothing_here(lab, engine, "de-CH, en;q=0.5")
    assert "There is nothing here" in nothing_here(lab, engine, "en, de;q=0.5")
    wrong_host = lab.curl(engine)("/", "-H", "Accept-Language: de", "-H", "Accept: text/html", "-H", "Host: nowhere.localhost")
    assert wrong_host.status == 421 and "keine Anwendung veröffentlicht" in wrong_host.body.decode()
