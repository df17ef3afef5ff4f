# SPDX-License-Identifier: Apache-2.0
"""What schema/log.md, schema/metrics.md and schema/events.md say, to hold the programs' output against it."""
import json
import pathlib
import re

SCHEMA = pathlib.Path(__file__).resolve().parents[3] / "schema"
ALWAYS = {"time", "level", "event"}


def _tables(text):
    """{heading: [[cell, ...], ...]} of the tables below each second-level heading."""
    tables, heading = {}, None
    for line in text.splitlines():
        if line.startswith("## "):
            heading = line[3:]
        elif line.startswith("|") and not re.fullmatch(r"[|\s-]+", line):
            tables.setdefault(heading, []).append([cell.strip() for cell in line.strip("|").split("|")])
    return {heading: rows[1:] for heading, rows in tables.items()}


_LOG = _tables((SCHEMA / "log.md").read_text())
_METRICS = _tables((SCHEMA / "metrics.md").read_text())
_EVENTS = _tables((SCHEMA / "events.md").read_text())
ATTRIBUTES = {name for row in _EVENTS["Attributes"] for name in row[0].split(", ")}
KINDS = {row[0] for row in _EVENTS["Kinds"]}
FIELDS = {row[0] for row in _LOG["Fields"]}
EVENTS = {row[0]: (row[1], set(filter(None, row[2].split(", ")))) for row in _LOG["Events"]}


def log_faults(program, lines):
    """What the lines of `program` ("engine" or "connector") say that log.md does not list."""
    faults = set()
    for line in lines:
        if not line.startswith("{"):
            continue
        record = json.loads(line)
        event = record["event"]
        if event not in EVENTS or EVENTS[event][0] not in (program, "both"):
            faults.add(f"event {event} of {program}")
            continue
        listed = FIELDS if event == "request" else EVENTS[event][1]
        faults |= {f"field {field} of {event}" for field in record if field not in listed | ALWAYS}
    return sorted(faults)


def _paths(value, path=""):
    if not isinstance(value, dict):
        return {path}
    return {inner for name, part in value.items() for inner in _paths(part, f"{path}.{name}" if path else name)}


def event_faults(events):
    """What audit events hold that events.md does not list."""
    faults = {f"attribute {path}" for event in events for path in _paths(event) - ATTRIBUTES}
    return sorted(faults | {f"kind {event['unmapped']['kind']}" for event in events} - {f"kind {kind}" for kind in KINDS})


def metrics_listed(program):
    """{family: (type, {label, ...})}"""
    return {row[0]: (row[1], set(filter(None, row[2].split(", ")))) for row in _METRICS[program.capitalize()]}


def metrics_shown(text):
    """The same of what /metrics shows; labels of the families that have a series."""
    shown = {}
    for name, kind in re.findall(r"^# TYPE (\S+) (\S+)$", text, re.M):
        series = re.findall(rf"^{name}(?:_bucket|_sum|_count)?\{{(.*)\}} ", text, re.M)
        labels = {label for line in series for label in re.findall(r'(\w+)="', line)} - {"le"}
        shown[name] = (kind, labels)
    return shown
