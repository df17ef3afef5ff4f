# SPDX-License-Identifier: Apache-2.0
"""Crowds of clients, by hawser-load."""
import json

from .program import BIN, run


def load(engine, scenario, *arguments, watch=()):
    """hawser-load against an engine: its exit code, standard output and standard error."""
    watched = [f"--watch={program.name}={program.pid}" for program in watch]
    return run(BIN / "hawser-load", "--json", "--connect", f"127.0.0.1:{engine.client_port.number}", "--host", "wiki.localhost",
               "--ca", engine.authority.certificate, *watched, scenario, *arguments, deadline_s=180)


def load_rows(engine, scenario, *arguments, watch=()):
    """The rows that it printed; it must succeed."""
    done = load(engine, scenario, *arguments, watch=watch)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
