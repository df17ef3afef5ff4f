# SPDX-License-Identifier: Apache-2.0
"""What tools/compare makes of the figures of its rounds: medians, ratios within each round, the table, the bars.

A figure's key is `what.figure`, as in `c64.cpu_us_per_request`. A ratio is that of two figures of one round; of the
rounds' ratios the median counts, so that a machine that is busier in one round than in another moves neither.
"""
import statistics

BUSY = 0.8  # of the load's core; above it the rate may be the load generator's
OURS, ONE_HOP, TWO_HOPS = "hawser", "nginx1", "nginx2"
TITLES = {"c1": "HTTP/1.1, 1 connection", "c64": "HTTP/1.1, 64 connections", "c1000": "HTTP/1.1, 1,000 connections",
          "c8000": "HTTP/1.1, 8,000 connections", "h2c1": "HTTP/2, 1 connection of 8 streams",
          "h2c64": "HTTP/2, 64 connections of 8 streams", "h2c1000": "HTTP/2, 1,000 connections of 1 stream",
          "paced": "2,000 requests/s over 16 connections", "alone": "200 requests/s over 8 connections",
          "beside1": "the same beside 1 download, flat out", "beside20": "the same beside 10 downloads and 10 uploads, flat out",
          "down": "one download", "up": "one upload", "full": "full handshakes, 32 at a time",
          "resumed": "resumed handshakes, 32 at a time", "idle": "2,000 idle clients", "readers": "200 slow readers of 1 GiB"}
UNITS = {"requests_per_second": "requests/s", "p50_ms": "p50, ms", "p99_ms": "p99, ms", "cpu_us_per_request": "CPU, us/request",
         "cpu_s_per_gib": "CPU, s/GiB", "mib_per_second": "MiB/s", "errors": "not 2xx", "per_cpu_second": "per CPU second",
         "per_second": "per second", "resumed_share": "share resumed", "bytes_each": "bytes each", "grown_mib": "grown, MiB"}
LOAD = "load_core_busy"
RATES = {"requests_per_second", "per_second"}

# (measure, figure, against: a way, or a figure of ours, or nothing; better: smaller or larger; must; aim)
BARS = [
    ("CPU time per request, 64 connections, to two hops", "c64.cpu_us_per_request", TWO_HOPS, "<=", 0.55, 0.42),
    ("CPU time per request, 1,000 connections, to two hops", "c1000.cpu_us_per_request", TWO_HOPS, "<=", 0.55, 0.39),
    ("CPU time per request, paced, to two hops", "paced.cpu_us_per_request", TWO_HOPS, "<=", 0.9, 0.75),
    ("p50, paced, to two hops", "paced.p50_ms", TWO_HOPS, "<=", 0.9, 0.75),
    ("p99, paced, to two hops", "paced.p99_ms", TWO_HOPS, "<=", 0.9, 0.75),
    ("p99 of small ones beside one download, to two hops", "beside1.p99_ms", TWO_HOPS, "<=", 0.6, 0.3),
    ("CPU time per GiB down, to two hops", "down.cpu_s_per_gib", TWO_HOPS, "<=", 0.75, 0.55),
    ("CPU time per GiB up, to two hops", "up.cpu_s_per_gib", TWO_HOPS, "<=", 0.75, 0.55),
    ("growth with 200 slow readers of 1 GiB, MiB", "readers.grown_mib", None, "<=", 20, 14),
    ("full handshakes per CPU second, to one hop", "full.per_cpu_second", ONE_HOP, ">=", 1.0, 1.2),
    ("resumed handshakes per CPU second, to one hop", "resumed.per_cpu_second", ONE_HOP, ">=", 1.0, 1.2),
    ("answers that are not 2xx, 1,000 busy clients", "c1000.errors", None, "<=", 0, 0),
    ("answers that are not 2xx, 8,000 busy clients", "c8000.errors", None, "<=", 0, 0),
    ("memory of an idle TLS client, kB", "idle.kb_each", None, "<=", 12, 8),
    ("CPU time per request, 8,000 connections, to 64", "c8000.cpu_us_per_request", "c64.cpu_us_per_request", "<=", 1.2, 1.2),
    ("p99 of small ones beside 20 transfers, to alone", "beside20.p99_ms", "alone.p99_ms", "<=", 2, 2),
]


def median_of(values):
    """Of those that there are; None where there are none."""
    there = [value for value in values if value is not None]
    return statistics.median(there) if there else None


class Figures:
    """`rounds` are {way: {key: value}}, one for each round; `once` is the same, of what was measured a single time."""

    def __init__(self, rounds, once):
        self.rounds = [{way: {**each[way], **once.get(way, {})} for way in each} for each in rounds]
        self.ways = list(self.rounds[0])
        keys = [key for way in self.ways for each in self.rounds for key in each[way]]
        self.keys = sorted(dict.fromkeys(keys), key=lambda key: list(TITLES).index(key.split(".")[0]))

    def values(self, way, key):
        return [each[way].get(key) for each in self.rounds]

    def median(self, way, key):
        return median_of(self.values(way, key))

    def counts(self, way, key):
        """Whether a rate may be the way's own: the load had a fifth of its core left."""
        kind, figure = key.split(".")
        return figure not in RATES or (self.median(way, f"{kind}.{LOAD}") or 0) <= BUSY

    def ratio(self, key, to_way, to_key=None):
        """Ours to another's, or to another figure of ours."""
        to_key = to_key or key
        if to_way not in self.ways or not (self.counts(OURS, key) and self.counts(to_way, to_key)):
            return None
        pairs = zip(self.values(OURS, key), self.values(to_way, to_key))
        return median_of(ours / other if ours is not None and other else None for ours, other in pairs)

    def bars(self):
        """Each with our value (None: not measured in this run), and what it meets."""
        made = []
        for measure, key, against, better, must, aim in BARS:
            if key == "idle.kb_each":
                each = self.median(OURS, "idle.bytes_each")
                value = None if each is None else each / 1000
            elif key.endswith(".errors"):  # not one round may have any
                value = max((each for each in self.values(OURS, key) if each is not None), default=None)
            elif against is None:
                value = self.median(OURS, key)
            else:
                value = self.ratio(key, OURS, against) if "." in against else self.ratio(key, against)
            made.append({"measure": measure, "value": value, "better": better, "must": must, "aim": aim,
                         "met": verdict(value, better, must, aim)})
        return made

    def as_json(self):
        return {"figures": {way: {key: self.median(way, key) for key in self.keys if self.median(way, key) is not None}
                            for way in self.ways},
                "rates_that_may_be_the_loads": {way: [key for key in self.keys if not self.counts(way, key)
                                                      and self.median(way, key) is not None] for way in self.ways},
                "ratios": {key: {way: self.ratio(key, way) for way in self.ways if way != OURS} for key in self.keys
                           if not key.endswith(LOAD)},
                "bars": self.bars(), "rounds": self.rounds}


def verdict(value, better, must, aim):
    if value is None:
        return "not measured"

    def holds(bar):
        return value <= bar if better == "<=" else value >= bar
    return "aim" if holds(aim) else "must" if holds(must) else "NOT MET"


def cell(value, mark="", width=11):
    if value is None:
        return "-".rjust(width)
    digits = 0 if abs(value) >= 1000 or value == int(value) else 1 if abs(value) >= 100 else 2
    return f"{value:.{digits}f}{mark}".rjust(width)


def table(figures):
    """For people; the rates that may be the load generator's are marked, and no ratio is made of them."""
    others = [way for way in figures.ways if way not in (OURS, "direct")]
    lines = [" " * 19 + "".join(f"{way[:10]:>11}" for way in figures.ways) + "".join(f"{'/' + way[:9]:>11}" for way in others)]
    last, marked = None, False
    for key in figures.keys:
        kind, figure = key.split(".")
        if figure == LOAD:
            continue
        if kind != last:
            lines.append(TITLES[kind])
            last = kind
        row = f"  {UNITS[figure]:17}"
        for way in figures.ways:
            mark = "" if figures.counts(way, key) else "*"
            marked = marked or bool(mark)
            row += cell(figures.median(way, key), mark)
        lines.append(row + "".join(cell(figures.ratio(key, way)) for way in others))
    if marked:
        lines.append(f"* load generator and origin had less than {1 - BUSY:.0%} of their core left: the rate may be theirs")
    return "\n".join(lines)


def bars_table(figures):
    lines = [f"{'measure':54}{'hawser':>9}{'must':>9}{'aim':>9}  met"]
    for bar in figures.bars():
        lines.append(f"{bar['measure']:54}{cell(bar['value'], width=9)}{bar['better'] + ' ' + format(bar['must'], 'g'):>9}"
                     f"{bar['better'] + ' ' + format(bar['aim'], 'g'):>9}  {bar['met']}")
    lines.append("18,000 idle clients: bench/crowds --only idle --clients 18000")
    return "\n".join(lines)
