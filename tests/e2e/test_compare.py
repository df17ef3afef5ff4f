# SPDX-License-Identifier: Apache-2.0
"""What tools/compare makes of its figures, and whom it takes for a peer."""
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tools/compare.d"))
from figures import Figures, bars_table, table  # noqa: E402
from peers import check_haproxy  # noqa: E402

BAR = "CPU time per request, 64 connections, to two hops"


def rounds_of(*pairs, key="c64.cpu_us_per_request", **more):
    """Rounds of hawser and nginx2, each a pair of values."""
    return [{"direct": {}, "nginx2": {key: theirs, **more}, "hawser": {key: ours, **more}} for ours, theirs in pairs]


def bar_of(figures, measure=BAR):
    bar, = [bar for bar in figures.bars() if bar["measure"] == measure]
    return bar


def test_of_the_ratios_within_each_round_the_median_counts():
    figures = Figures(rounds_of((10, 20), (60, 100), (300, 400)), {})  # a busier machine each time
    assert figures.ratio("c64.cpu_us_per_request", "nginx2") == 0.6
    assert figures.median("hawser", "c64.cpu_us_per_request") == 60


@pytest.mark.parametrize(("ours", "met"), [(42, "aim"), (55, "must"), (56, "NOT MET")])
def test_a_bar_says_what_is_met(ours, met):
    assert bar_of(Figures(rounds_of((ours, 100)), {}))["met"] == met


def test_one_round_with_refusals_is_one_too_many():
    figures = Figures(rounds_of((0, 0), (3, 0), (0, 0), key="c1000.errors"), {})
    assert bar_of(figures, "answers that are not 2xx, 1,000 busy clients")["met"] == "NOT MET"


def test_what_was_not_measured_meets_nothing():
    figures = Figures(rounds_of((1, 2), key="c1.cpu_us_per_request"), {})
    assert bar_of(figures)["met"] == "not measured"
    assert "not measured" in bars_table(figures)


def test_more_handshakes_are_better():
    rounds = [{"nginx1": {"full.per_cpu_second": 100}, "hawser": {"full.per_cpu_second": 130}}]
    assert bar_of(Figures(rounds, {}), "full handshakes per CPU second, to one hop")["met"] == "aim"


def test_a_rate_counts_only_where_the_load_had_a_fifth_of_its_core_left():
    for busy, ratio in ((0.79, 2), (0.81, None)):
        figures = Figures(rounds_of((20, 10), key="c64.requests_per_second", **{"c64.load_core_busy": busy}), {})
        assert figures.ratio("c64.requests_per_second", "nginx2") == ratio
        assert ("20*" in table(figures)) == (ratio is None)


def test_what_was_measured_once_stands_beside_the_rounds():
    figures = Figures(rounds_of((1, 2)), {"hawser": {"readers.grown_mib": 30}})
    assert bar_of(figures, "growth with 200 slow readers of 1 GiB, MiB")["met"] == "NOT MET"


def program_that_says(folder, line):
    program = folder / "haproxy"
    program.write_text(f"#!/bin/sh\necho '{line}'\n")
    program.chmod(0o755)
    return str(program)


def test_an_haproxy_without_reverse_http_is_refused_in_words(tmp_path):
    with pytest.raises(SystemExit, match=r"reverse HTTP came with 2\.9"):
        check_haproxy(program_that_says(tmp_path, "HAProxy version 2.6.12-1 2023/03/02"))
    with pytest.raises(SystemExit, match="is no HAProxy"):
        check_haproxy(str(tmp_path / "missing"))
    check_haproxy(program_that_says(tmp_path, "HAProxy version 3.4.0-64a335366 2026/06/03"))
