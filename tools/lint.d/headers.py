#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Every header compiles alone, twice in a row, with the flags of a source file of its folder.

usage: headers.py DIR_OF_COMPILE_COMMANDS [HEADER...]      all headers of the layers, unless some are named
"""
import concurrent.futures
import json
import os
import pathlib
import shlex
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]


def include_name(header):
    return f"{header.parent.name}/{header.name}"


def commands_by_folder(commands_dir):
    """One compile command, without its input and output, for each folder that has sources."""
    found = {}
    for entry in json.loads((commands_dir / "compile_commands.json").read_text()):
        folder = pathlib.Path(entry["file"]).parent
        words = shlex.split(entry["command"])
        kept, skip = [], False
        for word in words:
            if skip or word in ("-c", entry["file"]):
                skip = False
            elif word == "-o":
                skip = True
            else:
                kept.append(word)
        found.setdefault(folder, (kept, entry["directory"]))
    return found


def fault_of(header, command, directory):
    text = f'#include "{include_name(header)}"\n' * 2
    run = subprocess.run([*command, "-fsyntax-only", "-x", "c++", "-"], input=text, text=True, cwd=directory,
                         capture_output=True, check=False)
    return None if run.returncode == 0 else f"{header.relative_to(ROOT)}: does not compile alone\n{run.stderr}"


def main():
    commands_dir = pathlib.Path(sys.argv[1])
    named = [pathlib.Path(name).resolve() for name in sys.argv[2:]]
    headers = named or sorted([*ROOT.glob("engine/*/*.h"), *ROOT.glob("connector/*.h")])
    commands = commands_by_folder(commands_dir)
    jobs = []
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for header in headers:
            if header.exists() and header.parent in commands:
                jobs.append(pool.submit(fault_of, header, *commands[header.parent]))
    faults = [job.result() for job in jobs if job.result()]
    print("\n".join(faults), end="\n" if faults else "")
    print(f"headers: {len(headers)} looked at, {len(jobs)} compiled, {len(faults)} bad")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
