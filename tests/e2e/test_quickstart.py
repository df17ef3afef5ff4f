# SPDX-License-Identifier: Apache-2.0
"""tools/quickstart keeps its word. It builds and runs the release preset, whatever HAWSER_BIN says."""
import os
import pathlib
import re
import shlex
import signal
import subprocess
import threading
import types

import pytest

from support.program import ROOT, run
from support.provider import Visitor
from support.waiting import Record, eventually

pytestmark = pytest.mark.large


class Quickstart:
    """One that stays up; its output line by line."""

    def __init__(self):
        # A shell cannot trap what it was started to ignore, and whoever runs in the background ignores Ctrl-C.
        self._process = subprocess.Popen([ROOT / "tools/quickstart"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                         stderr=subprocess.STDOUT, text=True, start_new_session=True,
                                         preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
        self.said = Record()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        for line in self._process.stdout:
            self.said.add(line.strip())
        self.said.close()

    def line(self, start):
        return self.said.wait_for(lambda line: line.startswith(start), start, 120)

    def folder(self):
        return pathlib.Path(re.search(r"--cacert (\S+)/ca.pem", self.line("curl ")).group(1))

    def visitor(self):
        """A browser that trusts its authority."""
        return Visitor(types.SimpleNamespace(certificate=self.folder() / "ca.pem"))

    def press_ctrl_c(self):
        os.killpg(self._process.pid, signal.SIGINT)
        code = self._process.wait(60)
        self._reader.join()
        self._process.stdout.close()
        return code


def processes_in(folder):
    return [p for p in pathlib.Path("/proc").glob("[0-9]*/cmdline") if str(folder).encode() in read(p)]


def read(path):
    try:
        return path.read_bytes()
    except OSError:
        return b""


def test_once_makes_its_requests_and_leaves_nothing():
    done = run(ROOT / "tools/quickstart", "--once", deadline_s=200)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "ada, who is staff, sees the page" in done.stdout and "eve, who is not, is told so" in done.stdout
    folder = re.search(r"nginx serves (\S+)/files", done.stdout).group(1)
    assert not os.path.exists(folder)
    assert not processes_in(folder)


def sign_in_to(quickstart):
    """The second application, as README tells of it."""
    url = quickstart.line("https://staff.").split()[0]
    ada, eve = quickstart.visitor(), quickstart.visitor()
    asked = ada.follow(ada.ask(url))
    assert asked.url.startswith("https://login.localhost:") and "Who are you?" in asked.body
    page = ada.follow(ada.submit(asked, login="ada"))
    assert (page.status, page.url) == (200, url) and "You are <b>Ada Lovelace</b>" in page.body
    denied = eve.follow(eve.submit(eve.follow(eve.ask(url)), login="eve"))
    assert denied.status == 403 and "has not been opened to your account" in denied.body
    assert "Signed out" in ada.follow(ada.ask(f"{url}.hawser/logout?app=staff")).body
    assert ada.ask(url).status == 302
    cancelled = quickstart.visitor().sign_in(url, "")
    assert cancelled.status == 403 and "provider_refused" in cancelled.body


def test_two_stay_up_beside_each_other_until_ctrl_c():
    first, second = Quickstart(), Quickstart()
    for quickstart in (first, second):
        page = run(*shlex.split(quickstart.line("curl ")))
        assert "It works" in page.stdout, page.stderr
        sign_in_to(quickstart)
    for quickstart in (first, second):
        folder = quickstart.folder()
        assert quickstart.press_ctrl_c() == 0
        assert not folder.exists()
        eventually(lambda: not processes_in(folder), "nothing of it runs")
