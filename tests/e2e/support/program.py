# SPDX-License-Identifier: Apache-2.0
"""A real program that runs: started, watched by what it logs, stopped or killed."""
import json
import os
import pathlib
import signal
import subprocess
import threading

from .waiting import DEADLINE_S, Record

ROOT = pathlib.Path(__file__).resolve().parents[3]
BIN = pathlib.Path(os.environ.get("HAWSER_BIN", ROOT / "build/release/bin"))


def run(*command, stdin=None, deadline_s=60, env=None):
    """A program that ends by itself: its exit code, standard output and standard error."""
    return subprocess.run([str(c) for c in command], input=stdin, capture_output=True, text=True, timeout=deadline_s,
                          env={**os.environ, **(env or {})}, check=False)


class Program:
    """Owner of one process. Its standard error is read by a thread, line by line, and kept in FOLDER/NAME.log."""

    def __init__(self, name, folder):
        self.name = name
        self.folder = pathlib.Path(folder)
        self.log = Record()
        self.process = None
        self._reader = None

    def spawn(self, *command, env=None):
        assert self.process is None, f"{self.name} runs already"
        self.log = Record()
        self.process = subprocess.Popen([str(c) for c in command], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                        stdout=subprocess.DEVNULL, cwd=self.folder, env={**os.environ, **(env or {})})
        self._reader = threading.Thread(target=self._read_log, args=(self.process.stderr, self.log), daemon=True)
        self._reader.start()

    def _read_log(self, stream, log):
        with open(self.folder / f"{self.name}.log", "ab", buffering=0) as file:
            for line in stream:
                file.write(line)
                log.add(line.decode("utf-8", "replace").rstrip("\n"))
        log.close()

    @property
    def pid(self):
        return self.process.pid

    def alive(self):
        return self.process is not None and self.process.poll() is None

    def records(self):
        """The log lines that are JSON, as dictionaries."""
        return [r for r in map(as_record, self.log.items()) if r is not None]

    def wait_for_line(self, text, deadline_s=DEADLINE_S, since=0):
        return self.log.wait_for(lambda line: text in line, f"a line with {text!r} from {self.name}", deadline_s, since)

    def wait_for_record(self, wanted, what, deadline_s=DEADLINE_S, since=0):
        """The first JSON line that `wanted` accepts, as a dictionary."""
        def is_wanted(line):
            record = as_record(line)
            return record is not None and wanted(record)

        return as_record(self.log.wait_for(is_wanted, f"{what} in the log of {self.name}", deadline_s, since))

    def signal(self, number):
        os.kill(self.process.pid, number)

    def wait_exit(self, deadline_s=DEADLINE_S):
        """The exit code once it ended (negative: the signal that killed it)."""
        code = self.process.wait(deadline_s)
        self._reader.join(deadline_s)
        self.process.stderr.close()
        self.process = None
        return code

    def kill(self):
        self.process.kill()
        return self.wait_exit()

    def stop(self, deadline_s=40):
        """Ends it the polite way and answers its exit code; killed (and None) if it does not go."""
        if self.process is None:
            return None
        if self.alive():
            self.process.send_signal(signal.SIGCONT)
            self.process.terminate()
        try:
            return self.wait_exit(deadline_s)
        except subprocess.TimeoutExpired:
            self.kill()
            return None

    def resident_bytes(self):
        for line in pathlib.Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
        raise AssertionError(f"{self.name} has no resident memory")


def as_record(line):
    try:
        record = json.loads(line)
    except ValueError:
        return None
    return record if isinstance(record, dict) else None
