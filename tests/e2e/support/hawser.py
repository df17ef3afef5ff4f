# SPDX-License-Identifier: Apache-2.0
"""The engine, the connector and hawserctl, as an operator runs them."""
import http.client
import json

from .ports import HeldPort
from .program import BIN, Program, run
from .waiting import DEADLINE_S, eventually


def http_get(port, path):
    """(status, body) of a plain HTTP listener; None while nobody answers there."""
    connection = http.client.HTTPConnection(port.host, port.number, timeout=DEADLINE_S)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read().decode()
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


class Node(Program):
    """What engine and connector share: a metrics listener that tells when it is ready."""

    def __init__(self, name, folder):
        super().__init__(name, folder)
        self.folder.mkdir()
        self.state = self.folder / "state"
        self.metrics_port = HeldPort()

    def wait_ready(self, deadline_s=DEADLINE_S):
        def ready():
            assert self.alive(), f"{self.name} ended:\n" + "\n".join(self.log.items()[-20:])
            return (http_get(self.metrics_port, "/readyz") or (0,))[0] == 200

        eventually(ready, f"{self.name} is ready; it said:\n" + "\n".join(self.log.items()[-20:]), deadline_s)

    def metric(self, name):
        """The sum of all series of that name."""
        return sum(value for series, value in self.metrics().items() if series.split("{")[0] == name)

    def wait_for_metric(self, name, wanted):
        eventually(lambda: wanted(self.metric(name)), f"{name} of {self.name} is as wanted")

    def metrics(self):
        """{series with its labels: value}"""
        _, text = http_get(self.metrics_port, "/metrics")
        samples = (line.rsplit(" ", 1) for line in text.splitlines() if line and not line.startswith("#"))
        return {name: float(value) for name, value in samples}


def spelled(app):
    """The app with what every app has to spell."""
    return {"access": "passthrough", **app}


class Engine(Node):
    """One hawser-engine with its folder; `settings` are keys of engine.yaml that replace the ones here."""

    def __init__(self, name, folder, authority, apps, **settings):
        super().__init__(name, folder)
        self.authority = authority
        self.client_port, self.connector_port = HeldPort(), HeldPort()
        self.admin = f"unix:{self.state}/admin.sock"
        # No client takes a wildcard below a top-level name, so each host is named.
        hosts = [f"DNS:{app}.localhost" for app in ("wiki", "news", "other")]
        certificate, key = authority.issue(name, *hosts, "DNS:localhost", "IP:127.0.0.1")
        self.settings = {
            "listen": {"clients": [{"address": self.client_port.address}],
                       "connectors": [{"address": self.connector_port.address}]},
            "admin": self.admin, "metrics": self.metrics_port.address, "advertise": self.connector_port.address,
            "trust_domain": "edge.test", "tls": [{"certificate": str(certificate), "key": str(key)}], "workers": 2,
            "memory_limit": "64M", "state": str(self.state), "apps": [spelled(app) for app in apps], **settings}
        self.config = self.folder / "engine.yaml"
        self.fault = None  # what connectors pass on their way to us, if something does
        self.set()

    def set(self, **settings):
        """Changes keys of engine.yaml; a running engine learns of it by reload()."""
        self.settings.update(settings)
        self.settings["apps"] = [spelled(app) for app in self.settings["apps"]]
        self.config.write_text(json.dumps(self.settings, indent=1))  # JSON is YAML

    def start(self):
        self.spawn(BIN / "hawser-engine", "run", "--config", self.config)
        self.wait_ready()
        return self

    def ctl(self, *arguments):
        """hawserctl's standard output; it must succeed."""
        done = run(BIN / "hawserctl", "--admin", self.admin, *arguments)
        assert done.returncode == 0, f"hawserctl {arguments}: {done.stderr}"
        return done.stdout

    def ctl_json(self, *arguments):
        return json.loads(self.ctl("--json", *arguments))

    def token(self, group="default", ttl="1h"):
        """A file that holds a fresh enrolment token."""
        file = self.folder / f"token-{group}"
        file.write_text(self.ctl("token", "create", "--group", group, "--ttl", ttl))
        file.chmod(0o600)
        return file

    def close(self):
        self.stop()
        for port in (self.client_port, self.connector_port, self.metrics_port):
            port.close()


class Connector(Node):
    """One hawser-connector with its state folder; `settings` are keys of connector.yaml."""

    def __init__(self, name, folder, **settings):
        super().__init__(name, folder)
        self.settings = {"metrics": self.metrics_port.address, "workers": 2, **settings}
        self.config = self.folder / "connector.yaml"
        self.config.write_text(json.dumps(self.settings, indent=1))

    def enrol(self, engine, group="default", address=None):
        """Enrols at the engine, by another address if a fault stands in between."""
        done = self.try_enrol(engine.token(group), address or engine.settings["advertise"])
        assert done.returncode == 0, done.stderr
        return self

    def try_enrol(self, token_file, address):
        return run(BIN / "hawser-connector", "enrol", "--engine", address, "--token-file", token_file, "--state",
                   self.state, "--config", self.config)

    def start(self, ready=True, env=None):
        self.spawn(BIN / "hawser-connector", "run", "--state", self.state, env=env)
        if ready:
            self.wait_ready()
        return self

    def close(self):
        self.stop()
        self.metrics_port.close()
