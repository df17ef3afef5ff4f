# SPDX-License-Identifier: Apache-2.0
"""One way to the origin, and what can be measured of it. Every measurement is {figure: value}; {} where the way can't."""
import re
import resource
import subprocess
import threading
import time

from lab import HOST, LOAD_CORE, cpu_seconds

CROWD = 1000  # connections


class Way:
    """`processes` are its proxies; `origin` is watched because it shares the load's core."""

    def __init__(self, lab, origin, name, processes, port, tls=True):
        self.lab, self.origin, self.name, self.processes, self.port, self.tls = lab, origin, name, processes, port, tls
        self.base = f"{'https' if tls else 'http'}://127.0.0.1:{port}"

    def requests(self, connections, seconds):
        """Keep-alive GETs of 1 KiB, each asked as soon as the one before is answered; where it is crowded, handshakes must not
        count, so hawser-load counts from when all of them are through."""
        if connections < CROWD or not self.tls:
            return self._by_wrk(connections, seconds)
        return self._by_hawser_load(seconds, "busy", "--clients", connections, "--path", "/small")

    def paced(self, per_second, connections, seconds):
        """At an even pace, each timed from when it was due."""
        return self._by_hawser_load(seconds, "busy", "--clients", connections, "--path", "/small", "--rate", per_second)

    def beside_bulk(self, downloads, uploads, per_second, connections, seconds):
        """Small exchanges at a pace, while bodies pass flat out; of the CPU time nothing can be said then. The bulk's clients give
        way, or it would be the load's core that is shared, and not the proxies'."""
        if not self.tls:
            return {}
        bulk = subprocess.Popen(["nice", "-n", "10", *self.lab.load_command(
            self.port, "mixed", "--clients", 1, "--path", "/small", "--rate", 1, "--downloads", downloads, "--down-path", "/large",
            "--uploads", uploads, "--up-path", "/put/bulk", "--body", "64M", "--hold", f"{seconds + 30}s")],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            time.sleep(1)  # until all of it passes
            figures = self.paced(per_second, connections, seconds)
            if bulk.poll() is not None:
                return {}
        finally:
            bulk.kill()
            bulk.wait()
        return {name: figures[name] for name in ("p50_ms", "p99_ms", "errors") if name in figures}

    def handshakes(self, resumed, seconds):
        """Connections of which each is a handshake, and its proper end."""
        more = ["--resume"] if resumed else []
        row, used = self._load_row(seconds, "churn", "--clients", 32, *more)
        if row is None or not row["connections"]:
            return {}
        return {"per_second": row["connections_per_s"], "per_cpu_second": row["connections"] / used,
                "resumed_share": row["resumed"] / row["connections"], "load_core_busy": row["own_cpu_s"] / seconds}

    def transfer(self, down, mib):
        """One body down or up by curl."""
        upload = [] if down else ["-X", "PUT", "--data-binary", f"@{self.lab.folder}/www/large"]
        before, began = cpu_seconds(self.processes), time.monotonic()
        subprocess.run(["taskset", "-c", LOAD_CORE, "curl", "-sSfk", "-o", "/dev/null", "-H", f"Host: {HOST}", *upload,
                        f"{self.base}/{'large' if down else 'put/large'}"], check=True, timeout=120)
        used, took = cpu_seconds(self.processes) - before, time.monotonic() - began
        return {**({"cpu_s_per_gib": used / mib * 1024} if self.processes else {}), "mib_per_second": mib / took}

    def http2(self, connections, streams, seconds):
        """The same as requests(), by h2load, counted once all connections are up."""
        if not self.tls:
            return {}
        load = subprocess.Popen(["taskset", "-c", LOAD_CORE, "h2load", "-t1", f"-c{connections}", f"-m{streams}", f"-D{seconds}",
                                 "--warm-up-time=1", f"--connect-to=127.0.0.1:{self.port}", f"https://{HOST}/small"],
                                stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        spent, lines = {}, []
        too_late = threading.Timer(seconds + 60, load.kill)
        too_late.start()
        with load:
            for line in load.stdout:  # ends with the load, which is bounded in time
                lines.append(line)
                for moment in ("started", "over"):
                    if f"Main benchmark duration is {moment}" in line:
                        spent[moment] = [cpu_seconds(of) for of in (self.processes, [load, self.origin])]
        too_late.cancel()
        out = "".join(lines)
        done = re.search(r"requests: .* (\d+) done", out)
        if load.returncode != 0 or "over" not in spent or done is None or int(done.group(1)) == 0:
            return {}
        requests, good = int(done.group(1)), int(re.search(r"(\d+) succeeded", out).group(1))
        proxies, load_core = [after - before for after, before in zip(spent["over"], spent["started"])]
        return {**of_good(good, good / seconds, proxies), "errors": requests - good, "load_core_busy": load_core / seconds}

    def idle_clients(self, clients):
        """Of fresh processes."""
        rows = self._rows("idle", "--clients", clients, "--hold", "0s")
        if not rows:
            return {}
        return {"bytes_each": (of_proxies(rows[-1], "_mib") - of_proxies(rows[0], "_mib")) * 2**20 / clients}

    def slow_readers(self, readers, seconds):
        """Of fresh processes: what they grow by while readers of /huge take 100 KiB/s each."""
        rows = self._rows("read", "--clients", readers, "--path", "/huge", "--rate", "100K", "--hold", f"{seconds}s")
        if not rows:
            return {}
        return {"grown_mib": of_proxies(rows[0], "_peak_mib") - of_proxies(rows[0], "_before_mib")}

    def _rows(self, *arguments):
        if not self.tls:
            return None
        watch = [(f"proxy{i}-", process) for i, process in enumerate(self.processes)]
        return self.lab.load(self.port, *arguments, watch=watch)

    def _load_row(self, seconds, *arguments):
        """hawser-load's only row, and the CPU time of the proxies meanwhile."""
        rows = self._rows(*arguments, "--hold", f"{seconds}s")
        if not rows:
            return None, 0
        return rows[0], of_proxies(rows[0], "_cpu_s")

    def _by_hawser_load(self, seconds, *arguments):
        origin_before = cpu_seconds([self.origin])
        row, used = self._load_row(seconds, *arguments)
        if row is None or not row["requests"]:
            return {}
        origin = cpu_seconds([self.origin]) - origin_before
        good = row["requests"] - row["not_2xx"]
        return {**of_good(good, row["requests_per_s"] * good / row["requests"], used), "p50_ms": row["p50_ms"],
                "p99_ms": row["p99_ms"], "errors": row["not_2xx"],
                # the origin works half a second longer, until all are under way
                "load_core_busy": row["own_cpu_s"] / seconds + origin / (seconds + 0.5)}

    def _by_wrk(self, connections, seconds):
        before, origin_before, own_before = cpu_seconds(self.processes), cpu_seconds([self.origin]), children_seconds()
        out = subprocess.run(["taskset", "-c", LOAD_CORE, "wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "-H",
                              f"Host: {HOST}", f"{self.base}/small"], capture_output=True, text=True, check=True, timeout=seconds + 60).stdout
        used, own = cpu_seconds(self.processes) - before, children_seconds() - own_before
        requests = int(re.search(r"(\d+) requests in", out).group(1))
        found = re.search(r"Non-2xx or 3xx responses: (\d+)", out)
        errors = int(found.group(1)) if found else 0
        rate = float(re.search(r"Requests/sec:\s+([\d.]+)", out).group(1))
        return {**of_good(requests - errors, rate * (requests - errors) / max(requests, 1), used if self.processes else None),
                "p50_ms": in_ms(re.search(r"^\s+50%\s+(\S+)", out, re.M).group(1)),
                "p99_ms": in_ms(re.search(r"^\s+99%\s+(\S+)", out, re.M).group(1)), "errors": errors,
                "load_core_busy": (own + cpu_seconds([self.origin]) - origin_before) / seconds}


def of_good(answers, per_second, cpu_s):
    """A refusal costs little: only answers of 2xx count, and all that was spent is theirs."""
    figures = {"requests_per_second": per_second}
    if cpu_s is not None and answers > 0:
        figures["cpu_us_per_request"] = cpu_s / answers * 1e6
    return figures


def of_proxies(row, figure):
    """The sum over all processes of the way."""
    return sum(value for name, value in row.items() if name.startswith("proxy") and name.endswith(figure))


def children_seconds():
    """CPU time of the children that have ended."""
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def in_ms(text):
    number, unit = re.fullmatch(r"([\d.]+)(us|ms|s|m)", text).groups()
    return float(number) * {"us": 0.001, "ms": 1, "s": 1000, "m": 60000}[unit]
