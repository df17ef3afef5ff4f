# SPDX-License-Identifier: Apache-2.0
"""The tables of raw messages of tests/http, which the unit tests hold the readers against, read for the real programs."""
import dataclasses
import json
import re

from .program import BIN, run

MESSAGE = re.compile(r" ?(?P<method>\S+) (?P<authority>\S*) (?P<target>\S*) (?P<length>\d+|none|chunked) '(?P<body>.*?)'"
                     r"(?: (?P<trailers>(?:\{[^}]*\})+))? (?P<persist>keep|close);", re.DOTALL)
ERROR = re.compile(r"error (?P<code>\w+)$")
RESPONSE = re.compile(r"(?P<status>\d{3}) (?P<length>\d+|none|close|chunked)"
                      r"(?: raw)?(?: '(?P<body>.*?)')?(?: (?P<trailers>\{.*\}))?", re.DOTALL)
INTERIM = re.compile(r"1\d\d; ")


@dataclasses.dataclass
class Case:
    kind: str
    name: str
    section: str
    raw: bytes
    expected: str
    method: str = "GET"
    upgrade: bool = False

    def messages(self):
        """The requests that are whole, and the error behind them (None: there is none)."""
        found, at = [], 0
        while match := MESSAGE.match(self.expected, at):
            found.append(match)
            at = match.end()
        error = ERROR.search(self.expected, at)
        return found, error and error["code"]

    def response(self):
        """The final response (None: there is none), and the error behind it."""
        rest = self.expected
        while match := INTERIM.match(rest):
            rest = rest[match.end():]
        error = ERROR.search(rest)
        return RESPONSE.match(rest), error and error["code"]


def cases(kind):
    rows = map(json.loads, run(BIN / "http_cases").stdout.splitlines())
    found = [Case(**{**row, "raw": bytes.fromhex(row["raw"]),
                     "expected": bytes.fromhex(row["expected"]).decode("latin-1")})
             for row in rows if row["kind"] == kind]
    assert found, kind
    return found
