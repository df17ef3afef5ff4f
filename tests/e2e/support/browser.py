# SPDX-License-Identifier: Apache-2.0
"""Debian's Chromium, driven by playwright-core: pages that trust the test's authority as an administrator would have it."""
import itertools
import json
import os
import pathlib
import subprocess
import threading

from .program import run
from .waiting import DEADLINE_S, Record

CHROMIUM = "/usr/bin/chromium"
HERE = pathlib.Path(__file__).resolve().parent
START_DEADLINE_S = 60  # of a machine that is busy with other tests


class Browser:
    """One browser process in a home of its own, which holds nothing but the authority's certificate."""

    def __init__(self, folder, authority):
        self._home = pathlib.Path(folder)
        self._trust(authority.certificate)
        self._answers = Record()
        self._numbers = itertools.count(1)
        self._log = open(self._home / "browser.log", "wb")
        self._node = subprocess.Popen(["node", str(HERE / "browser.js")], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                      stderr=self._log, text=True, cwd=self._home,
                                      env={**os.environ, "HOME": str(self._home), "NODE_PATH": str(HERE.parent / "node_modules")})
        threading.Thread(target=self._read, daemon=True).start()
        self.version = self.ask("start", START_DEADLINE_S, executable=CHROMIUM)

    def open(self, engine, path="/", host="wiki.localhost"):
        """A page of the engine's, loaded. Chromium itself knows that *.localhost is this machine."""
        return self.visit(f"https://{host}:{engine.client_port.number}{path}")

    def visit(self, url, beside=None, **settings):
        """A page of whatever host, wherever that leads at first; `beside`: a tab in that page's browser."""
        page = Page(self, next(self._numbers))
        status = page.ask("open", url=url, deadline_ms=int(DEADLINE_S * 1000), settings=settings,
                          **({"beside": beside.number} if beside else {}))
        assert status == 200, f"{url}: {status}"
        return page

    def close(self):
        self._node.stdin.close()
        try:
            self._node.wait(DEADLINE_S)
        finally:
            self._node.kill()
            self._node.wait()
            self._node.stdout.close()
            self._log.close()

    def _trust(self, certificate):
        store = self._home / ".pki/nssdb"
        store.mkdir(parents=True)
        for arguments in (["-N", "--empty-password"], ["-A", "-n", "test authority", "-t", "C,,", "-i", certificate]):
            done = run("certutil", "-d", f"sql:{store}", *arguments)
            assert done.returncode == 0, done.stderr

    def _read(self):
        for line in self._node.stdout:
            self._answers.add(json.loads(line))
        self._answers.close()

    def ask(self, command, deadline_s, **details):
        number = next(self._numbers)
        self._node.stdin.write(json.dumps({"id": number, "command": command, **details}) + "\n")
        self._node.stdin.flush()
        answer = self._answers.wait_for(lambda a: a["id"] == number, f"Chromium's answer to {command}", deadline_s)
        assert "fault" not in answer, f"{command}: {answer['fault']}"
        return answer.get("value")


class Page:
    """`script` is the text of a function of one argument; what it promises is waited for."""

    def __init__(self, browser, number):
        self._browser, self.number = browser, number

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.ask("close_page")

    def ask(self, command, **details):
        return self._browser.ask(command, DEADLINE_S, page=self.number, **details)

    def evaluate(self, script, argument=None):
        return self.ask("evaluate", script=script, argument=argument)

    def submit(self, selector):
        """Clicks, and answers with the status and text of the page that comes then."""
        return self.ask("submit", selector=selector)

    def go(self, url):
        """The status of the page that is there in the end."""
        return self.ask("go", url=url)

    def fill(self, selector, text):
        self.ask("fill", selector=selector, text=text)

    def click(self, selector):
        self.ask("click", selector=selector)

    def arrive(self, url):
        """Waits for a page whose address begins so; its whole address."""
        return self.ask("arrive", url=url)

    def text(self):
        """What a person reads."""
        return self.ask("text")

    def picture(self, name):
        """A picture of the whole page, for people to look at, in the folder that HAWSER_PICTURES names, if it does."""
        folder = os.environ.get("HAWSER_PICTURES")
        if folder:
            self.ask("picture", file=str(pathlib.Path(folder) / f"{name}.png"))

    def choose_file(self, selector, file):
        self.ask("choose_file", selector=selector, file=str(file))
