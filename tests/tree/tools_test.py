# SPDX-License-Identifier: Apache-2.0
"""The tools' own promises: the sum of a test run is true, and the setup refuses what it cannot do."""
import pathlib
import subprocess

TOOLS = pathlib.Path(__file__).resolve().parents[2] / "tools"
GOOD = '<testcase classname="c" name="good"/>'
BAD = '<testcase classname="c" name="bad"><failure message="no"/></testcase>'
NOT_RUN = '<testcase classname="c" name="lost" status="notrun"><skipped message="Unable to find executable: c"/></testcase>'
SKIPPED = '<testcase classname="c" name="skipped"><skipped/></testcase>'


def tally(folder):
    return subprocess.run([TOOLS / "test.d/tally", folder], capture_output=True, text=True, check=False)


def part(folder, name, code, *cases):
    (folder / f"{name}.part").write_text(f"{code}\n")
    if cases:
        (folder / f"{name}.xml").write_text(f"<testsuite>{''.join(cases)}</testsuite>")


def last_line(run):
    return run.stdout.splitlines()[-1]


def test_the_sum_counts_every_test_and_names_the_failed(tmp_path):
    part(tmp_path, "unit", 8, GOOD, GOOD, BAD, SKIPPED)
    run = tally(tmp_path)
    assert last_line(run) == "2 passed, 1 failed"
    assert "failed: unit: c bad" in run.stdout
    assert run.returncode == 1


def test_a_test_that_could_not_run_has_failed(tmp_path):
    part(tmp_path, "unit", 8, GOOD, NOT_RUN)
    assert last_line(tally(tmp_path)) == "1 passed, 1 failed"


def test_a_part_that_ended_badly_counts_even_where_its_tests_passed(tmp_path):
    part(tmp_path, "unit", 0, GOOD)
    part(tmp_path, "build", 2)
    part(tmp_path, "e2e", 139, GOOD)
    run = tally(tmp_path)
    assert last_line(run) == "2 passed, 2 failed"
    assert "failed: build: the part ended with 2" in run.stdout


def test_a_run_without_a_single_test_is_no_success(tmp_path):
    part(tmp_path, "build", 0)
    assert tally(tmp_path).returncode == 1


def test_a_good_run_ends_with_0(tmp_path):
    part(tmp_path, "build", 0)
    part(tmp_path, "unit", 0, GOOD)
    run = tally(tmp_path)
    assert (last_line(run), run.returncode) == ("1 passed, 0 failed", 0)


def test_setup_says_how_it_is_called(tmp_path):
    run = subprocess.run([TOOLS / "setup"], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert run.returncode == 2
    assert "tools/setup run" in run.stderr


def test_setup_refuses_a_system_without_apt(tmp_path):
    for tool in ("bash", "env", "sed", "id"):
        (tmp_path / tool).symlink_to(f"/usr/bin/{tool}")
    run = subprocess.run([TOOLS / "setup", "run"], capture_output=True, text=True, check=False, env={"PATH": str(tmp_path)})
    assert run.returncode == 1
    assert "this is not Debian" in run.stderr
