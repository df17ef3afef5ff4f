#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A compile_commands.json that clang's tools understand: without the launcher and gcc's precompiled headers.

usage: compile_commands.py BUILD_DIR OUT_DIR
"""
import json
import pathlib
import re
import shlex
import sys

SHADOWING = " -Wshadow"  # which is not told there
FOR_GCC_ALONE = {"-Winvalid-pch", "-fpch-preprocess"}


def cleaned(words):
    if pathlib.Path(words[0]).name == "ccache":
        words = words[1:]
    kept = []
    for word in words:
        if word.endswith("/cmake_pch.hxx") and kept[-1] == "-include":
            kept.pop()
        elif word not in FOR_GCC_ALONE:
            kept.append(word)
    return kept


def apart(entry):
    """An entry for each file of a layer that is compiled as one."""
    source = pathlib.Path(entry["file"])
    if source.parent.name != "Unity":
        return [entry]
    files = re.findall(r'^#include "(.*)"$', source.read_text(), re.MULTILINE)
    return [{**entry, "file": file, "command": entry["command"].replace(str(source), file) + SHADOWING} for file in files]


def main():
    build_dir, out_dir = map(pathlib.Path, sys.argv[1:])
    entries = [one for entry in json.loads((build_dir / "compile_commands.json").read_text()) for one in apart(entry)]
    for entry in entries:
        entry["command"] = shlex.join(cleaned(shlex.split(entry["command"])))
    out_dir.mkdir(parents=True, exist_ok=True)
    (out_dir / "compile_commands.json").write_text(json.dumps(entries, indent=1))


if __name__ == "__main__":
    main()
