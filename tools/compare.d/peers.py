# SPDX-License-Identifier: Apache-2.0
"""Other programs that do the same work, where the path to one is given: they are no part of the tree and are not installed."""
import os
import re
import subprocess
import sys

from lab import HERE, HOST, PROXY_CORE, free_port, listens, wait_for

FIRST_WITH_REVERSE_HTTP = (2, 9)


def check_haproxy(path):
    """Ends the script where this is no HAProxy, or one without reverse HTTP."""
    try:
        out = subprocess.run([path, "-v"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError) as fault:
        sys.exit(f"compare: {path} is no HAProxy: {fault}")
    found = re.search(r"HAProxy version (\d+)\.(\d+)", out)
    if not found or (int(found[1]), int(found[2])) < FIRST_WITH_REVERSE_HTTP:
        first = ".".join(map(str, FIRST_WITH_REVERSE_HTTP))
        sys.exit(f"compare: {path} is {out.splitlines()[0] if out else 'something else'!r}; reverse HTTP came with {first} "
                 "(Debian 12 has 2.6): build a newer one with USE_OPENSSL=1 and give its path")


def haproxy(lab, path, origin_port):
    """Its reverse HTTP: the outer process is dialled by the inner one, and clients come to the outer: both, and the port."""
    folder = lab.folder / "haproxy"
    folder.mkdir()
    clients, reverse = free_port(), free_port()
    both = folder / "both.pem"
    both.write_text(lab.certificate.read_text() + lab.key.read_text())
    both.chmod(0o600)
    started = []
    for name in ("outer", "inner"):
        text = (HERE / f"haproxy-{name}.cfg").read_text()
        for key, value in {"PORT": clients, "REVERSE": reverse, "ORIGIN": origin_port, "PEM": both, "CA": lab.certificate,
                           "HOST": HOST}.items():
            text = text.replace(f"@{key}@", str(value))
        (folder / f"{name}.cfg").write_text(text)
        started.append(lab.processes.start(PROXY_CORE, path, "-db", "-f", folder / f"{name}.cfg", log=folder / f"{name}.log"))
        wait_for("HAProxy listening", lambda: listens(reverse))
    wait_for("an answer by way of HAProxy", lambda: answers(clients))
    return started, clients


def any_peer(lab, name, command, origin_port):
    """`command`, by the shell, is what listens with TLS at 127.0.0.1:$PORT and brings requests to http://$ORIGIN."""
    folder = lab.folder / f"peer-{name}"
    folder.mkdir()
    port = free_port()
    given = {"PORT": port, "ORIGIN": f"127.0.0.1:{origin_port}", "CERTIFICATE": lab.certificate, "KEY": lab.key,
             "SERVER_NAME": HOST, "FOLDER": folder}
    process = lab.processes.start(PROXY_CORE, "sh", "-c", command, log=folder / "out.log",
                                  env={**os.environ, **{key: str(value) for key, value in given.items()}}, group=True)
    wait_for(f"an answer by way of {name}", lambda: answers(port))
    return [process], port


def answers(port):
    return subprocess.run(["curl", "-skf", "-m", "2", "-o", "/dev/null", "-H", f"Host: {HOST}", f"https://127.0.0.1:{port}/small"],
                          check=False).returncode == 0
