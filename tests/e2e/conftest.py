# SPDX-License-Identifier: Apache-2.0
"""Fixtures: each test has its own engine, connector and origins, in its own folder, on ports of its own.

HAWSER_BIN names the folder of the programs (default: build/release/bin).
"""
import contextlib
import pathlib
import tempfile

import pytest

from support.certificates import Authority
from support.client import Curl
from support.fault_relay import FaultRelay
from support.hawser import Connector, Engine
from support.nginx import Nginx
from support.origin import ScriptedOrigin
from support.program import BIN
from support.provider import Visitor
from support.schema import log_faults


def pytest_configure(config):
    config.addinivalue_line("markers", "long: takes minutes; only in tools/test --long")
    config.addinivalue_line("markers", "large: large bodies; not under the sanitizers")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """A failed test shows the ends of its programs' logs."""
    outcome = yield
    report = outcome.get_result()
    lab = item.funcargs.get("lab") if hasattr(item, "funcargs") else None
    if report.failed and lab:
        for program in lab.programs():
            report.sections.append((f"log of {program.name}", "\n".join(program.log.items()[-60:])))


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def visitor(authority):
    """A person who has not been anywhere yet."""
    return Visitor(authority)


class Lab:
    """Starts the parts of a test and closes them, the last first."""

    def __init__(self, folder, authority):
        self.folder = pathlib.Path(folder)
        self.authority = authority
        self._parts = []

    def programs(self):
        return [part for part in self._parts if hasattr(part, "log")]

    def add(self, part):
        self._parts.append(part)
        return part

    def made_engine(self, apps, name="engine", **settings):
        """An engine that is not started yet."""
        assert (BIN / "hawser-engine").exists(), f"no programs in {BIN}; tools/test builds them"
        return self.add(Engine(name, self.folder / name, self.authority, apps, **settings))

    def engine(self, apps, name="engine", faulty=False, **settings):
        """A started engine; `faulty`: connectors reach it through engine.fault alone."""
        engine = self.made_engine(apps, name, **settings)
        if faulty:
            engine.fault = self.fault(engine.connector_port)
            engine.set(advertise=f"127.0.0.1:{engine.fault.number}")
        return engine.start()

    def connector(self, engine, name="connector", group="default", address=None, ready=True, **settings):
        connector = self.add(Connector(name, self.folder / name, **settings))
        return connector.enrol(engine, group, address).start(ready)

    def nginx(self, name="nginx", certificate_and_key=None, locations="", http2=False):
        return self.add(Nginx(name, self.folder / name, certificate_and_key, locations, http2)).start()

    def origin(self, script):
        return self.add(ScriptedOrigin(script))

    def fault(self, port):
        """A faulty stretch in front of a port of ours."""
        return self.add(FaultRelay("127.0.0.1", getattr(port, "number", port)))

    def published(self, origin_url, engine=None, connector=None, **app):
        """An engine and a connector that publish one origin as wiki.localhost: the engine, then the connector."""
        wiki = {"name": "wiki", "host": "wiki.localhost", "group": "default", "origin": origin_url,
                "access": "passthrough", **app}
        edge = self.engine([wiki], **(engine or {}))
        return edge, self.connector(edge, **(connector or {}))

    def curl(self, engine):
        return Curl(engine, self.folder)

    def close(self):
        faults = []
        for part in reversed(self._parts):
            try:
                part.close()
            except AssertionError as fault:
                faults.append(fault)
            kind = {Engine: "engine", Connector: "connector"}.get(type(part))
            faults += log_faults(kind, part.log.items()) if kind else []
        assert not faults, faults


@contextlib.contextmanager
def opened_lab(authority):
    # A short path: the admin socket's path must fit into 107 bytes.
    with tempfile.TemporaryDirectory(prefix="hw-") as folder:
        made = Lab(folder, authority)
        yield made
        made.close()


@pytest.fixture
def lab(authority):
    with opened_lab(authority) as made:
        yield made
