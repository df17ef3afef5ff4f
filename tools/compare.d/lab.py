# SPDX-License-Identifier: Apache-2.0
"""What the measuring scripts share: nginx, engine and connector as processes of one run, on loopback and pinned to a core.

The proxies share core 0; load generators and the origin have core 1. Everything ends with the Lab.
"""
import contextlib
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
BIN = HERE.parents[1] / "build/release/bin"
TICKS = os.sysconf("SC_CLK_TCK")
HOST = "wiki.localhost"
PROXY_CORE, LOAD_CORE = "0", "1"


def need(bin_folder, *programs):
    """Ends the script with what to do where a program is missing."""
    me = pathlib.Path(sys.argv[0]).name
    for program in programs:
        if shutil.which(program, path=os.environ["PATH"] + ":/usr/sbin") is None:
            sys.exit(f"{me}: {program} is missing; tools/setup test installs it")
    for program in ("hawser-engine", "hawser-connector", "hawserctl", "hawser-load"):
        if not (bin_folder / program).exists():
            sys.exit(f"{me}: no {program} in {bin_folder}; build it with `cmake --preset release && cmake --build --preset release`")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(what, condition, seconds=20):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            sys.exit(f"{pathlib.Path(sys.argv[0]).name}: {what} did not happen in {seconds} s")
        time.sleep(0.02)


def listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Processes:
    """Everything that this run started; ended with it."""

    def __init__(self):
        self._all = []
        self._groups = []

    def start(self, core, *command, log, env=None, group=False):
        """`group`: the command starts processes of its own, which are ended with it."""
        with open(log, "ab") as out:
            process = subprocess.Popen(["taskset", "-c", core, *map(str, command)], stdout=out, stderr=out,
                                       stdin=subprocess.DEVNULL, env=env, start_new_session=group)
        self._all.append(process)
        if group:
            self._groups.append(process)
        return process

    def stop(self):
        for process in self._groups:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
        for process in reversed(self._all):
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in self._all:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()


def family(pid):
    """The process and its children (nginx's workers)."""
    pids = [pid]
    children = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    for child in children:
        pids += family(int(child))
    return pids


def cpu_seconds(processes):
    """User and system, to the nanosecond where the kernel has the scheduler's own count."""
    return sum(process_cpu_seconds(pid) for process in processes for pid in family(process.pid))


def process_cpu_seconds(pid):
    with contextlib.suppress(OSError):
        spent_ns = sum(int(thread.joinpath("schedstat").read_text().split()[0])
                       for thread in pathlib.Path(f"/proc/{pid}/task").iterdir())
        if spent_ns:
            return spent_ns / 1e9
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def resident_mib(processes):
    pages = 0
    for process in processes:
        for pid in family(process.pid):
            pages += int(pathlib.Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGESIZE") / 2**20


class Lab:
    """`with Lab(programs) as lab:` has a folder of its own and a certificate for HOST."""

    def __init__(self, programs):
        self._temporary = tempfile.TemporaryDirectory(prefix="hw-lab-")
        self.folder = pathlib.Path(self._temporary.name)
        self.folder.chmod(0o755)
        self.programs = programs
        self.processes = Processes()
        self.engine = None  # its configuration
        self.metrics = {}  # where a program tells its own
        self.certificate, self.key = self.folder / "edge.pem", self.folder / "edge-key.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                        "-subj", f"/CN={HOST}", "-addext", f"subjectAltName=DNS:{HOST}", "-keyout", self.key, "-out",
                        self.certificate], check=True, capture_output=True)
        self.key.chmod(0o600)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.processes.stop()
        self._temporary.cleanup()

    def origin(self, large_mib):
        """nginx that serves /small (1 KiB), /large, /huge (1 GiB) and /endless (1 TiB), and takes /put/…: its process and port."""
        www = self.folder / "www"
        (www / "put").mkdir(parents=True)
        (www / "put").chmod(0o777)
        (www / "small").write_bytes(b"x" * 1024)
        for name, mib in (("large", large_mib), ("huge", 1024), ("endless", 2**20)):
            with open(www / name, "wb") as file:
                file.truncate(mib * 2**20)
        return self.nginx("origin", LOAD_CORE, tls=False, root=www)

    def nginx(self, name, core, behind=None, tls=True, to_tls=False, root=None):
        folder = self.folder / name
        folder.mkdir()
        port = free_port()
        location = f"root {root}; client_body_temp_path {folder}/put; dav_methods PUT;" if root else \
            f"proxy_pass {'https' if to_tls else 'http'}://behind; proxy_ssl_session_reuse on; proxy_ssl_protocols TLSv1.3;"
        text = (HERE / "nginx.conf").read_text()
        for key, value in {"FOLDER": folder, "PORT": port, "BEHIND": f"127.0.0.1:{behind or 9}", "SSL": "ssl http2" if tls else "",
                           "CERTIFICATE": f"ssl_certificate {self.certificate}; ssl_certificate_key {self.key};" if tls else "",
                           "LOCATION": location}.items():
            text = text.replace(f"@{key}@", str(value))
        (folder / "nginx.conf").write_text(text)
        process = self.processes.start(core, shutil.which("nginx") or "/usr/sbin/nginx", "-p", folder, "-c",
                                       folder / "nginx.conf", log=folder / "out.log")
        wait_for(f"{name} listening", lambda: listens(port))
        return process, port

    def hawser(self, origin_port, connector=None, **settings):
        """Engine and connector with one worker each, and the port for clients; `settings` go into engine.yaml, `connector`
        into connector.yaml."""
        folder = self.folder / "hawser"
        folder.mkdir()
        clients, connectors, metrics = (free_port() for _ in range(3))
        config = {"listen": {"clients": [{"address": f"127.0.0.1:{clients}"}],
                             "connectors": [{"address": f"127.0.0.1:{connectors}"}]},
                  "admin": f"unix:{folder}/state/admin.sock", "metrics": f"127.0.0.1:{metrics}",
                  "advertise": f"127.0.0.1:{connectors}", "trust_domain": "edge.test", "workers": 1,
                  "tls": [{"certificate": str(self.certificate), "key": str(self.key)}], "state": str(folder / "state"),
                  "apps": [{"name": "wiki", "host": HOST, "origin": f"http://127.0.0.1:{origin_port}",
                            "access": "passthrough"}], **settings}
        self.engine, self.metrics["engine"] = config, config["metrics"]
        (folder / "engine.yaml").write_text(json.dumps(config, indent=1))
        engine = self.processes.start(PROXY_CORE, self.programs / "hawser-engine", "run", "--config", folder / "engine.yaml",
                                      log=folder / "engine.log")
        wait_for("the engine listening", lambda: listens(clients) and listens(metrics))
        return [engine, self.connector("connector", **(connector or {}))], clients

    def connector(self, name, group="default", **settings):
        """One more connector of the engine, with an identity of its own, once its channels are there."""
        state, log = self.folder / "hawser" / name, self.folder / "hawser" / f"{name}.log"
        token = subprocess.run([self.programs / "hawserctl", "--admin", self.engine["admin"], "token", "create", "--group", group,
                                "--ttl", "1h"], check=True, capture_output=True, text=True).stdout.strip()
        subprocess.run([self.programs / "hawser-connector", "enrol", "--engine", self.engine["advertise"], "--token-file", "-",
                        "--state", state], input=token, check=True, capture_output=True, text=True)
        config = {"workers": 1, "metrics": f"127.0.0.1:{free_port()}", **settings}
        self.metrics[name] = config["metrics"]
        (state / "connector.yaml").write_text(json.dumps(config) + "\n")
        connector = self.processes.start(PROXY_CORE, self.programs / "hawser-connector", "run", "--state", state, log=log)
        wait_for("the connector's channels", lambda: b"channel_established" in log.read_bytes())
        return connector

    def trim_logs(self):
        """What was logged is no longer wanted; who writes goes on at the beginning."""
        for log in self.folder.rglob("*.log"):
            os.truncate(log, 0)

    def load_command(self, port, *arguments):
        return ["taskset", "-c", LOAD_CORE, self.programs / "hawser-load", "--json", "--connect", f"127.0.0.1:{port}", "--host", HOST,
                "--ca", self.certificate, *map(str, arguments)]

    def load(self, port, *arguments, watch=(), timeout_s=180):
        """hawser-load's rows; `watch` are (name, process). None where it could not do it; it has said why then."""
        watched = [f"--watch={name}{i or ''}={pid}" for name, process in watch for i, pid in enumerate(family(process.pid))]
        run = subprocess.run(self.load_command(port, *watched, *arguments), capture_output=True, text=True, timeout=timeout_s,
                             check=False)
        if run.stderr:
            print(run.stderr.strip(), file=sys.stderr)
        return json.loads(run.stdout) if run.stdout else None
